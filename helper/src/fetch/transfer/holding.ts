// What a download holds of its object: the partial file, what is known of the object, and what keeps both safe. An
// object that has changed is begun anew, so none of it outlives the partial file.
import type { Algorithm } from '../../contract/integrity.ts';
import type { Runtime } from '../../runtime.ts';
import type { Backstage, Leftover, StateOfWork, Work } from '../backstage/backstage.ts';
import { beginning, type Extents, gaps, totalBytes } from '../backstage/extents.ts';
import type { Held } from '../backstage/validators.ts';
import { createUpkeep, type Upkeep } from './upkeep.ts';

/** What is known of the object by the last answer. */
export interface Known extends Held {
  /** Whose validators they are. */
  readonly source: string;
  /** Whether something tells the object's end from a connection that broke. */
  readonly isFramed: boolean;
}

/** All came in one answer; in several, one behind the other; or in whatever order, over several connections. */
type Came = 'at once' | 'in order' | 'in parts';

/** What it takes to keep partial files, and is the same for all of a download's. */
export interface Keeping {
  readonly backstage: Backstage;
  readonly runtime: Runtime;
  /** What their states have that is known elsewhere. */
  readonly beside: () => Pick<StateOfWork, 'source' | 'offered'>;
}

export class Holding {
  readonly work: Work;
  readonly upkeep: Upkeep;
  readonly #keeping: Keeping;
  #known: Known;
  #came: Came;

  private constructor(work: Work, known: Known, came: Came, keeping: Keeping) {
    this.work = work;
    this.#known = known;
    this.#came = came;
    this.#keeping = keeping;
    this.upkeep = createUpkeep(work, keeping.backstage, keeping.runtime, {
      state: (flushed) => this.#state(flushed),
      inParts: () => this.isInParts,
    });
  }

  /** Begins an object. Its state is on disk before its first byte is. */
  static async begin(known: Known, algorithms: Iterable<Algorithm>, keeping: Keeping): Promise<Holding> {
    const work = await keeping.backstage.begin(stateOf(keeping, known, []), algorithms);
    return new Holding(work, known, 'at once', keeping);
  }

  /** What another run left: nobody knows in how many answers it came. */
  static takenOver({ work, held }: Leftover, source: string, keeping: Keeping): Holding {
    const known = { ...held, source, isFramed: held.sizeBytes !== undefined };
    return new Holding(work, known, work.partial.written.length > 1 ? 'in parts' : 'in order', keeping);
  }

  get known(): Known {
    return this.#known;
  }

  /** All that is there, in whatever order. */
  get bytes(): number {
    return totalBytes(this.work.partial.written);
  }

  get isComplete(): boolean {
    return this.#known.bytes === this.#known.sizeBytes;
  }

  get isInParts(): boolean {
    return this.#came === 'in parts';
  }

  /** Whether the bytes of several answers may not belong together. */
  get isJoined(): boolean {
    return this.#came !== 'at once';
  }

  /** Where to stop: of what came in parts, what is missing first ends before what lies behind it. */
  get gapEnd(): number | undefined {
    const { sizeBytes = 0 } = this.#known;
    const end = this.isInParts ? gaps(this.work.partial.written, sizeBytes)[0]?.[1] : undefined;
    return end === sizeBytes ? undefined : end;
  }

  /** Another source's validators mean nothing: the digest, without which there are no mirrors, decides. */
  askOf(source: string): void {
    if (this.#known.source !== source) this.#known = { ...this.#known, validators: {} };
  }

  /** An answer goes on with it. */
  join(): void {
    if (this.#came === 'at once') this.#came = 'in order';
  }

  /** What the answer says that goes on with it; on disk before its first byte is. */
  async learn(known: Known): Promise<void> {
    this.#known = known;
    await this.#save();
  }

  /** From now on it comes in parts, which is on disk before the first of them. */
  async comeInParts(): Promise<void> {
    this.#came = 'in parts';
    await this.#save();
  }

  /** An answer has ended. @param isWhole without a length, the end of a body is the end of the object */
  ended(isWhole: boolean): void {
    const { bytes } = this.work.partial;
    this.#known = { ...this.#known, bytes, ...(isWhole && { sizeBytes: bytes }) };
  }

  /** Its server says that there is no more. */
  complete(): void {
    this.#known = { ...this.#known, sizeBytes: this.#known.bytes, isFramed: true };
  }

  /** Lets go of it. What came stays for another run. */
  async close(): Promise<void> {
    await this.upkeep.end();
    await this.work.partial.drain().catch(() => {});
    if (this.isInParts) await this.#save().catch(() => {});
    await this.work.partial.close().catch(() => {});
  }

  async drop(): Promise<void> {
    await this.upkeep.end();
    await this.#keeping.backstage.drop(this.work);
  }

  #save(): Promise<void> {
    return this.#keeping.backstage.saveState(this.work, this.#state(this.upkeep.flushed));
  }

  #state(flushed: Extents): StateOfWork {
    const parts = this.isInParts && { parts: { written: this.work.partial.written, flushed } };
    return { ...stateOf(this.#keeping, this.#known, flushed), ...parts };
  }
}

function stateOf({ beside }: Keeping, { validators, sizeBytes }: Known, flushed: Extents): StateOfWork {
  const size = sizeBytes === undefined ? {} : { sizeBytes };
  return { ...beside(), validators, ...size, flushedBytes: beginning(flushed) };
}
