// How long to pause before the next attempt. Pure: chance is passed in.

/** Pauses that grow by a factor up to a longest one, shortened by chance so that many pods spread out. */
export interface Backoff {
  /** The pause after the first attempt, in milliseconds. */
  readonly initialMs: number;
  /** Each pause is this many times the one before; at least 1. */
  readonly factor: number;
  /** No pause is longer than this, in milliseconds. */
  readonly maxMs: number;
  /** The share of a pause that chance may take away, 0 (none) to 1 (all of it). */
  readonly jitter: number;
}

/**
 * The pause after a failed attempt, in milliseconds.
 * @param failures how many attempts have failed in a row, from 1
 * @param random a number from 0 to below 1
 */
export function backoffDelayMs(failures: number, backoff: Backoff, random: number): number {
  const grownMs = Math.min(backoff.maxMs, backoff.initialMs * backoff.factor ** (failures - 1));
  return Math.round(grownMs * (1 - backoff.jitter * random));
}
