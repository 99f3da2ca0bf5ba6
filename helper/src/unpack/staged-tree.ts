// The folder in which an archive is unpacked. While files are written there is no symbolic link in it: links are
// made last, and only when all of them stay inside. So nothing can be written through one.
//
// What takes microseconds is done at once, not handed to a thread: of 10,000 small files, that takes most of the time.
import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fstatSync,
  futimesSync,
  linkSync,
  mkdirSync,
  openSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writev,
  writevSync,
} from 'node:fs';
import { refused } from './entry-path.ts';
import { FlushQueue } from './flush-queue.ts';
import type { Allowance } from './limits.ts';
import { OpenFolders } from './open-folders.ts';
import { checkSymlinks } from './symlinks.ts';

type Kind = 'folder' | 'file' | 'symlink';

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_DIRECTORY } = constants;

// Writes of this size are enough; smaller ones cost a system call for every few KiB that an inflater gives. Pieces are
// written as they lie: joined, they would be in memory twice.
const batchBytes = 1 << 20;

export class StagedTree {
  readonly #folders: OpenFolders;
  readonly #flush: FlushQueue;
  readonly #allowance: Allowance;
  readonly #signal: AbortSignal;
  readonly #kinds = new Map<string, Kind>();
  readonly #folderModes = new Map<string, number>();
  readonly #symlinks = new Map<string, string>();

  /** @param folder exists, is empty and nobody else's */
  constructor(folder: string, allowance: Allowance, signal: AbortSignal) {
    this.#folders = new OpenFolders(folder);
    this.#flush = new FlushQueue(signal);
    this.#allowance = allowance;
    this.#signal = signal;
  }

  /** How many files, folders and links there are. */
  get entries(): number {
    return this.#kinds.size;
  }

  /** Of the folder. */
  get inode(): bigint {
    return this.#folders.inode;
  }

  addFolder(path: string, mode: number): void {
    if (this.#kinds.get(path) !== 'folder') {
      this.#makeWay(path);
      mkdirSync(this.#folders.pathOf(path));
      this.#kinds.set(path, 'folder');
    }
    this.#folderModes.set(path, mode);
  }

  async addFile(
    path: string,
    { mode, modified }: { readonly mode: number; readonly modified: Date | undefined },
    content: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    this.#makeWay(path);
    const fd = openSync(this.#folders.pathOf(path), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    this.#kinds.set(path, 'file');
    try {
      await this.#write(fd, content);
      this.#finishFile(fd, mode, modified);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    await this.#flush.add(fd);
  }

  /** A second name for a file that is there already. */
  async addHardLink(path: string, target: string): Promise<void> {
    if (this.#kinds.get(target) !== 'file') {
      throw refused(path, `is a hard link to ${JSON.stringify(target)}, which is no file that was unpacked before it`);
    }
    if (path === target) return;
    this.#makeWay(path);
    const [from, to] = [this.#folders.pathOf(target), this.#folders.pathOf(path)];
    try {
      linkSync(from, to);
    } catch (error) {
      // not every file system has them
      if (!['EPERM', 'ENOTSUP', 'EMLINK', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      this.#allowance.write(statSync(from).size);
      copyFileSync(from, to, constants.COPYFILE_EXCL);
      await this.#flush.add(openSync(to, O_RDONLY | O_NOFOLLOW));
    }
    this.#kinds.set(path, 'file');
  }

  addSymlink(path: string, target: string): void {
    this.#makeWay(path);
    this.#kinds.set(path, 'symlink');
    this.#symlinks.set(path, target);
  }

  /** Makes the links, sets the modes of folders, and waits until all of it is on disk. */
  async finish(): Promise<void> {
    checkSymlinks(this.#symlinks);
    for (const [path, target] of this.#symlinks) symlinkSync(target, this.#folders.pathOf(path));
    await this.#flush.flush();
    // from the leaves on: a folder may be closed for ourselves afterwards
    const folders = ['', ...[...this.#kinds].filter(([, kind]) => kind === 'folder').map(([path]) => path)];
    const depth = (path: string) => (path === '' ? 0 : path.split('/').length);
    for (const path of folders.toSorted((a, b) => depth(b) - depth(a))) {
      this.#signal.throwIfAborted();
      const leaf = path === '' ? 0 : O_NOFOLLOW;
      const fd = openSync(this.#folders.pathOf(path), O_RDONLY | O_DIRECTORY | leaf);
      // set-group-ID is the volume's (fsGroup), by which new files belong to its group
      const inherited = fstatSync(fd).mode & 0o2000;
      fchmodSync(fd, (this.#folderModes.get(path) ?? 0o755) | inherited);
      await this.#flush.add(fd, true);
    }
    await this.#flush.flush();
  }

  /** Lets go of everything. */
  close(): void {
    this.#flush.close();
    this.#folders.close();
  }

  #finishFile(fd: number, mode: number, modified: Date | undefined): void {
    const seconds = (modified?.getTime() ?? Number.NaN) / 1_000;
    // until the year 9999; what no file system can keep is the time of unpacking
    if (seconds >= 0 && seconds < 253_402_300_800) {
      try {
        futimesSync(fd, seconds, seconds);
      } catch {}
    }
    // the process's umask has taken something away, or the volume's group has given something
    if ((fstatSync(fd).mode & 0o7777) !== mode) fchmodSync(fd, mode);
  }

  async #write(fd: number, content: AsyncIterable<Uint8Array>): Promise<void> {
    let batch: Uint8Array[] = [];
    let batched = 0;
    let isLarge = false;
    for await (const piece of content) {
      this.#signal.throwIfAborted();
      this.#allowance.write(piece.length);
      batch.push(piece);
      batched += piece.length;
      if (batched < batchBytes) continue;
      isLarge = true;
      await writeAll(fd, batch);
      batch = [];
      batched = 0;
    }
    if (isLarge) return writeAll(fd, batch);
    for (let rest = batch; rest.length > 0; ) rest = after(rest, writevSync(fd, rest));
  }

  /** Makes sure that nothing is at the path, and that folders, nothing else, lead there. */
  #makeWay(path: string): void {
    this.#signal.throwIfAborted();
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const above = path.slice(0, slash);
      const kind = this.#kinds.get(above);
      if (kind === 'folder') continue;
      if (kind !== undefined) throw refused(path, `lies below ${JSON.stringify(above)}, which is no folder`);
      mkdirSync(this.#folders.pathOf(above));
      this.#kinds.set(above, 'folder');
    }
    const there = this.#kinds.get(path);
    if (there === undefined) return;
    if (there === 'folder') throw refused(path, 'takes the place of a folder');
    // what is appended to a tar archive later is meant to replace what came before
    if (there === 'file') unlinkSync(this.#folders.pathOf(path));
    this.#symlinks.delete(path);
    this.#kinds.delete(path);
  }
}

async function writeAll(fd: number, pieces: readonly Uint8Array[]): Promise<void> {
  for (let rest = pieces; rest.length > 0; ) {
    const written = await new Promise<number>((resolve, reject) => {
      writev(fd, rest, (error, count) => (error ? reject(error) : resolve(count)));
    });
    rest = after(rest, written);
  }
}

/** What is left of the pieces when so many bytes of them are written. */
function after(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let at = 0;
  return pieces.flatMap((piece) => {
    const left = piece.subarray(Math.max(0, bytes - at));
    at += piece.length;
    return left.length > 0 ? [left] : [];
  });
}
