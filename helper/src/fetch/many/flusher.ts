// Files that are finished are flushed to disk in batches, beside the download of others: one flush for each file that
// ends would wait for the disk's journal each time.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

const batchFiles = 256;
const flushedAtOnce = 32;

export class Flusher {
  #waiting: string[] = [];
  #flushing: Promise<void> = Promise.resolve();

  /** Takes the path of a file that is closed. */
  add(path: string): void {
    this.#waiting.push(path);
    if (this.#waiting.length >= batchFiles) this.#start();
  }

  /** Waits until all is on disk. Errors of the file system, of any file, come from here as they are. */
  async end(): Promise<void> {
    this.#start();
    await this.#flushing;
  }

  /** Waits until nothing is under way. */
  async close(): Promise<void> {
    await this.#flushing.catch(() => {});
  }

  #start(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#flushing = this.#flushing.then(() => flush(batch));
    this.#flushing.catch(() => {});
  }
}

async function flush(paths: readonly string[]): Promise<void> {
  const queue = paths.values();
  const worker = async () => {
    for (const path of queue) {
      const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
      await file.sync().finally(() => file.close());
    }
  };
  await Promise.all(Array.from({ length: flushedAtOnce }, worker));
}
