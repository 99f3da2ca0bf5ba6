// Things to do at moments of a rehearsal. setTimeout may come a part of a millisecond early; these never do.

export interface Timers {
  /** Does it at that moment of the rehearsal's clock, or now where that has passed. */
  at(atMs: number, act: () => void): void;
  /** Forgets all that is yet to come. */
  clear(): void;
}

// setTimeout takes anything longer for 1 ms
const longestTimerMs = 2 ** 31 - 1;

/** @param now milliseconds from the start of the rehearsal */
export function createTimers(now: () => number): Timers {
  const pending = new Set<NodeJS.Timeout>();
  const at = (atMs: number, act: () => void) => {
    const timer = setTimeout(
      () => {
        pending.delete(timer);
        if (now() < atMs) at(atMs, act);
        else act();
      },
      Math.min(longestTimerMs, Math.max(0, atMs - now())),
    );
    pending.add(timer);
  };
  return {
    at,
    clear() {
      for (const timer of pending) clearTimeout(timer);
      pending.clear();
    },
  };
}
