// What an archive may take at most. Whoever packs zeros packs a terabyte into a kilobyte's worth of name tables.
import { describeByteSize } from '../core/byte-size.ts';
import { Failure } from '../core/failure.ts';
import type { Archive } from './archive.ts';

export interface Limits {
  /** Of all files together. */
  readonly maxBytes: number;
  /** Files, folders and links, also those that are left out. */
  readonly maxEntries: number;
  /** Unpacked bytes for each packed one. */
  readonly maxRatio: number;
}

/** A path in an archive has at most so many bytes: with the destination's before it, it stays below PATH_MAX (4096). */
export const maxPathBytes = 2048;
/** And so many folders above its last name. */
export const maxDepth = 64;
/** Up to here nobody asks for the ratio: a few empty pages of a small database are no attack. */
export const ratioFromBytes = 16 << 20;

/** Keeps count while an archive is unpacked. */
export class Allowance {
  readonly #limits: Limits;
  readonly #archive: Pick<Archive, 'bytes' | 'goesBeyond'>;
  #entries = 0;
  #produced = 0;
  #written = 0;

  constructor(limits: Limits, archive: Pick<Archive, 'bytes' | 'goesBeyond'>) {
    this.#limits = limits;
    this.#archive = archive;
  }

  /** Bytes of files that were written. */
  get written(): number {
    return this.#written;
  }

  /** An entry came. @throws Failure TOO_LARGE */
  entry(): void {
    this.expectEntries(++this.#entries);
  }

  /** So many are announced. @throws Failure TOO_LARGE before any of them is read */
  expectEntries(count: number): void {
    const { maxEntries } = this.#limits;
    if (count > maxEntries) throw tooLarge(`the archive has more than ${maxEntries} entries`, '--max-entries');
  }

  /** A file says how large it will be. @throws Failure TOO_LARGE before any of it is written */
  announce(sizeBytes: number): void {
    if (this.#written + sizeBytes > this.#limits.maxBytes) throw this.#tooManyBytes();
  }

  /** So much is about to be written. @throws Failure TOO_LARGE */
  write(bytes: number): void {
    this.#written += bytes;
    if (this.#written > this.#limits.maxBytes) throw this.#tooManyBytes();
  }

  /**
   * So much came out of the decompressor. Of an archive that is still on its way, what is more than the ratio allows
   * waits until enough of it is there.
   * @throws Failure TOO_LARGE
   */
  async produce(bytes: number): Promise<void> {
    this.#produced += bytes;
    const { maxRatio } = this.#limits;
    while (this.#produced > Math.max(ratioFromBytes, maxRatio * this.#archive.bytes)) {
      if (await this.#archive.goesBeyond(this.#archive.bytes)) continue;
      throw tooLarge(`the archive unpacks to more than ${maxRatio} times its own size`, '--max-ratio');
    }
  }

  #tooManyBytes(): Failure {
    return tooLarge(
      `the archive unpacks to more than ${describeByteSize(this.#limits.maxBytes)}`,
      '--max-unpacked-size',
    );
  }
}

function tooLarge(message: string, option: string): Failure {
  return new Failure('TOO_LARGE', message, { hint: `If it is the right archive, allow more with ${option}` });
}
