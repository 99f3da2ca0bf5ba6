// Whether a connection that was accepted stays: a proxy with nothing behind it accepts, and then closes at once.
import type { Socket } from 'node:net';
import { Failure } from '../../core/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Readiness, ready } from '../probe.ts';

/**
 * Holds a connection for so long, then closes it. Whoever says something is taken at its word, and not held longer.
 * @param holdMs 0: it is closed at once
 * @throws the signal's reason
 */
export async function hold(socket: Socket, holdMs: number, clock: Clock, signal: AbortSignal): Promise<Readiness> {
  const over = new AbortController();
  const closed = new Promise<Readiness>((resolve) => {
    const end = () =>
      resolve({ kind: 'not-ready', cause: new Failure('CONNECTION_RESET', 'accepted, and closed at once') });
    socket.on('error', end).on('end', end).on('close', end);
    if (holdMs > 0) socket.on('data', () => resolve(ready));
  });
  try {
    if (holdMs === 0) return ready;
    const held = clock.sleep(holdMs, AbortSignal.any([signal, over.signal])).then(() => ready);
    held.catch(() => {});
    return await Promise.race([closed, held]);
  } finally {
    over.abort();
    socket.destroy();
  }
}
