// The one loop for everything that is tried more than once: attempt, decide, pause.
// It knows nothing of what is tried, and finds no words: the rooms do.
import { type Backoff, backoffDelayMs } from '../core/backoff.ts';
import { asFailure, Failure } from '../core/failure.ts';
import { overReason } from '../core/over-reason.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';

/** One try, as the code that is tried sees it. */
export interface Attempt {
  /** Counts from 1. */
  readonly number: number;
  /** Aborted when the attempt is over, for whatever reason: whoever opened a socket closes it then. */
  readonly signal: AbortSignal;
  /** Says that something was gained: failures are counted, and pauses grow, from here anew. */
  progress(): void;
}

/** Resolves when an attempt may begin, with what it calls at its end. @throws the signal's reason */
export type Turn = (signal: AbortSignal) => Promise<() => void>;

export interface RetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Ends the loop at once; `retry` then rejects with its reason. */
  readonly signal: AbortSignal;
  /** Budget for all attempts and pauses together, in milliseconds; Infinity for none. */
  readonly deadlineMs: number;
  /** Bound of one attempt, in milliseconds; Infinity for none. */
  readonly timeoutMs: number;
  readonly backoff: Backoff;
  /** Gives up after so many failures in a row without progress; default Infinity. */
  readonly maxFailures?: number;
  /** Told of each failed attempt that is followed by another one. */
  readonly onFailure?: (failure: Failure, state: RetryState) => void;
  /** Whether an attempt is cheap enough to go on to the very end; default false: the last one is `lastAttemptMs` before. */
  readonly toTheEnd?: boolean;
  /** May lengthen a pause, for instance to what a server asked for; default: as the back-off says. */
  readonly delayMs?: (failure: Failure, backoffMs: number) => number;
  /** Waited for before each attempt, whose timeout begins after it; default: at once. */
  readonly turn?: Turn;
  /** Stands in for the pause; `longestMs` is what is left until the last attempt. Default: sleeps so long. */
  readonly pause?: (delayMs: number, longestMs: number) => Promise<void>;
}

export interface RetryState {
  readonly attempts: number;
  readonly elapsedMs: number;
  /** The pause that follows. */
  readonly delayMs: number;
}

export type RetryOutcome<T> = { readonly attempts: number; readonly elapsedMs: number } & (
  | { readonly kind: 'done'; readonly value: T }
  /** No retry will help, or maxFailures is reached. */
  | { readonly kind: 'failed'; readonly failure: Failure; readonly exhausted: boolean }
  /**
   * `last` is the cause of the last attempt; never undefined, since one attempt is always made. `gaining`: that attempt
   * had made progress when the deadline cut it short, so that nothing was wrong but the time.
   */
  | { readonly kind: 'deadline'; readonly last: Failure; readonly gaining: boolean }
);

// The last attempt starts so long before the deadline (or `timeoutMs`, if that is shorter):
// what became ready during the last pause still counts.
const lastAttemptMs = 500;

// Where that one failed soon, and attempts are cheap, they go on until so long before the deadline.
const quickAttemptMs = 50;

/**
 * Tries until it succeeds, until a failure is final, or until the deadline.
 * @throws only the reason of `signal`
 */
export async function retry<T>(
  attemptOnce: (attempt: Attempt) => Promise<T>,
  options: RetryOptions,
): Promise<RetryOutcome<T>> {
  const { clock, random, signal, backoff, timeoutMs } = options;
  const startMs = clock.now();
  const remainingMs = () => options.deadlineMs - (clock.now() - startMs);
  const reserveMs = Math.min(lastAttemptMs, timeoutMs);
  let attempts = 0;
  let failures = 0;
  let previous: Failure | undefined;

  for (;;) {
    signal.throwIfAborted();
    const isLate = attempts > 0 && remainingMs() <= 0;
    const end = await options.turn?.(signal);
    attempts++;
    const budgetMs = isLate ? reserveMs : Math.min(timeoutMs, Math.max(0, remainingMs()));
    let gained = false;
    const progress = () => {
      failures = 0;
      gained = true;
    };
    const result = await withinTimeout(
      (attemptSignal) => attemptOnce({ number: attempts, signal: attemptSignal, progress }),
      budgetMs,
      clock,
      signal,
    ).finally(end);
    const counts = () => ({ attempts, elapsedMs: clock.now() - startMs });
    if ('value' in result) return { kind: 'done', value: result.value, ...counts() };

    const { failure } = result;
    failures++;
    if (!failure.retryable) return { kind: 'failed', failure, exhausted: false, ...counts() };
    if (failures >= (options.maxFailures ?? Number.POSITIVE_INFINITY)) {
      return { kind: 'failed', failure, exhausted: true, ...counts() };
    }
    // an attempt that the deadline cut short says less than the one before it
    const cutShort = failure.code === 'TIMED_OUT' && budgetMs < timeoutMs;
    const gaining = cutShort && gained;
    const last = cutShort && !gained ? (previous ?? failure) : failure;
    previous = failure;
    // the process stood still (SIGSTOP, a node that sleeps), and nobody has asked at the end
    if (!isLate && remainingMs() < -reserveMs) continue;
    const neededMs =
      remainingMs() > reserveMs ? reserveMs : options.toTheEnd ? quickAttemptMs : Number.POSITIVE_INFINITY;
    if (remainingMs() <= neededMs) return { kind: 'deadline', last, gaining, ...counts() };

    const backoffMs = backoffDelayMs(failures, backoff, random.next());
    const wantedMs = options.delayMs?.(failure, backoffMs) ?? backoffMs;
    const longestMs = Math.max(0, remainingMs() - neededMs);
    const delayMs = Math.min(wantedMs, longestMs);
    options.onFailure?.(failure, { ...counts(), delayMs });
    if (options.pause === undefined) await clock.sleep(delayMs, signal);
    else await options.pause(delayMs, longestMs);
  }
}

/** Runs one attempt; one that outlasts its budget is aborted and not waited for. */
async function withinTimeout<T>(
  attemptOnce: (signal: AbortSignal) => Promise<T>,
  budgetMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<{ value: T } | { failure: Failure }> {
  const over = new AbortController();
  const attemptSignal = AbortSignal.any([signal, over.signal]);
  const timeout = async (): Promise<never> => {
    await clock.sleep(budgetMs, attemptSignal);
    throw new Failure('TIMED_OUT', 'no answer in time', { details: { timeoutMs: Math.round(budgetMs) } });
  };
  try {
    const attempt = attemptOnce(attemptSignal);
    const timedOut = timeout();
    // the loser of the race is of no interest any more, whatever becomes of it
    attempt.catch(() => {});
    timedOut.catch(() => {});
    return { value: await Promise.race([attempt, timedOut]) };
  } catch (thrown) {
    signal.throwIfAborted();
    return { failure: asFailure(thrown) };
  } finally {
    over.abort(overReason);
  }
}
