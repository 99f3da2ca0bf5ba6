// A probe that is ready only when another one has been found ready often enough in a row, or for long enough.
import { describeDuration } from '../core/duration.ts';
import { Failure } from '../core/failure.ts';
import type { Clock } from '../ports/clock.ts';
import type { Probe } from './probe.ts';

export interface Stability {
  /** How many times in a row; from 1. */
  readonly successes: number;
  /** How long at least from the first of them to the last, in milliseconds. */
  readonly stableForMs: number;
}

/** Unlike other probes it remembers: what came before is the point. */
export function stable(probe: Probe, { successes, stableForMs }: Stability, clock: Clock): Probe {
  if (successes <= 1 && stableForMs <= 0) return probe;
  let streak: { readonly count: number; readonly sinceMs: number } | undefined;
  const { changed } = probe;
  return {
    ...probe,
    // what is ready may stay so without a word: then it is asked again and again
    ...(changed && { changed: async (signal: AbortSignal) => streak === undefined && (await changed(signal)) }),
    async check(ask) {
      const before = streak;
      // whatever happens now, and be it that the attempt never ends, breaks the streak
      streak = undefined;
      const readiness = await probe.check(ask);
      if (readiness.kind !== 'ready' || ask.signal.aborted) return readiness;
      const now = clock.now();
      streak = { count: (before?.count ?? 0) + 1, sinceMs: before?.sinceMs ?? now };
      const forMs = now - streak.sinceMs;
      if (streak.count >= successes && forMs >= stableForMs) return readiness;
      const so = `ready ${streak.count === 1 ? 'once' : `${streak.count} times in a row`}, for ${describeDuration(forMs)}`;
      const wanted = [
        ...(successes > 1 ? [`${successes} times`] : []),
        ...(stableForMs > 0 ? [describeDuration(stableForMs)] : []),
      ].join(' and ');
      return {
        kind: 'not-ready',
        cause: new Failure('UNSTABLE', `${so}; ${wanted} wanted`, { details: { count: streak.count } }),
      };
    },
  };
}
