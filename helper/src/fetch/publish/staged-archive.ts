// An archive that is unpacked while it comes: into a folder aside, as far as there is anything of it. Whether these are
// the right bytes nobody knows yet; so a fault of theirs is kept until that is known, and nothing is published here.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Archive } from '../../unpack/archive.ts';
import type { Selection } from '../../unpack/entry-path.ts';
import type { Limits } from '../../unpack/limits.ts';
import { type Unpacked, unpack } from '../../unpack/unpack.ts';
import type { Work } from '../backstage/backstage.ts';
import type { Destination } from '../backstage/destination.ts';
import { beginning } from '../backstage/extents.ts';
import { discard } from './clear-trees.ts';
import { treeRoom } from './tree-destination.ts';

export class StagedArchive {
  /** What it is unpacked to. */
  readonly folder: string;
  readonly #archive: Archive;
  readonly #stop = new AbortController();
  readonly #unpacked: Promise<Unpacked>;

  /**
   * Begins.
   * @param signal ends it, with its reason
   * @param onFault called when it is over before the archive is whole
   */
  constructor(
    { id, partial }: Work,
    destination: Destination,
    options: Limits & Selection,
    signal: AbortSignal,
    onFault: (error: Error) => void = () => {},
  ) {
    const { room, key } = treeRoom(destination);
    this.folder = join(room, `${key}.${id}.tree`);
    this.#archive = new Archive(partial.file);
    const grow = () => this.#archive.grow(beginning(partial.written));
    partial.onWritten = grow;
    grow();
    this.#unpacked = this.#unpack(options, AbortSignal.any([signal, this.#stop.signal]), onFault);
    this.#unpacked.catch(() => {});
  }

  /** Says that the archive is whole, and waits until it is unpacked. Throws what `unpack` throws, early faults too. */
  whole(sizeBytes: number): Promise<Unpacked> {
    this.#archive.grow(sizeBytes, true);
    return this.#unpacked;
  }

  /** Ends it: nobody reads the archive after that. What was unpacked stays. */
  async end(): Promise<void> {
    this.#stop.abort(new Error('nobody waits for it'));
    await this.#unpacked.catch(() => {});
  }

  /** Ends it, and removes what was unpacked. */
  async drop(): Promise<void> {
    await this.end();
    await discard(this.folder).catch(() => {});
  }

  async #unpack(options: Limits & Selection, signal: AbortSignal, onFault: (error: Error) => void): Promise<Unpacked> {
    try {
      await mkdir(this.folder, { mode: 0o755 });
      return await unpack(this.#archive, this.folder, options, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!this.#archive.isWhole) onFault(error as Error);
      // the rest of the archive may need the room
      await discard(this.folder).catch(() => {});
      throw error;
    }
  }
}
