// The folder in which many files gather until all are there. It outlives the run: the next one goes on in it.
//
// | tree/       | finished files, by their names; becomes the destination        |
// | parts/      | files that are on their way                                    |
// | state.json  | who works in it, at what; its time of change is a sign of life |
// | done.jsonl  | a line for each finished file                                  |
import { createHash, hash, randomBytes } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { appendFile, mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Algorithm } from '../../contract/integrity.ts';
import type { Clock } from '../../ports/clock.ts';
import { heartbeatMs } from '../backstage/backstage.ts';
import { fileSystemTime, putIntoRoom } from '../backstage/backstage-room.ts';
import { type Destination, ifMissing } from '../backstage/destination.ts';
import { currentBoot, currentOwner, isOver, type Owner } from '../backstage/owner.ts';
import { hashFile } from '../backstage/partial-file.ts';
import { discard } from '../publish/clear-trees.ts';
import { treeRoom } from '../publish/tree-destination.ts';
import type { Wanted } from './read-list.ts';

/** A finished file, as its line in done.jsonl has it. */
export interface Finished {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly inode: string;
  readonly modifiedNs: string;
  /** `Wanted.source`, hashed, and `Wanted.version`. */
  readonly source: string;
}

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

/** Tells what a finished file was from what is wanted now. */
export function originOf({ source, version }: Wanted): string {
  return hash('sha256', `${source}\0${version ?? ''}`).slice(0, 24);
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
  await mkdir(tree, { recursive: true, mode: 0o755 });
  await mkdir(parts, { recursive: true, mode: 0o755 });
  const finished =
    left === undefined
      ? new Map<string, Finished>()
      : await readFinished(tree, journal, wanted, left.boot === boot, signal);
  const leftovers = left === undefined ? new Set<string>() : await clearParts(parts);

  let lines: string[] = [];
  let writing = Promise.resolve();
  const write = () => {
    if (lines.length === 0) return;
    const text = lines.join('');
    lines = [];
    writing = writing.then(() => appendFile(journal, text));
    // the caller of close() is told
    writing.catch(() => {});
  };
  const over = new AbortController();
  const live = async () => {
    for (let beats = 0; ; beats++) {
      await clock.sleep(1_000, over.signal);
      write();
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
      await mkdir(join(tree, parent), { recursive: true, mode: 0o755 });
      made.add(parent);
    },
    finish: (file) => {
      lines.push(`${JSON.stringify(file)}\n`);
      if (lines.length >= 256) write();
    },
    close: async () => {
      over.abort();
      write();
      await writing;
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
  const value = parse(text);
  const { version, source, selection, owner, boot } = value as Partial<State>;
  const isRight = version === 1 && [source, selection, boot].every((part) => typeof part === 'string');
  return isRight && typeof owner === 'object' && owner !== null ? (value as unknown as State) : undefined;
}

function parse(text: string): { [key: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as { [key: string]: unknown }) : {};
  } catch {
    return {};
  }
}

/**
 * The finished files that are what is wanted, and unchanged. What a node may have lost with its power is read again.
 * Everything else that lies in the tree is removed.
 */
async function readFinished(
  tree: string,
  journal: string,
  wanted: readonly Wanted[],
  sameBoot: boolean,
  signal: AbortSignal,
) {
  const byName = new Map(wanted.map((file) => [file.name, file]));
  const finished = new Map<string, Finished>();
  const text = (await readFile(journal, 'utf8').catch(ifMissing)) ?? '';
  for (const line of text.split('\n')) {
    const one = parse(line) as Partial<Finished>;
    const file = byName.get(one.name ?? '');
    if (file === undefined || one.source !== originOf(file) || typeof one.sha256 !== 'string') continue;
    finished.set(file.name, one as Finished);
  }
  for (const [name, one] of finished) {
    signal.throwIfAborted();
    const file = byName.get(name);
    const isRight = file !== undefined && (await isStillRight(join(tree, name), one, file, sameBoot, signal));
    if (!isRight) finished.delete(name);
  }
  for (const entry of await readdir(tree, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const isKept = entry.isDirectory() || (entry.isFile() && finished.has(path.slice(tree.length + 1)));
    if (!isKept) await rm(path, { force: true });
  }
  return finished;
}

async function isStillRight(
  path: string,
  one: Finished,
  { expected }: Wanted,
  sameBoot: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (!stats?.isFile() || Number(stats.size) !== one.sizeBytes) return false;
  const unchanged = String(stats.ino) === one.inode && String(stats.mtimeNs) === one.modifiedNs;
  const provenBy = expected.every(({ algorithm, digests }) => algorithm === 'sha256' && digests.includes(one.sha256));
  if (sameBoot && unchanged && provenBy) return true;
  const hashes = new Map(
    [...new Set<Algorithm>(['sha256', ...expected.map(({ algorithm }) => algorithm)])].map((algorithm) => [
      algorithm,
      createHash(algorithm),
    ]),
  );
  const handle = await open(path, 'r');
  try {
    await hashFile(handle, one.sizeBytes, hashes, signal);
  } finally {
    await handle.close();
  }
  const digests = new Map([...hashes].map(([algorithm, hash]) => [algorithm, hash.digest('hex')]));
  const all = expected.every((each) => each.digests.includes(digests.get(each.algorithm) ?? ''));
  return all && digests.get('sha256') === one.sha256;
}

/** Small files begin anew; what is large has a state in a folder of its own (backstage.ts). */
async function clearParts(parts: string): Promise<Set<string>> {
  for (const name of await readdir(parts)) {
    if (name.endsWith('.part')) await rm(join(parts, name), { force: true });
  }
  const states = (await readdir(join(parts, '.greenroom')).catch(ifMissing)) ?? [];
  return new Set(states.map((name) => name.slice(0, 24)));
}
