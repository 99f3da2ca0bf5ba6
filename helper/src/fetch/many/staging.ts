// The folder in which many files gather until all are there. It outlives the run: the next one goes on in it.
//
// | tree/       | finished files, by their names; becomes the destination        |
// | parts/      | files that are on their way                                    |
// | state.json  | who works in it, at what; its time of change is a sign of life |
// | done.jsonl  | a line for each finished file                                  |
import { hash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import { heartbeatMs } from '../backstage/backstage.ts';
import { fileSystemTime, putIntoRoom } from '../backstage/backstage-room.ts';
import { type Destination, ifMissing } from '../backstage/destination.ts';
import { makeFolder } from '../backstage/make-folder.ts';
import { currentBoot, currentOwner, isOver, type Owner } from '../backstage/owner.ts';
import { discard } from '../publish/clear-trees.ts';
import { treeRoom } from '../publish/tree-destination.ts';
import { type Finished, FinishedRecord, parseFields, readFinished } from './finished-files.ts';
import type { Wanted } from './read-list.ts';

interface State {
  readonly version: 1;
  readonly source: string;
  readonly selection: string;
  readonly owner: Owner;
  readonly boot: string;
}

export interface Staging {
  readonly id: string;
  readonly folder: string;
  readonly tree: string;
  readonly parts: string;
  /** Names of partial files that another run left; see `partName`. */
  readonly leftovers: ReadonlySet<string>;
  /** Files of another run that are still right. */
  readonly finished: ReadonlyMap<string, Finished>;
  /** Makes the folders of a name, once. */
  makeWay(name: string): Promise<void>;
  finish(file: Finished): void;
  /** Ends signs of life, and writes what is still to be written. */
  close(): Promise<void>;
}

// As backstage.ts has them: a run of another pod is over when nothing was heard of it for this long.
const silentMs = 60_000;

/** What the names of a file's partial file begin with. */
export function partName(name: string): string {
  return hash('sha256', name).slice(0, 24);
}

/**
 * Takes over the folder of a run that is over and had the same aim, or makes a new one; removes others that are over.
 * Errors of the file system as they are.
 */
export async function openStaging(
  destination: Destination,
  aim: { readonly source: string; readonly selection: string },
  wanted: readonly Wanted[],
  clock: Clock,
  signal: AbortSignal,
): Promise<Staging> {
  const { room, key } = treeRoom(destination);
  const id = randomBytes(6).toString('hex');
  const folder = join(room, `${key}.${id}.files`);
  const owner = currentOwner();
  const boot = currentBoot();
  const state: State = { version: 1, ...aim, owner, boot };
  const [tree, parts, journal] = ['tree', 'parts', 'done.jsonl'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const writeState = (where: string) => writeFile(join(where, 'state.json'), JSON.stringify(state));

  let left: State | undefined;
  for (const one of await leftFolders(room, key, owner)) {
    const isSame = one.state?.source === aim.source && one.state.selection === aim.selection;
    if (left !== undefined || !isSame) {
      await discard(one.path).catch(() => {});
      continue;
    }
    // whoever renames it has it; until then, the state says that somebody is at it
    await writeState(one.path).catch(ifMissing);
    const taken = await rename(one.path, folder).then(() => true, ifMissing);
    if (taken) left = one.state;
  }
  if (left === undefined) await putIntoRoom(room, () => mkdir(folder, { mode: 0o755 }));
  await writeState(folder);
  await makeFolder(tree, 0o755);
  await makeFolder(parts, 0o755);
  const finished =
    left === undefined
      ? new Map<string, Finished>()
      : await readFinished(tree, journal, wanted, left.boot === boot, signal);
  const leftovers = left === undefined ? new Set<string>() : await clearParts(parts);

  const record = new FinishedRecord(journal);
  const over = new AbortController();
  const live = async () => {
    for (let beats = 0; ; beats++) {
      await clock.sleep(1_000, over.signal);
      record.write();
      if (beats % (heartbeatMs / 1_000) === 0)
        await utimes(join(folder, 'state.json'), new Date(), new Date()).catch(() => {});
    }
  };
  live().catch(() => {});
  const made = new Set<string>(['.']);
  return {
    ...{ id, folder, tree, parts, leftovers, finished },
    makeWay: async (name) => {
      const parent = dirname(name);
      if (made.has(parent)) return;
      await makeFolder(join(tree, parent), 0o755);
      made.add(parent);
    },
    finish: (file) => record.add(file),
    close: async () => {
      over.abort();
      await record.close();
    },
  };
}

/** Removes what runs left for a destination that is there by now. */
export async function clearStagings(destination: Destination): Promise<void> {
  const { room, key } = treeRoom(destination);
  for (const { path } of await leftFolders(room, key, currentOwner())) await discard(path).catch(() => {});
}

/** Folders of runs that are over. */
async function leftFolders(room: string, key: string, me: Owner) {
  const found: { path: string; state: State | undefined }[] = [];
  const names = (await readdir(room).catch(ifMissing)) ?? [];
  const nowMs = await fileSystemTime(join(room, `${key}.${randomBytes(6).toString('hex')}`));
  for (const name of names) {
    if (!name.startsWith(`${key}.`) || !/^[0-9a-f]{12}\.files$/.test(name.slice(key.length + 1))) continue;
    const path = join(room, name);
    const statePath = join(path, 'state.json');
    const state = parseState(await readFile(statePath, 'utf8').catch(() => ''));
    const changed = (await stat(statePath).catch(() => undefined)) ?? (await stat(path).catch(() => undefined));
    const silent = changed === undefined || nowMs - changed.mtimeMs >= silentMs;
    if ((state !== undefined && isOver(state.owner, me)) || silent) found.push({ path, state });
  }
  return found;
}

function parseState(text: string): State | undefined {
  const value = parseFields(text);
  const { version, source, selection, owner, boot } = value as Partial<State>;
  const isRight = version === 1 && [source, selection, boot].every((part) => typeof part === 'string');
  return isRight && typeof owner === 'object' && owner !== null ? (value as unknown as State) : undefined;
}

/** Small files begin anew; what is large has a state in a folder of its own (backstage.ts). */
async function clearParts(parts: string): Promise<Set<string>> {
  for (const name of await readdir(parts)) {
    if (name.endsWith('.part')) await rm(join(parts, name), { force: true });
  }
  const states = (await readdir(join(parts, '.greenroom')).catch(ifMissing)) ?? [];
  return new Set(states.map((name) => name.slice(0, 24)));
}
