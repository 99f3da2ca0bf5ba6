// The real clock.
import type { Clock } from '../ports/clock.ts';

// setTimeout turns anything longer into 1 ms
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  sleep: (durationMs, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const end = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const abort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(end, Math.min(durationMs, longestTimerMs));
      signal?.addEventListener('abort', abort, { once: true });
    }),
};
