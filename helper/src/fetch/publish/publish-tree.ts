// An archive that is whole and verified → the folder, by one rename of a folder that is finished and on disk.
import { chmod, lstat, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Expected } from '../../contract/integrity.ts';
import { Failure } from '../../core/failure.ts';
import type { Selection } from '../../unpack/entry-path.ts';
import type { Limits } from '../../unpack/limits.ts';
import { descriptorPath } from '../../unpack/open-folders.ts';
import { type Unpacked, unpack } from '../../unpack/unpack.ts';
import type { Work } from '../backstage/backstage.ts';
import { type Destination, ifMissing } from '../backstage/destination.ts';
import { currentOwner, isOver } from '../backstage/owner.ts';
import { parsePartialState } from '../backstage/partial-state.ts';
import { volumeFailure } from '../backstage/volume-failure.ts';
import type { Owners } from './give-to.ts';
import { switchTree } from './switch-tree.ts';
import { findTree, treeRoom } from './tree-destination.ts';

export interface TreeOptions extends Limits, Selection {
  /** `sourceKey` of the archive's URL. */
  readonly source: string;
  readonly expected: readonly Expected[];
  readonly sha256: string;
  readonly owners?: Owners | undefined;
}

/** The words by which two ways to unpack are compared. */
export function selectionKey({ include, stripComponents }: Selection): string {
  return JSON.stringify({ include, stripComponents });
}

/**
 * Unpacks, flushes, switches (switch-tree.ts): whenever it is interrupted, by whatever, the destination is
 * what it was before (nothing, or an empty folder) or the whole new folder.
 * @returns undefined when another run has put the same there meanwhile
 * @throws Failure ARCHIVE_BROKEN, ARCHIVE_REFUSED, TOO_LARGE, DESTINATION_INVALID, those of the volume, and the
 * reason of the signal
 */
export async function publishTree(
  { id, partial }: Work,
  destination: Destination,
  options: TreeOptions,
  signal: AbortSignal,
): Promise<Unpacked | undefined> {
  const { room, key } = treeRoom(destination);
  const staged = join(room, `${key}.${id}.tree`);
  try {
    await mkdir(staged, { mode: 0o755 });
    // the very file that was verified, whatever lies under its name by now
    const unpacked = await unpack(descriptorPath(partial.file.fd, partial.path), staged, options, signal);
    if ((await lstat(staged, { bigint: true })).ino !== unpacked.inode) {
      throw new Failure('VOLUME_FAILED', `${destination.path}: somebody else moved it while it was unpacked`, {
        hint: 'Let only this container write to the volume until it has ended',
      });
    }
    const digests = await Promise.all(
      options.expected.map(async ({ algorithm }) => [algorithm, await partial.digest(algorithm)] as const),
    );
    const about = {
      source: options.source,
      digests: { ...Object.fromEntries(digests), sha256: options.sha256 },
      selection: selectionKey(options),
      sizeBytes: unpacked.sizeBytes,
    };
    if ((await switchTree(staged, destination, id, about, signal, options.owners)) === 'done') return unpacked;
  } catch (error) {
    // who stops us waits for us: the next run clears up
    signal.throwIfAborted();
    await discard(staged).catch(() => {});
    throw volumeFailure(error, destination.path);
  }
  await discard(staged).catch(() => {});
  // another run was faster: with the same archive, or it is refused
  const there = await findTree(destination, options.source, options.expected, selectionKey(options));
  if (there === undefined) throw new Failure('DESTINATION_INVALID', `${destination.path}: it is there, and not empty`);
  return undefined;
}

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
