// Where an archive shall be unpacked, checked before any traffic; and whether it is there already.
import { constants, readFileSync } from 'node:fs';
import { access, lstat, readdir, readFile, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Expected } from '../../contract/integrity.ts';
import { Failure } from '../../core/failure.ts';
import { backstageKey } from '../backstage/backstage.ts';
import { backstageName } from '../backstage/backstage-room.ts';
import { type Destination, ifMissing, openParent, type Surroundings } from '../backstage/destination.ts';
import { volumeFailure } from '../backstage/volume-failure.ts';
import type { There } from './there.ts';
import { parseTreeRecord, type TreeRecord } from './tree-record.ts';

/**
 * Checks that a folder can be put there by one rename, and makes missing folders above it.
 * @throws Failure DESTINATION_INVALID, READ_ONLY, PERMISSION_DENIED, NO_SPACE, VOLUME_FAILED
 */
export async function openTreeDestination(path: string, around: Surroundings): Promise<Destination> {
  try {
    const real = await realpath(path).catch(ifMissing);
    if (real !== undefined && isMount(real)) throw mounted(path);
    const name = basename(path);
    const { folder, dev } = await openParent(path, around);
    const there = await lstat(join(folder, name)).catch(ifMissing);
    if (there !== undefined && !there.isDirectory()) {
      const what = there.isSymbolicLink() ? 'a symbolic link' : 'no folder';
      throw new Failure('DESTINATION_INVALID', `${path}: it is ${what}, and a folder cannot take its place`, {
        hint: 'Remove it, or name a folder that is not there yet',
      });
    }
    if (there !== undefined && there.dev !== dev) throw mounted(path);
    await access(folder, constants.W_OK | constants.X_OK);
    return { path, folder, name };
  } catch (error) {
    throw volumeFailure(error, path);
  }
}

/** proc_pid_mountinfo(5): the fifth field, in which white space and backslashes are octal. */
function isMount(path: string): boolean {
  let table: string;
  try {
    table = readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return false;
  }
  return table.split('\n').some((line) => {
    const point = line.split(' ')[4] ?? '';
    return point.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8))) === path;
  });
}

function mounted(path: string): Failure {
  const inside = path === '/' ? '/data/site' : `${path}/site`;
  return new Failure(
    'DESTINATION_INVALID',
    `${path}: it is a mount, which no folder can take the place of in one step`,
    {
      hint: `Name a folder inside of the volume, such as ${inside}; the app can mount just that one (subPath: ${basename(inside)})`,
    },
  );
}

/** What the names of everything that belongs to a folder begin with, and where they are. */
export function treeRoom({ folder, name }: Destination): { readonly room: string; readonly key: string } {
  return { room: join(folder, backstageName), key: backstageKey(name) };
}

/**
 * Whether the folder is there, and from this archive.
 * @param selection see tree-record.ts
 * @returns undefined where nothing is, or an empty folder
 * @throws Failure DESTINATION_INVALID where it holds anything else: it is never written over
 */
export async function findTree(
  destination: Destination,
  source: string,
  expected: readonly Expected[],
  selection: string,
): Promise<There | undefined> {
  const path = join(destination.folder, destination.name);
  try {
    const stats = await lstat(path, { bigint: true }).catch(ifMissing);
    if (stats === undefined) return undefined;
    const inode = String(stats.ino);
    const bornNs = String(stats.birthtimeNs);
    const record = (await readRecords(destination)).find((one) => one.inode === inode && one.bornNs === bornNs);
    const proven =
      record?.selection === selection &&
      (expected.length === 0
        ? record.source === source
        : expected.every(({ algorithm, digests }) => digests.includes(record.digests[algorithm] ?? '')));
    if (proven) return { sizeBytes: record.sizeBytes, sha256: record.digests.sha256 ?? '' };
    if ((await readdir(path)).length === 0) return undefined;
    const what =
      record === undefined
        ? 'it is there, and not empty'
        : 'it holds what came of another archive, or of other options';
    throw new Failure('DESTINATION_INVALID', `${destination.path}: ${what}`, {
      hint: `Remove it, or name a folder that is not there yet, with the version in its name: ${destination.path}-2`,
    });
  } catch (error) {
    throw volumeFailure(error, destination.path);
  }
}

async function readRecords(destination: Destination): Promise<TreeRecord[]> {
  const { room, key } = treeRoom(destination);
  const names = (await readdir(room).catch(ifMissing)) ?? [];
  const records = names.filter((name) => name.startsWith(`${key}.`) && name.endsWith('.tree.json'));
  const texts = await Promise.all(records.map((name) => readFile(join(room, name), 'utf8').catch(() => '')));
  return texts.map(parseTreeRecord).filter((record) => record !== undefined);
}
