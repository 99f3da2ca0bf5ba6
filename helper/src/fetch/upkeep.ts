// What is done now and then while a body comes: a line of progress, a flush with a checkpoint, a sign of life.
import type { Runtime } from '../runtime.ts';
import { type Backstage, heartbeatMs, type StateOfWork, type Work } from './backstage.ts';
import type { Progress } from './progress.ts';

// How much may be lost when the node loses power.
export const flushEveryBytes = 64 << 20;

export interface Upkeep {
  /** To be called at least once a second. */
  tick(progress: Progress, sizeBytes: number | undefined): void;
  /** How much is safe on disk. */
  readonly flushedBytes: number;
  /** Waits until nothing is under way; nothing begins after it. */
  end(): Promise<void>;
}

/** @param state of the partial file, with so many bytes safe on disk */
export function createUpkeep(
  work: Work,
  backstage: Backstage,
  { clock, log }: Pick<Runtime, 'clock' | 'log'>,
  state: (flushedBytes: number) => StateOfWork,
): Upkeep {
  let flushedBytes = 0;
  let beatMs = clock.now();
  let flushing: Promise<void> | undefined;
  let ended = false;

  const flush = async () => {
    try {
      const bytes = await work.partial.flush();
      if (ended) return;
      await backstage.saveState(work, state(bytes));
      flushedBytes = bytes;
    } catch (error) {
      work.partial.onFault(error as Error);
    } finally {
      flushing = undefined;
    }
  };
  return {
    tick: (progress, sizeBytes) => {
      const { bytes } = work.partial;
      const line = progress.look(clock.now(), bytes, sizeBytes);
      if (line !== undefined) log.info(line.message, line.fields);
      if (ended) return;
      if (bytes - flushedBytes >= flushEveryBytes) flushing ??= flush();
      if (clock.now() - beatMs >= heartbeatMs) {
        beatMs = clock.now();
        void backstage.beat(work);
      }
    },
    get flushedBytes() {
      return flushedBytes;
    },
    end: async () => {
      ended = true;
      await flushing;
    },
  };
}
