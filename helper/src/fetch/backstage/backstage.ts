// The folder `.greenroom` beside a destination: partial files with their states, and records of what was published.
// In a folder of its own, nothing unfinished is ever among the app's files; on the same file system, so that
// publishing is a rename.
import { createHash, randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { open, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Algorithm, Expected } from '../../contract/integrity.ts';
import { Failure } from '../../core/failure.ts';
import { backstageName, fileSystemTime, openRoom, putIntoRoom } from './backstage-room.ts';
import { type Destination, ifMissing } from './destination.ts';
import { beginning, type Extents, totalBytes } from './extents.ts';
import { currentBoot, currentOwner, isOver } from './owner.ts';
import { createPartialFile, type PartialFile, reopenPartialFile } from './partial-file.ts';
import { keptOf, type PartialState, parsePartialState, parseRecord, type Record } from './partial-state.ts';
import type { Held } from './validators.ts';
import { rangeCondition } from './validators.ts';
import { volumeFailure } from './volume-failure.ts';

// A run that is alive says so this often, whatever it does, and one of another pod that has not said so for this long
// is taken to be over. Should it wake up yet, what it writes are the same bytes: only a partial file with a strong
// validator is taken over from another pod.
export const heartbeatMs = 10_000;
export const silentMs = 60_000;
// What a run of another pod left that nobody can go on with.
export const abandonedMs = 24 * 3_600_000;

/** A partial file of this run, with what is known of its object. */
export interface Work {
  readonly id: string;
  readonly partial: PartialFile;
}

/** What a run knows of the digests before it asks. */
export interface Known {
  readonly digestKnown: boolean;
  readonly algorithms: readonly Algorithm[];
}

/** What a run knows of its partial file. */
export type StateOfWork = Omit<PartialState, 'version' | 'boot' | 'owner'>;

export interface Leftover {
  readonly work: Work;
  readonly held: Held;
  /** What its server said of it. */
  readonly offered: Expected | undefined;
}

export interface Backstage {
  readRecord(): Promise<Record | undefined>;
  /** Written before the rename: it counts only for the very file that it describes. */
  writeRecord(record: Omit<Record, 'version'>): Promise<void>;
  /** What another run left for the same source, and removes what cannot be used. */
  takeOver(source: string, known: Known, signal: AbortSignal): Promise<Leftover | undefined>;
  /** Removes what runs that are over left: for who begins anew each time, and would let it pile up. */
  clear(): Promise<void>;
  begin(state: StateOfWork, algorithms: Iterable<Algorithm>): Promise<Work>;
  saveState(work: Pick<Work, 'id'>, state: StateOfWork): Promise<void>;
  /** Says that the run is alive. */
  beat(work: Work): Promise<void>;
  /** Forgets a partial file that is not wanted any more. */
  drop(work: Work): Promise<void>;
  /** Forgets the state of a partial file that has become the destination. */
  finish(work: Work): Promise<void>;
  /** Removes the folder if it is empty. */
  tidy(): Promise<void>;
}

/** What the names of a destination's files begin with: they have at most 255 bytes (NAME_MAX), and 40 are ours. */
export function backstageKey(name: string): string {
  return Buffer.byteLength(name) <= 200 ? name : createHash('sha256').update(name).digest('hex');
}

/** Opens, and if need be makes, the folder. */
export async function openBackstage({ folder, name }: Destination): Promise<Backstage> {
  const room = join(folder, backstageName);
  let opened: Stats;
  try {
    await openRoom(room);
    opened = await stat(folder);
  } catch (error) {
    throw volumeFailure(error, room);
  }

  const key = backstageKey(name);
  const recordPath = join(room, `${key}.json`);
  const partialPath = (id: string) => join(room, `${key}.${id}.part`);
  const statePath = (id: string) => join(room, `${key}.${id}.json`);
  const newId = () => randomBytes(6).toString('hex');
  const owner = currentOwner();
  const boot = currentBoot();

  const isSameVolume = async () => {
    const { dev, ino } = await stat(folder);
    return dev === opened.dev && ino === opened.ino;
  };
  const write = async (path: string, value: unknown) => {
    const temporary = `${path}.${newId()}`;
    try {
      await putIntoRoom(room, () => writeFile(temporary, JSON.stringify(value), { mode: 0o644 }), isSameVolume);
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw volumeFailure(error, room);
    }
  };
  // whose state, written once more, would only lie there
  const gone = new Set<string>();
  const remove = async (id: string) => {
    gone.add(id);
    await rm(partialPath(id), { force: true });
    await rm(statePath(id), { force: true });
  };
  const candidates = async () => {
    const ids = new Set<string>();
    for (const file of (await readdir(room).catch(ifMissing)) ?? []) {
      const id = file.startsWith(`${key}.`) ? /^([0-9a-f]{12})\.(?:part|json)$/.exec(file.slice(key.length + 1)) : null;
      if (id?.[1] !== undefined) ids.add(id[1]);
    }
    return ids;
  };

  const takeOver = async (source: string, { digestKnown, algorithms }: Known): Promise<Leftover | undefined> => {
    const usable: { id: string; state: PartialState; kept: Extents }[] = [];
    const nowMs = await fileSystemTime(join(room, `${key}.${newId()}`));
    for (const id of await candidates()) {
      const [part, beat] = await Promise.all(
        [partialPath(id), statePath(id)].map((path) => stat(path).catch(ifMissing)),
      );
      const state = parsePartialState((await readFile(statePath(id), 'utf8').catch(ifMissing)) ?? '');
      const silentForMs = nowMs - Math.max(part?.mtimeMs ?? 0, beat?.mtimeMs ?? 0);
      const over = state !== undefined && isOver(state.owner, owner);
      if (!over && silentForMs < (state === undefined ? abandonedMs : silentMs)) continue;
      const sameBoot = state?.boot === boot && boot !== '';
      const kept = state === undefined ? [] : keptOf(state, part?.size ?? 0, sameBoot);
      const provable = state !== undefined && (rangeCondition(state.validators) !== undefined || (digestKnown && over));
      if (state !== undefined && state.source === source && kept.length > 0 && provable)
        usable.push({ id, state, kept });
      else if (over || silentForMs >= abandonedMs) await remove(id).catch(ifNotOurs);
    }
    usable.sort((a, b) => totalBytes(b.kept) - totalBytes(a.kept));
    for (const { id, state, kept } of usable) {
      const bytes = beginning(kept);
      const mine = newId();
      const flushedBytes = Math.min(state.flushedBytes, bytes);
      const parts = state.parts && {
        parts: { written: kept, flushed: state.boot === boot ? state.parts.flushed : kept },
      };
      await write(statePath(mine), { ...state, owner, boot, flushedBytes, ...parts });
      // whoever renames it has it: another run that wanted it finds nothing
      const taken = await rename(partialPath(id), partialPath(mine)).then(() => true, ifNotOurs);
      await rm(statePath(taken ? id : mine), { force: true }).catch(ifNotOurs);
      if (!taken) continue;
      const wanted = state.offered === undefined ? algorithms : [...algorithms, state.offered.algorithm];
      const partial = await reopenPartialFile(partialPath(mine), kept, wanted).catch((error) => {
        if (!(error instanceof Failure && error.code === 'PERMISSION_DENIED')) throw error;
      });
      if (partial === undefined) {
        // another user's, which we may move but not read
        await remove(mine);
        continue;
      }
      const { validators, sizeBytes, offered } = state;
      return {
        work: { id: mine, partial },
        held: { bytes, validators, ...(sizeBytes !== undefined && { sizeBytes }) },
        offered,
      };
    }
    return undefined;
  };

  const lookBack = async (source: string, known: Known): Promise<Leftover | undefined> => {
    try {
      return await takeOver(source, known);
    } catch (error) {
      throw volumeFailure(error, room);
    }
  };

  const saveState: Backstage['saveState'] = async ({ id }, state) => {
    if (gone.has(id)) return;
    await write(statePath(id), { version: state.parts === undefined ? 1 : 2, ...state, boot, owner });
  };

  return {
    readRecord: async () => parseRecord((await readFile(recordPath, 'utf8').catch(() => undefined)) ?? ''),
    writeRecord: (record) => write(recordPath, { version: 1, ...record }),
    takeOver: lookBack,
    // nothing has such a source
    clear: async () => void (await lookBack('', { digestKnown: false, algorithms: [] })),
    begin: async (state, algorithms) => {
      const id = newId();
      // the state first: nobody can tell whose a partial file without one is
      await saveState({ id }, state);
      return { id, partial: await createPartialFile(partialPath(id), algorithms) };
    },
    saveState,
    beat: ({ id }) => stamp(statePath(id)).catch(() => {}),
    drop: async ({ id, partial }) => {
      await partial.drain().catch(() => {});
      await partial.close();
      await remove(id);
    },
    finish: async ({ id }) => {
      gone.add(id);
      await rm(statePath(id), { force: true }).catch(() => {});
    },
    tidy: () => rmdir(room).catch(() => {}),
  };
}

/** Another user's files in a folder with the sticky bit are left as they are. */
function ifNotOurs(error: NodeJS.ErrnoException): undefined {
  if (!['ENOENT', 'EPERM', 'EACCES'].includes(error.code ?? '')) throw error;
  return undefined;
}

/** Sets the time of change of a JSON file by the volume's own clock: a write of what is there does so. */
export async function stamp(path: string): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW);
  try {
    await file.write('{', 0);
  } finally {
    await file.close();
  }
}
