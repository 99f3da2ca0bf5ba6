// What is done now and then while a body comes: a line of progress, a flush with a checkpoint, a sign of life.
import type { Runtime } from '../../runtime.ts';
import { type Backstage, heartbeatMs, type StateOfWork, type Work } from '../backstage/backstage.ts';
import { type Extents, totalBytes } from '../backstage/extents.ts';
import type { Progress } from './progress.ts';

// How much may be lost when the node loses power.
export const flushEveryBytes = 64 << 20;

export interface Upkeep {
  /** To be called at least once a second. */
  tick(progress: Progress, sizeBytes: number | undefined): void;
  /** What is safe on disk. */
  readonly flushed: Extents;
  /** Waits until nothing is under way; nothing begins after it. */
  end(): Promise<void>;
}

/** What is asked of the download. */
export interface Kept {
  /** The state of the partial file, with so much of it safe on disk. */
  state(flushed: Extents): StateOfWork;
  /** Whether it is written in parts, so that its length does not tell what a run that is killed has left. */
  inParts(): boolean;
}

export function createUpkeep(
  work: Work,
  backstage: Backstage,
  { clock, log }: Pick<Runtime, 'clock' | 'log'>,
  { state, inParts }: Kept,
): Upkeep {
  let flushed: Extents = [];
  let saved: Extents = [];
  let beatMs = clock.now();
  let flushing: Promise<void> | undefined;
  let ended = false;

  const flush = async () => {
    try {
      const now = await work.partial.flush();
      if (ended) return;
      flushed = now;
      saved = work.partial.written;
      await backstage.saveState(work, state(now));
    } catch (error) {
      work.partial.onFault(error as Error);
    } finally {
      flushing = undefined;
    }
  };
  const save = async () => {
    saved = work.partial.written;
    await backstage.saveState(work, state(flushed)).catch((error: Error) => work.partial.onFault(error));
    flushing = undefined;
  };
  return {
    tick: (progress, sizeBytes) => {
      const bytes = totalBytes(work.partial.written);
      const line = progress.look(clock.now(), bytes, sizeBytes);
      if (line !== undefined) log.info(line.message, line.fields);
      if (ended) return;
      if (bytes - totalBytes(flushed) >= flushEveryBytes) flushing ??= flush();
      else if (inParts() && saved !== work.partial.written) flushing ??= save();
      if (clock.now() - beatMs >= heartbeatMs) {
        beatMs = clock.now();
        void backstage.beat(work);
      }
    },
    get flushed() {
      return flushed;
    },
    end: async () => {
      ended = true;
      await flushing;
    },
  };
}
