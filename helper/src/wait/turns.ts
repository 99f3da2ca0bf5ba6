// So many attempts at once and no more: a thousand targets must not take all descriptors that a process may have.
import type { Turn } from '../retry/retry.ts';

interface Waiting {
  readonly go: (end: () => void) => void;
}

/** Whoever comes first goes first. Who gives up while waiting is passed over. */
export function takingTurns(most: number): Turn {
  let under = 0;
  const waiting = new Set<Waiting>();
  const next = () => {
    const [first] = waiting;
    if (first === undefined || under >= most) return;
    waiting.delete(first);
    under++;
    let isOver = false;
    first.go(() => {
      if (isOver) return;
      isOver = true;
      under--;
      next();
    });
  };
  return (signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const abort = () => {
        waiting.delete(one);
        reject(signal.reason);
      };
      const one: Waiting = {
        go: (end) => {
          signal.removeEventListener('abort', abort);
          resolve(end);
        },
      };
      signal.addEventListener('abort', abort, { once: true });
      waiting.add(one);
      next();
    });
}
