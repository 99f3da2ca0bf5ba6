// The real clock.
import type { Clock } from '../ports/clock.ts';

// setTimeout turns anything longer into 1 ms
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  // not performance.now(): to load what is behind that global takes Node longer than to load pino
  now: () => {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1_000 + nanoseconds / 1_000_000;
  },
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
