// Files and folders that are to be flushed to disk before the folder is published. They stay open and are flushed in
// batches: one flush for each file that ends would wait for the disk's journal each time.
import { closeSync, fsync } from 'node:fs';

// Of the 1,024 open files that the strictest container runtimes allow.
const batchFiles = 512;
// What is flushed at once shares a commit of the journal; libuv has so many threads in the image (main.ts).
const flushedAtOnce = 32;

// Some network file systems cannot flush folders, and need not.
const unneeded: readonly (string | undefined)[] = ['EINVAL', 'ENOTSUP', 'EBADF'];

export class FlushQueue {
  readonly #signal: AbortSignal;
  #waiting: { fd: number; isFolder: boolean }[] = [];

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Takes an open file, and closes it when it is on disk. Errors of flushing, of any file, come from here. */
  async add(fd: number, isFolder = false): Promise<void> {
    this.#waiting.push({ fd, isFolder });
    if (this.#waiting.length >= batchFiles) await this.flush();
  }

  /** Waits until all is on disk. */
  async flush(): Promise<void> {
    const queue = this.#waiting;
    this.#waiting = [];
    const worker = async () => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        try {
          this.#signal.throwIfAborted();
          await flushed(next.fd, next.isFolder);
        } finally {
          closeSync(next.fd);
        }
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: flushedAtOnce }, worker));
    this.#waiting.push(...queue);
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
  }

  /** Lets go of what was not flushed. */
  close(): void {
    for (const { fd } of this.#waiting.splice(0)) closeSync(fd);
  }
}

function flushed(fd: number, isFolder: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    fsync(fd, (error) => (error === null || (isFolder && unneeded.includes(error.code)) ? resolve() : reject(error)));
  });
}
