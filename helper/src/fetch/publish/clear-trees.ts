// What runs left behind of folders that they did not publish, and of archives for them.
import { chmod, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Destination, ifMissing } from '../backstage/destination.ts';
import { currentOwner, isOver } from '../backstage/owner.ts';
import { parsePartialState } from '../backstage/partial-state.ts';
import { treeRoom } from './tree-destination.ts';

/**
 * Removes what runs left that are over: folders that nobody will publish.
 * @param done whether the destination is there, and their archives are not wanted any more either
 */
export async function clearTrees(destination: Destination, done: boolean): Promise<void> {
  const { room, key } = treeRoom(destination);
  const me = currentOwner();
  for (const name of (await readdir(room).catch(ifMissing)) ?? []) {
    const rest = name.startsWith(`${key}.`) ? name.slice(key.length + 1) : '';
    const [, id, kind] = /^([0-9a-f]{12})\.(tree|trash|part)$/.exec(rest) ?? [];
    if (id === undefined) continue;
    const statePath = join(room, `${key}.${id}.json`);
    const state = parsePartialState(await readFile(statePath, 'utf8').catch(() => ''));
    const over = state !== undefined && isOver(state.owner, me);
    if (kind === 'part') {
      if (!done || !over) continue;
      await rm(join(room, name), { force: true }).catch(() => {});
      await rm(statePath, { force: true }).catch(() => {});
    } else if (kind === 'trash' || state === undefined || over) {
      await discard(join(room, name)).catch(() => {});
    }
  }
}

/** Removes a folder under another name: whoever is still at work in it cannot publish what is left of it. */
export async function discard(path: string): Promise<void> {
  const trash = path.replace(/\.(?:tree|files)$/, '.trash');
  const moved = await rename(path, trash).then(() => true, ifMissing);
  if (!moved) return;
  await rm(trash, { recursive: true, force: true }).catch(async () => {
    await openUp(trash);
    await rm(trash, { recursive: true, force: true });
  });
}

/** An archive may close its folders even for the user who unpacks it. */
async function openUp(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await openUp(join(folder, entry.name));
  }
}
