// How a fetch goes on after an attempt that failed: how long it pauses, and what it says.
import { describeDuration } from '../../core/duration.ts';
import type { Failure } from '../../core/failure.ts';
import type { RetryOptions, RetryState } from '../../retry/retry.ts';
import type { Runtime } from '../../runtime.ts';

// Half of each pause is left to chance, so that the pods of a Deployment don't come back all at once.
export const backoff = { initialMs: 500, factor: 2, maxMs: 10_000, jitter: 0.5 };

/** A server that asks for more patience than this is asked again after it all the same. */
export const longestRetryAfterMs = 120_000;

// The same reason again is worth a line this often.
const sameReasonEveryMs = 30_000;

/** How a loop of attempts goes on, until the signal or the step's deadline. */
export type Patience = (stop: AbortSignal) => RetryOptions;

/** @param options of a step, whose deadline begins now */
export function createPatience(
  options: { readonly deadlineMs: number; readonly maxFailures: number },
  { clock, random, log }: Runtime,
): Patience {
  const { deadlineMs, maxFailures } = options;
  const startMs = clock.now();
  const onFailure = createReasons(clock, log);
  return (signal) => ({
    ...{ clock, random, signal, timeoutMs: Number.POSITIVE_INFINITY, backoff, delayMs, maxFailures, onFailure },
    deadlineMs: Math.max(0, deadlineMs - (clock.now() - startMs)),
  });
}

/** Logs why an attempt failed: at once when the reason is a new one, else now and then. */
function createReasons(
  clock: Runtime['clock'],
  log: Runtime['log'],
): (failure: Failure, state: Pick<RetryState, 'attempts' | 'delayMs'>) => void {
  let last: string | undefined;
  let toldMs = 0;
  return (failure, { attempts, delayMs }) => {
    const message = `${failure.message}; trying again in ${describeDuration(delayMs)}`;
    const fields = { code: failure.code, attempt: attempts, ...(failure.hint && { hint: failure.hint }) };
    const reason = `${failure.code} ${failure.details.status ?? ''}`;
    const nowMs = clock.now();
    if (reason === last && nowMs - toldMs < sameReasonEveryMs) return log.debug(message, fields);
    last = reason;
    toldMs = nowMs;
    log.warn(message, fields);
  };
}

/** The pause, lengthened to what a server asked for. */
export function delayMs(failure: Failure, backoffMs: number): number {
  const { retryAfterMs } = failure.details;
  return typeof retryAfterMs === 'number'
    ? Math.max(backoffMs, Math.min(retryAfterMs, longestRetryAfterMs))
    : backoffMs;
}
