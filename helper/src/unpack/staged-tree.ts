// The folder in which an archive is unpacked. While files are written there is no symbolic link in it: links are
// made last, and only when all of them stay inside. So nothing can be written through one.
import { constants } from 'node:fs';
import { copyFile, type FileHandle, link, mkdir, open, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { refused } from './entry-path.ts';
import type { Allowance } from './limits.ts';
import { checkSymlinks } from './symlinks.ts';

type Kind = 'folder' | 'file' | 'symlink';

// Files that are flushed at once: together they cost the disk less, and libuv has four threads.
const flushedAtOnce = 4;
// Writes of this size are enough; smaller ones cost a system call for every few KiB that an inflater gives.
const batchBytes = 1 << 20;

export class StagedTree {
  readonly #folder: string;
  readonly #allowance: Allowance;
  readonly #signal: AbortSignal;
  readonly #kinds = new Map<string, Kind>();
  readonly #folderModes = new Map<string, number>();
  readonly #symlinks = new Map<string, string>();

  /** @param folder exists, is empty and nobody else's */
  constructor(folder: string, allowance: Allowance, signal: AbortSignal) {
    this.#folder = folder;
    this.#allowance = allowance;
    this.#signal = signal;
  }

  /** How many files, folders and links there are. */
  get entries(): number {
    return this.#kinds.size;
  }

  async addFolder(path: string, mode: number): Promise<void> {
    if (this.#kinds.get(path) !== 'folder') {
      await this.#makeWay(path);
      await mkdir(join(this.#folder, path));
      this.#kinds.set(path, 'folder');
    }
    this.#folderModes.set(path, mode);
  }

  async addFile(
    path: string,
    { mode, modified }: { readonly mode: number; readonly modified: Date | undefined },
    content: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    await this.#makeWay(path);
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const file = await open(join(this.#folder, path), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    this.#kinds.set(path, 'file');
    try {
      await this.#write(file, content);
      const seconds = (modified?.getTime() ?? Number.NaN) / 1_000;
      // until the year 9999; what no file system can keep is the time of unpacking
      if (seconds >= 0 && seconds < 253_402_300_800) await file.utimes(seconds, seconds).catch(() => {});
      await file.chmod(mode);
    } finally {
      await file.close();
    }
  }

  /** A second name for a file that is there already. */
  async addHardLink(path: string, target: string): Promise<void> {
    if (this.#kinds.get(target) !== 'file') {
      throw refused(path, `is a hard link to ${JSON.stringify(target)}, which is no file that was unpacked before it`);
    }
    if (path === target) return;
    await this.#makeWay(path);
    const [from, to] = [join(this.#folder, target), join(this.#folder, path)];
    try {
      await link(from, to);
    } catch (error) {
      // not every file system has them
      if (!['EPERM', 'ENOTSUP', 'EMLINK', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      this.#allowance.write((await stat(from)).size);
      await copyFile(from, to, constants.COPYFILE_EXCL);
    }
    this.#kinds.set(path, 'file');
  }

  async addSymlink(path: string, target: string): Promise<void> {
    await this.#makeWay(path);
    this.#kinds.set(path, 'symlink');
    this.#symlinks.set(path, target);
  }

  /** Makes the links, sets the modes of folders, and waits until all of it is on disk. */
  async finish(): Promise<void> {
    checkSymlinks(this.#symlinks);
    const paths = [...this.#kinds];
    await this.#eachOf(paths.filter(([, kind]) => kind === 'file').map(([path]) => path));
    for (const [path, target] of this.#symlinks) await symlink(target, join(this.#folder, path));
    // from the leaves on: a folder may be closed for ourselves afterwards
    const folders = ['', ...paths.filter(([, kind]) => kind === 'folder').map(([path]) => path)];
    const depth = (path: string) => (path === '' ? 0 : path.split('/').length);
    for (const path of folders.toSorted((a, b) => depth(b) - depth(a))) {
      this.#signal.throwIfAborted();
      const folder = await open(join(this.#folder, path), constants.O_RDONLY | constants.O_DIRECTORY);
      try {
        // set-group-ID is the volume's (fsGroup), by which new files belong to its group
        const inherited = (await folder.stat()).mode & 0o2000;
        await folder.chmod((this.#folderModes.get(path) ?? 0o755) | inherited);
        await flush(folder);
      } finally {
        await folder.close();
      }
    }
  }

  /** Flushes files. */
  async #eachOf(paths: readonly string[]): Promise<void> {
    const queue = paths.values();
    const worker = async () => {
      for (const path of queue) {
        this.#signal.throwIfAborted();
        const at = join(this.#folder, path);
        const file = await open(at, constants.O_RDONLY | constants.O_NOFOLLOW).catch(unreadable);
        await file?.sync().finally(() => file.close());
      }
    };
    await Promise.all(Array.from({ length: flushedAtOnce }, worker));
  }

  async #write(file: FileHandle, content: AsyncIterable<Uint8Array>): Promise<void> {
    let batch: Uint8Array[] = [];
    let batched = 0;
    const writeBatch = async () => {
      for (let whole = Buffer.concat(batch); whole.length > 0; ) {
        const { bytesWritten } = await file.write(whole);
        whole = whole.subarray(bytesWritten);
      }
      batch = [];
      batched = 0;
    };
    for await (const piece of content) {
      this.#signal.throwIfAborted();
      this.#allowance.write(piece.length);
      batch.push(piece);
      batched += piece.length;
      if (batched >= batchBytes) await writeBatch();
    }
    await writeBatch();
  }

  /** Makes sure that nothing is at the path, and that folders, nothing else, lead there. */
  async #makeWay(path: string): Promise<void> {
    this.#signal.throwIfAborted();
    const parts = path.split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const above = parts.slice(0, depth).join('/');
      const kind = this.#kinds.get(above);
      if (kind === 'folder') continue;
      if (kind !== undefined) throw refused(path, `lies below ${JSON.stringify(above)}, which is no folder`);
      await mkdir(join(this.#folder, above));
      this.#kinds.set(above, 'folder');
    }
    const there = this.#kinds.get(path);
    if (there === undefined) return;
    if (there === 'folder') throw refused(path, 'takes the place of a folder');
    // what is appended to a tar archive later is meant to replace what came before
    if (there === 'file') await rm(join(this.#folder, path));
    this.#symlinks.delete(path);
    this.#kinds.delete(path);
  }
}

/** A file whose mode forbids reading cannot be opened again; the flush of its folder has to do. */
function unreadable(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'EACCES') throw error;
  return undefined;
}

/** Some network file systems cannot flush folders, and need not. */
async function flush(folder: FileHandle): Promise<void> {
  await folder.sync().catch((error: NodeJS.ErrnoException) => {
    if (!['EINVAL', 'ENOTSUP', 'EBADF'].includes(error.code ?? '')) throw error;
  });
}
