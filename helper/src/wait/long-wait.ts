// Who has waited for ten minutes can be two seconds late. Pure.
import type { Pauses } from './protocols.ts';

// A pause of a 120th of the time waited so far is noticed late by half of it: less than half a percent.
const shareOfWait = 1 / 120;

/**
 * A pause as the back-off gives it, lengthened when the wait is long.
 * @param backoffMs with what chance took away from it
 * @param elapsedMs how long the wait has lasted
 */
export function pauseMs(backoffMs: number, elapsedMs: number, { backoff, longestMs }: Pauses): number {
  const longMs = Math.min(longestMs, elapsedMs * shareOfWait);
  return Math.round(backoffMs * Math.max(1, longMs / backoff.maxMs));
}
