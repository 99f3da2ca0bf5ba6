// An entry of the cache → a partial file of the destination, verified. A copy, never a hard link: whoever has a file's
// other name can write to it, and change its mode, in the cache and in every pod that has it.
import { constants } from 'node:fs';
import { copyFile, type FileHandle, lstat, open, unlink, utimes } from 'node:fs/promises';
import type { Expected } from '../../contract/integrity.ts';
import { Failure } from '../../core/failure.ts';
import { descriptorPath } from '../../unpack/open-folders.ts';
import type { Backstage, Work } from '../backstage/backstage.ts';
import { checkSize, checkSpace } from '../backstage/free-space.ts';
import { reopenPartialFile } from '../backstage/partial-file.ts';
import { wrongDigest } from '../proof/verify.ts';
import { pump } from '../transfer/local-copy.ts';
import type { Whole } from '../transfer/supply.ts';

export interface CacheCopy {
  /** Of the entry. */
  readonly path: string;
  /** Of the destination. */
  readonly folder: string;
  readonly backstage: Backstage;
  readonly source: string;
  readonly expected: readonly Expected[];
  readonly maxSizeBytes: number | undefined;
}

export type Copied =
  | { readonly kind: 'whole'; readonly whole: Whole; readonly isClone: boolean }
  | { readonly kind: 'missing' }
  /** It is not what its name says, and has been removed. */
  | { readonly kind: 'wrong'; readonly why: string }
  /** Nothing can be done with it, nor about it. */
  | { readonly kind: 'unusable'; readonly why: string };

/** @throws Failure of the destination's volume, and TOO_LARGE for --max-size; the reason of the signal */
export async function copyEntry(about: CacheCopy, signal: AbortSignal): Promise<Copied> {
  const { path } = about;
  let file: FileHandle;
  try {
    // a pipe must not hold us up, and a symbolic link leads to what is not ours to read
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { kind: 'missing' };
    if (code === 'ELOOP') return remove(path, undefined, 'it is a symbolic link');
    return { kind: 'unusable', why: message };
  }
  try {
    const { size, ino } = await file.stat({ bigint: true });
    if (!(await file.stat()).isFile()) return { kind: 'unusable', why: 'it is no file' };
    const sizeBytes = Number(size);
    checkSize(sizeBytes, about.maxSizeBytes);
    await about.backstage.clear();
    await checkSpace(about.folder, sizeBytes);
    const copied = await copy(file, sizeBytes, about, signal);
    if ('fault' in copied) return await remove(path, ino, copied.fault);
    // what is used stays; another user's entry cannot be marked so
    const now = new Date();
    await utimes(descriptorPath(file.fd, path), now, now).catch(() => {});
    return { kind: 'whole', ...copied };
  } finally {
    await file.close();
  }
}

async function copy(file: FileHandle, sizeBytes: number, about: CacheCopy, signal: AbortSignal) {
  const { backstage, source, expected, path } = about;
  const algorithms = expected.map(({ algorithm }) => algorithm);
  const begin = () => backstage.begin({ source, validators: {}, sizeBytes, flushedBytes: 0 }, algorithms);
  let work = await begin();
  try {
    const isClone = await clone(descriptorPath(file.fd, path), work);
    if (isClone) work = { ...work, partial: await reopenPartialFile(work.partial.path, [[0, sizeBytes]], algorithms) };
    else {
      await backstage.drop(work);
      work = await begin();
      await pump(file, work.partial, signal);
    }
    const wrong = await wrongDigest(work.partial, expected);
    if (wrong !== undefined) {
      await backstage.drop(work);
      return { fault: wrong.message };
    }
    const whole: Whole = { work, sha256: await work.partial.digest('sha256'), proof: 'digest' };
    return { whole, isClone };
  } catch (error) {
    await backstage.drop(work).catch(() => {});
    // what the destination's volume says comes as a Failure
    const { syscall, message } = error as NodeJS.ErrnoException;
    if (error instanceof Failure || syscall === undefined) throw error;
    return { fault: `it cannot be read: ${message}` };
  }
}

/**
 * Shares the blocks where the file system can (Btrfs, XFS, and both on one volume): no byte is written twice. The
 * partial file is closed; where nothing can be shared, it is gone.
 */
async function clone(from: string, { partial }: Work): Promise<boolean> {
  await partial.close();
  return copyFile(from, partial.path, constants.COPYFILE_FICLONE_FORCE).then(
    () => true,
    () => false,
  );
}

/** @param inode of what was read: what has taken its place since is another's, and may be right */
async function remove(path: string, inode: bigint | undefined, why: string): Promise<Copied> {
  try {
    const there = await lstat(path, { bigint: true });
    if (inode === undefined ? there.isSymbolicLink() : there.ino === inode) await unlink(path);
    return { kind: 'wrong', why };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'wrong', why };
    return { kind: 'unusable', why };
  }
}
