// An archive that may still be on its way: what is there of it, from its beginning on, and a way to wait for more. It is
// read back from the file in which it gathers, so it matters neither in which order its parts come nor how fast.
import type { FileHandle } from 'node:fs/promises';

// Each is memory of its own until V8 collects it, which it does by their count rather than by their size: with pieces of
// 256 KiB the process holds 7 MiB more, and is no faster.
const pieceBytes = 128 << 10;

export class Archive {
  readonly file: FileHandle;
  #bytes = 0;
  #isWhole = false;
  #isClosed = false;
  #waiting: (() => void)[] = [];

  /** @param file stays open as long as anybody reads, and is closed by whoever opened it */
  constructor(file: FileHandle) {
    this.file = file;
  }

  /** How much is there, from the beginning on. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether it is known that no more will come. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Says how much is there, and whether that is all. */
  grow(bytes: number, isWhole = false): void {
    this.#bytes = bytes;
    this.#isWhole ||= isWhole;
    this.#wake();
  }

  /** Nobody needs more of it: ends all reading and waiting, with an error. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  /** Waits until more than so much is there, or until it is known that there will not be more. @returns which of both */
  async goesBeyond(bytes: number): Promise<boolean> {
    while (!this.#isClosed && this.#bytes <= bytes && !this.#isWhole) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (this.#isClosed) throw new Error('the archive is not read any more');
    return this.#bytes > bytes;
  }

  /** Its first bytes, at most so many. */
  async head(bytes: number): Promise<Buffer> {
    await this.goesBeyond(bytes - 1);
    const { buffer, bytesRead } = await this.file.read(Buffer.alloc(bytes), 0, Math.min(bytes, this.#bytes), 0);
    return buffer.subarray(0, bytesRead);
  }

  /** Its bytes to the end, as they come. Errors of the file system as they are. */
  async *read(from = 0): AsyncGenerator<Buffer> {
    for (let at = from; await this.goesBeyond(at); ) {
      const length = Math.min(pieceBytes, this.#bytes - at);
      const { buffer, bytesRead } = await this.file.read(Buffer.allocUnsafe(length), 0, length, at);
      if (bytesRead === 0) throw Object.assign(new Error('EIO: it is shorter than it was'), ofReading);
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

const ofReading = { code: 'EIO', syscall: 'read' };
