// The folder of a cache: an entry for each digest, and `.greenroom` with what is being downloaded. Whoever may write
// to it is not trusted: an entry counts only after its copy has been verified. What bears no name of ours is left alone.

import { randomBytes } from 'node:crypto';
import { lstat, readdir, readFile, realpath, rm, stat, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Expected } from '../../contract/integrity.ts';
import { abandonedMs, type Backstage, openBackstage } from '../backstage/backstage.ts';
import { backstageName, fileSystemTime } from '../backstage/backstage-room.ts';
import { type Destination, ifMissing } from '../backstage/destination.ts';
import { makeFolder } from '../backstage/make-folder.ts';
import { parsePartialState } from '../backstage/partial-state.ts';

export interface CacheFolder {
  /** Where the entry is, or shall be. */
  readonly entry: Destination;
  readonly backstage: Backstage;
  readonly room: string;
  /** The time by the clock of its volume. */
  nowMs(): Promise<number>;
  /**
   * Removes what was not asked for the longest until so much more fits, both into the cache's size and onto its volume.
   * Readers keep what they have open.
   * @returns whether it fits
   */
  makeRoom(neededBytes: number): Promise<boolean>;
}

/** The name of an entry: the digest, and nothing else that a source or a user could choose. */
export function entryName([first]: readonly Expected[]): string {
  return `${first?.algorithm}-${first?.digests[0]}`;
}

const entryPattern = /^sha(?:256|384|512)-[0-9a-f]{64,128}$/;

/** @throws Failure where it cannot be written to; errors of the file system as they are */
export async function openCacheFolder(path: string, name: string, cacheBytes: number): Promise<CacheFolder> {
  await makeFolder(path);
  const folder = await realpath(path);
  const entry = { path: join(path, name), folder, name };
  const backstage = await openBackstage(entry);
  const room = join(folder, backstageName);
  const nowMs = () => fileSystemTime(join(room, `${name}.${randomBytes(6).toString('hex')}`));
  // also tells whether it can be written to
  await nowMs();
  const makeRoom = async (neededBytes: number) => {
    const { entries, underWayBytes } = await survey(folder, room, name, await nowMs());
    let heldBytes = underWayBytes + entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const fits = async () => {
      const { bsize, bavail } = await statfs(folder);
      return heldBytes + neededBytes <= cacheBytes && neededBytes <= bsize * bavail;
    };
    for (const one of entries.toSorted((a, b) => a.usedMs - b.usedMs)) {
      if (await fits()) return true;
      if (one.name === name) continue;
      await unlink(join(folder, one.name)).catch(() => {});
      await rm(join(room, `${one.name}.json`), { force: true }).catch(() => {});
      heldBytes -= one.sizeBytes;
    }
    return fits();
  };
  return { entry, backstage, room, nowMs, makeRoom };
}

/** What lies in the cache; removes downloads that nobody has gone on with for a day. */
async function survey(folder: string, room: string, own: string, nowMs: number) {
  const entries: { name: string; sizeBytes: number; usedMs: number }[] = [];
  for (const name of await readdir(folder)) {
    if (!entryPattern.test(name)) continue;
    const there = await lstat(join(folder, name)).catch(ifMissing);
    if (there?.isFile()) entries.push({ name, sizeBytes: there.size, usedMs: there.mtimeMs });
  }
  let underWayBytes = 0;
  for (const name of (await readdir(room)).filter((one) => one.endsWith('.part'))) {
    const path = join(room, name);
    const statePath = path.replace(/part$/, 'json');
    const [part, beat] = await Promise.all([path, statePath].map((one) => stat(one).catch(ifMissing)));
    if (part === undefined) continue;
    if (nowMs - Math.max(part.mtimeMs, beat?.mtimeMs ?? 0) >= abandonedMs) {
      await rm(path, { force: true }).catch(() => {});
      await rm(statePath, { force: true }).catch(() => {});
      continue;
    }
    // what is asked for counts its own bytes itself
    if (name.startsWith(`${own}.`)) continue;
    const state = parsePartialState(await readFile(statePath, 'utf8').catch(() => ''));
    underWayBytes += Math.max(part.size, state?.sizeBytes ?? 0);
  }
  return { entries, underWayBytes };
}
