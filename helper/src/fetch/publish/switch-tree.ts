// A folder that is finished takes the destination's name, in one step.
import { lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Destination } from '../backstage/destination.ts';
import { volumeFailure } from '../backstage/volume-failure.ts';
import { giveTree, type Owners } from './give-to.ts';
import { syncFolder } from './publish.ts';
import { treeRoom } from './tree-destination.ts';
import type { TreeRecord } from './tree-record.ts';

/**
 * Records, renames, flushes, in this order: whenever it is interrupted, by whatever, the destination is what it was
 * before (nothing, or an empty folder) or the whole new folder.
 * @param staged a folder on the same file system, flushed to disk
 * @param id of the run, twelve hexadecimal digits
 * @returns `taken` when something stands there already, and nothing was changed
 * @throws errors of the file system as they are until the rename, and then as Failures; the reason of the signal
 */
export async function switchTree(
  staged: string,
  destination: Destination,
  id: string,
  about: Omit<TreeRecord, 'version' | 'inode' | 'bornNs'>,
  signal: AbortSignal,
  owners?: Owners,
): Promise<'done' | 'taken'> {
  const { room, key } = treeRoom(destination);
  const record = join(room, `${key}.${id}.tree.json`);
  if (owners !== undefined) await giveTree(staged, owners);
  const { ino, birthtimeNs } = await lstat(staged, { bigint: true });
  await writeRecord(record, { version: 1, ...about, inode: String(ino), bornNs: String(birthtimeNs) });
  try {
    // a folder without a record is nobody's: the record must outlast a power failure that the folder outlasts
    await syncFolder(room);
    signal.throwIfAborted();
    await rename(staged, join(destination.folder, destination.name));
  } catch (error) {
    // who stops us waits for us: the next run clears up
    signal.throwIfAborted();
    await rm(record, { force: true }).catch(() => {});
    if (['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) return 'taken';
    throw error;
  }
  try {
    await syncFolder(destination.folder);
    await forgetOthers(destination, id);
  } catch (error) {
    throw volumeFailure(error, destination.path);
  }
  return 'done';
}

async function forgetOthers(destination: Destination, id: string): Promise<void> {
  const { room, key } = treeRoom(destination);
  const names = await readdir(room).catch(() => []);
  const others = names.filter(
    (name) => name.startsWith(`${key}.`) && /^[0-9a-f]{12}\.tree\.json$/.test(name.slice(key.length + 1)),
  );
  for (const name of others) {
    if (name !== `${key}.${id}.tree.json`) await rm(join(room, name), { force: true }).catch(() => {});
  }
}

async function writeRecord(path: string, record: TreeRecord): Promise<void> {
  const file = await open(path, 'wx', 0o644);
  try {
    await file.writeFile(JSON.stringify(record));
    await file.sync();
  } finally {
    await file.close();
  }
}
