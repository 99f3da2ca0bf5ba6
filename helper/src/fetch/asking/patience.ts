// How long a fetch pauses before it tries again.
import type { Failure } from '../../core/failure.ts';

// Half of each pause is left to chance, so that the pods of a Deployment don't come back all at once.
export const backoff = { initialMs: 500, factor: 2, maxMs: 10_000, jitter: 0.5 };

/** A server that asks for more patience than this is asked again after it all the same. */
export const longestRetryAfterMs = 120_000;

/** The pause, lengthened to what a server asked for. */
export function delayMs(failure: Failure, backoffMs: number): number {
  const { retryAfterMs } = failure.details;
  return typeof retryAfterMs === 'number'
    ? Math.max(backoffMs, Math.min(retryAfterMs, longestRetryAfterMs))
    : backoffMs;
}
