// A Clock that moves only when everything that can run has run: no test waits for real time, and the order of
// events is the same each time. Not for code that does real I/O.
import type { Clock } from '../../helper/src/ports/clock.ts';

interface Timer {
  readonly atMs: number;
  readonly resolve: () => void;
}

export class VirtualClock implements Clock {
  /** What was asked of `sleep`, in order, in milliseconds. */
  readonly sleeps: number[] = [];
  #nowMs = 0;
  #timers: Timer[] = [];
  #turning = false;

  now(): number {
    return this.#nowMs;
  }

  wallTime(): number {
    return Date.UTC(2026, 0, 1) + this.#nowMs;
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(durationMs);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const timer: Timer = { atMs: this.#nowMs + durationMs, resolve };
      this.#timers.push(timer);
      signal?.addEventListener('abort', () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
        reject(signal.reason);
      });
      this.#turn();
    });
  }

  // promise callbacks all run before the next immediate: whoever is not done by then waits for the clock
  #turn(): void {
    if (this.#turning) return;
    this.#turning = true;
    setImmediate(() => {
      this.#turning = false;
      const [first, ...rest] = this.#timers.toSorted((a, b) => a.atMs - b.atMs);
      if (first === undefined) return;
      this.#timers = rest;
      this.#nowMs = Math.max(this.#nowMs, first.atMs);
      first.resolve();
      this.#turn();
    });
  }
}
