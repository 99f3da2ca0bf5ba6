// What is said while waiting: a line when it starts, when a cause changes, when a target is ready, and a heartbeat
// that thins out. Never one line per attempt: that is what debug is for.
import { describeDuration } from '../core/duration.ts';
import type { Failure } from '../core/failure.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log, LogFields } from '../ports/log.ts';

/** A target, as far as it is known. */
export interface Standing {
  /** How it is shown: without secrets. */
  readonly target: string;
  state: 'waiting' | 'ready' | 'broken';
  attempts: number;
  /** The last cause, and the hint that goes with it. */
  cause: Failure | undefined;
  hint: string | undefined;
  /** When that kind of cause was first seen in a row, by the clock. */
  causeSinceMs: number;
}

// The heartbeat comes after 10 s, then after pauses that double up to two minutes: 5 lines in the first 5 minutes.
const firstHeartbeatMs = 10_000;
const longestHeartbeatMs = 120_000;
// A cause that comes and goes is not said again before so long, in milliseconds.
const repeatAfterMs = 30_000;
// How many targets a heartbeat names; of the others it gives the number.
const namedTargets = 5;

/** What the targets are waited for to be. */
export type Goal = 'ready' | 'gone';

export class Progress {
  readonly goal: Goal;
  readonly standings: readonly Standing[];
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #startMs: number;
  /** When each cause of each target was last said. */
  readonly #said = new Map<string, number>();

  constructor(targets: readonly string[], goal: Goal, deadlineMs: number, log: Log, clock: Clock) {
    this.goal = goal;
    this.#log = log;
    this.#clock = clock;
    this.#deadlineMs = deadlineMs;
    this.#startMs = clock.now();
    this.standings = targets.map((target) => ({
      target,
      state: 'waiting',
      attempts: 0,
      cause: undefined,
      hint: undefined,
      causeSinceMs: this.#startMs,
    }));
  }

  elapsedMs(): number {
    return this.#clock.now() - this.#startMs;
  }

  started(what: string): void {
    const targets = this.standings.map(({ target }) => target);
    this.#log.info(`waiting for ${what}, ${describeDuration(this.#deadlineMs)} at most`, {
      targets,
      deadlineMs: this.#deadlineMs,
    });
  }

  /** @param hint is asked for only when it will be said, or may be needed at the end */
  notReady(index: number, cause: Failure, attempts: number, hint: () => string | undefined): void {
    const standing = this.#standing(index);
    const changed = standing.cause === undefined || causeKey(standing.cause) !== causeKey(cause);
    const now = this.#clock.now();
    standing.attempts = attempts;
    standing.cause = cause;
    if (changed) {
      standing.hint = hint();
      standing.causeSinceMs = now;
    }
    const key = `${index} ${causeKey(cause)}`;
    const message = `${standing.target} not ${this.goal}: ${cause.message}`;
    if (changed && now - (this.#said.get(key) ?? Number.NEGATIVE_INFINITY) >= repeatAfterMs) {
      this.#said.set(key, now);
      this.#log.info(message, this.#fields(standing));
    } else {
      this.#log.debug(message, this.#fields(standing));
    }
  }

  /** Asks for the hints of what is missing anew. */
  renewHints(hint: (index: number, cause: Failure) => string | undefined): void {
    for (const [index, standing] of this.standings.entries()) {
      if (standing.state !== 'ready' && standing.cause !== undefined) standing.hint = hint(index, standing.cause);
    }
  }

  ready(index: number, attempts: number): void {
    const standing = this.#standing(index);
    standing.state = 'ready';
    standing.attempts = attempts;
    const sentence = `${standing.target} ${this.goal} after ${describeDuration(this.elapsedMs())} (${countAttempts(attempts)})`;
    this.#log.info(sentence, { target: standing.target, attempts, elapsedMs: Math.round(this.elapsedMs()) });
  }

  broken(index: number): void {
    this.#standing(index).state = 'broken';
  }

  /** Of several targets, enough are ready. */
  ended(sentence: string, attempts: number): void {
    this.#log.info(sentence, { attempts, elapsedMs: Math.round(this.elapsedMs()) });
  }

  /** How many targets are in that state. */
  count(state: Standing['state']): number {
    return this.standings.filter((standing) => standing.state === state).length;
  }

  /**
   * Says now and then what is still missing, until the signal is aborted.
   * @param hint gives the hints anew, which by then may say more
   */
  async heartbeat(signal: AbortSignal, hint?: (index: number, cause: Failure) => string | undefined): Promise<void> {
    for (let pauseMs = firstHeartbeatMs; ; pauseMs = Math.min(pauseMs * 2, longestHeartbeatMs)) {
      try {
        await this.#clock.sleep(pauseMs, signal);
      } catch {
        return;
      }
      if (hint !== undefined) this.renewHints(hint);
      this.#beat();
    }
  }

  #beat(): void {
    const waiting = this.standings.filter(({ state }) => state === 'waiting');
    const elapsedMs = this.elapsedMs();
    const left = describeDuration(Math.max(0, this.#deadlineMs - elapsedMs));
    const named = waiting.slice(0, namedTargets).map((standing) => this.#describe(standing));
    const others = waiting.length - named.length;
    const list = others > 0 ? [...named, `and ${others} more`] : named;
    const [only] = waiting;
    this.#log.info(`still waiting after ${describeDuration(elapsedMs)} (${left} left) for ${list.join('; ')}`, {
      pending: waiting.map(({ target }) => target),
      elapsedMs: Math.round(elapsedMs),
      ...(waiting.length === 1 && only?.hint !== undefined && { hint: only.hint }),
    });
  }

  #describe({ target, cause, causeSinceMs, attempts }: Standing): string {
    if (cause === undefined) return target;
    const since = describeDuration(this.#clock.now() - causeSinceMs);
    return `${target} (for ${since}: ${cause.message}; ${countAttempts(attempts)})`;
  }

  #fields({ target, cause, hint, attempts }: Standing): LogFields {
    return {
      target,
      attempts,
      elapsedMs: Math.round(this.elapsedMs()),
      ...(cause !== undefined && { cause: cause.code }),
      ...(hint !== undefined && { hint }),
    };
  }

  #standing(index: number): Standing {
    const standing = this.standings[index];
    if (standing === undefined) throw new RangeError(`no target ${index}`);
    return standing;
  }
}

export function countAttempts(attempts: number): string {
  return `${attempts} attempt${attempts === 1 ? '' : 's'}`;
}

/** Two causes are the same if only addresses and numbers in their words differ. */
function causeKey({ code, details }: Failure): string {
  return [code, details.answer, details.errno, details.status, details.phase].join(' ');
}
