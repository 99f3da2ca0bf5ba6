// Everything that the rooms may ask of the world; made once, in main.ts.
import type { Clock } from './ports/clock.ts';
import type { Log } from './ports/log.ts';
import type { Random } from './ports/random.ts';

export interface Runtime {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted with a Failure (TERMINATED, INTERRUPTED) when the process shall end. */
  readonly signal: AbortSignal;
}

/** What a step that succeeded has to say for itself. */
export interface StepReport {
  /** A sentence, such as `tcp://db:5432 ready after 3.2s (14 attempts)`. */
  readonly sentence: string;
  /** How often it tried, from 1. */
  readonly attempts: number;
}
