// A partial file that is whole and verified becomes the destination.
import { constants } from 'node:fs';
import { open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Backstage, Work } from '../backstage/backstage.ts';
import type { Destination } from '../backstage/destination.ts';
import { volumeFailure } from '../backstage/volume-failure.ts';
import type { Owners } from './give-to.ts';

/**
 * Mode, flush, record, rename, flush of the folder, in this order: whenever it is interrupted, by whatever, the
 * destination is what it was before or the whole new file, and the record describes nothing but the latter.
 */
export async function publish(
  work: Work,
  destination: Destination,
  backstage: Backstage,
  options: {
    readonly mode: number;
    readonly source: string;
    readonly sha256: string;
    readonly owners?: Owners | undefined;
  },
): Promise<void> {
  const { file, path } = work.partial;
  try {
    // before the mode: to give a file away takes set-user-ID from it
    if (options.owners !== undefined) await file.chown(options.owners.uid, options.owners.gid);
    await file.chmod(options.mode);
    await file.sync();
    const { ino, mtimeNs, size } = await file.stat({ bigint: true });
    await backstage.writeRecord({
      source: options.source,
      sha256: options.sha256,
      sizeBytes: Number(size),
      inode: String(ino),
      modifiedNs: String(mtimeNs),
    });
    await rename(path, join(destination.folder, destination.name));
    await syncFolder(destination.folder);
    await file.close();
  } catch (error) {
    throw volumeFailure(error, destination.path);
  }
  await backstage.finish(work);
}

/** Without it, a node that loses power may forget the rename. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await folder.sync();
  } catch (error) {
    // some network file systems cannot, and need not
    if (!['EINVAL', 'ENOTSUP', 'EBADF'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await folder.close();
  }
}

/** What is there, as a record would describe it; undefined where nothing is. */
export async function describeFile(
  path: string,
): Promise<{ sizeBytes: number; inode: string; modifiedNs: string } | undefined> {
  try {
    const { ino, mtimeNs, size } = await stat(path, { bigint: true });
    return { sizeBytes: Number(size), inode: String(ino), modifiedNs: String(mtimeNs) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw volumeFailure(error, path);
  }
}
