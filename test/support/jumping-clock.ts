// Real time that jumps ahead when a test says so: a deadline passes when what had to come before it was seen, and not
// while a slow machine is still about it.
import type { Clock } from '../../helper/src/ports/clock.ts';
import { systemClock } from '../../helper/src/system/clock.ts';

interface Sleeper {
  readonly atMs: number;
  readonly wake: AbortController;
}

export class JumpingClock implements Clock {
  #aheadMs = 0;
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return systemClock.now() + this.#aheadMs;
  }

  wallTime(): number {
    return systemClock.wallTime() + this.#aheadMs;
  }

  async sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    const sleeper = { atMs: this.now() + durationMs, wake: new AbortController() };
    this.#sleepers.add(sleeper);
    try {
      const signals = [sleeper.wake.signal, ...(signal === undefined ? [] : [signal])];
      await systemClock.sleep(durationMs, AbortSignal.any(signals));
    } catch (reason) {
      if (!sleeper.wake.signal.aborted) throw reason;
    } finally {
      this.#sleepers.delete(sleeper);
    }
  }

  /** From now on it is so much later: whoever would have woken meanwhile wakes. */
  jump(ms: number): void {
    this.#aheadMs += ms;
    for (const { atMs, wake } of this.#sleepers) if (atMs <= this.now()) wake.abort();
  }
}
