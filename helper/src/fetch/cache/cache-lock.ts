// Who downloads an entry of the cache, so that the others wait. Nothing hangs on it but traffic: two that download the
// same entry at once both publish the whole of it. So nothing is needed of the file system but exclusive creation;
// locks of files (flock, fcntl) lie on many network file systems.
//
// A lock is a file ENTRY.lock-N. Whoever finds none creates number 1; whoever finds the one with the highest number
// dead creates the next, and only one can. So no lock is ever taken away from under somebody who has just got it.
import { constants } from 'node:fs';
import { open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import { heartbeatMs, silentMs, stamp } from '../backstage/backstage.ts';
import { ifMissing } from '../backstage/destination.ts';
import { currentOwner, isOver, type Owner } from '../backstage/owner.ts';

export interface Lock {
  /** Removes it. */
  release(): Promise<void>;
}

/** Of another run that is alive, as far as can be told. */
export interface Locked {
  readonly pod: string;
}

/**
 * Takes the lock, or tells who has it. While it is held, it is stamped every ten seconds.
 * @param room the folder in which locks lie
 * @param nowMs the time by the clock of the room's volume
 * Errors of the file system as they are.
 */
export async function takeLock(
  room: string,
  entry: string,
  nowMs: () => Promise<number>,
  clock: Clock,
): Promise<Lock | Locked> {
  for (;;) {
    const numbers = await lockNumbers(room, entry);
    const last = Math.max(0, ...numbers);
    const holder = last === 0 ? undefined : await holderOf(lockPath(room, entry, last), nowMs);
    if (holder !== undefined) return holder;
    const path = lockPath(room, entry, last + 1);
    const made = await create(path);
    if (!made) continue;
    for (const number of numbers) await rm(lockPath(room, entry, number), { force: true }).catch(() => {});
    return hold(path, clock);
  }
}

const lockPath = (room: string, entry: string, number: number) => join(room, `${entry}.lock-${number}`);

async function lockNumbers(room: string, entry: string): Promise<number[]> {
  const prefix = `${entry}.lock-`;
  const names = (await readdir(room)).filter((name) => name.startsWith(prefix));
  return names.map((name) => Number(name.slice(prefix.length))).filter((number) => Number.isSafeInteger(number));
}

/** @returns undefined where nobody holds it any more */
async function holderOf(path: string, nowMs: () => Promise<number>): Promise<Locked | undefined> {
  const owner = parseOwner((await readFile(path, 'utf8').catch(ifMissing)) ?? '');
  if (owner !== undefined && isOver(owner, currentOwner())) return undefined;
  const stampedMs = (await stat(path).catch(ifMissing))?.mtimeMs;
  if (stampedMs === undefined || (await nowMs()) - stampedMs >= silentMs) return undefined;
  // without an owner yet: it is just being written
  return { pod: owner?.pod ?? 'another pod' };
}

async function create(path: string): Promise<boolean> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644).catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
  if (file === undefined) return false;
  try {
    await file.writeFile(JSON.stringify(currentOwner()));
  } catch (error) {
    await rm(path, { force: true }).catch(() => {});
    throw error;
  } finally {
    await file.close();
  }
  return true;
}

async function hold(path: string, clock: Clock): Promise<Lock> {
  const mine = await stat(path);
  const over = new AbortController();
  const beat = async () => {
    for (;;) {
      await clock.sleep(heartbeatMs, over.signal);
      await stamp(path).catch(() => {});
    }
  };
  beat().catch(() => {});
  return {
    release: async () => {
      over.abort();
      // after a long sleep it may be another's, under the same number
      const there = await stat(path).catch(ifMissing);
      if (there?.ino === mine.ino) await rm(path, { force: true }).catch(() => {});
    },
  };
}

function parseOwner(text: string): Owner | undefined {
  try {
    const { pod, processNamespace, process, started } = JSON.parse(text) as { [key: string]: unknown };
    const texts = [pod, processNamespace, started].every((field) => typeof field === 'string');
    return texts && typeof process === 'number' ? (JSON.parse(text) as Owner) : undefined;
  } catch {
    return undefined;
  }
}
