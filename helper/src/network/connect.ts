// One TCP connection to whichever of several addresses answers first (RFC 8305, "happy eyeballs").
import { connect, type Socket } from 'node:net';
import type { Failure } from '../core/failure.ts';
import { overReason } from '../core/over-reason.ts';
import type { Clock } from '../ports/clock.ts';
import { type Address, formatEndpoint } from './address.ts';
import type { ConnectTo, Endpoint } from './connect-to.ts';
import { socketFailure } from './socket-failure.ts';

// RFC 8305 §5: how long an address may stay silent before the next one is tried beside it. Unlike with Node's own
// autoSelectFamily, none is given up at that point: a slow path is no dead one (nodejs/node#54359).
const attemptDelayMs = 250;

// When all have stayed silent for so long they are dialled again, beside the first; then after twice as long, and so on.
// A Service's address that kube-proxy did not know yet, or whose pod has just gone, is dead for that one socket for good:
// conntrack sends each repetition of its first packet the way that the first one took. A new socket is sent anew.
const firstRedialMs = 1_000;

/** Makes a socket that connects there: an address, never a name. */
export type Dial = (to: Endpoint) => Socket;

/**
 * Dials the addresses, each a quarter of a second after the one before or as soon as that one has failed, and those that
 * are silent over and over. Every socket but the one returned is closed.
 * @param addresses at least one
 * @param dial default: any socket
 * @throws Failure of the most telling address when all have failed; the signal's reason when it is aborted
 */
export function connectToAny(
  addresses: readonly Address[],
  port: number,
  connectTo: ConnectTo,
  clock: Clock,
  signal: AbortSignal,
  dial: Dial = connect,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const waiting = interleaveFamilies(addresses);
    const dialling = new Map<Socket, Address>();
    const failures: Failure[] = [];
    let redialMs = firstRedialMs;
    let pause = new AbortController();

    const end = () => {
      pause.abort(overReason);
      signal.removeEventListener('abort', abort);
      for (const socket of dialling.keys()) socket.destroy();
    };
    const abort = () => {
      end();
      reject(signal.reason);
    };
    const dialOne = (address: Address) => {
      const socket = dial(connectTo(address.address, port));
      dialling.set(socket, address);
      const fail = (error: Error) => {
        dialling.delete(socket);
        failures.push(socketFailure(error, formatEndpoint(address.address, port)));
        dialNext();
      };
      socket.once('connect', () => {
        dialling.delete(socket);
        socket.removeListener('error', fail);
        end();
        resolve(socket);
      });
      socket.once('error', fail);
    };
    const dialNext = () => {
      pause.abort(overReason);
      const next = waiting.shift();
      if (next !== undefined) dialOne(next);
      else if (dialling.size === 0) {
        end();
        return reject(mostTelling(failures));
      }
      pause = new AbortController();
      const [delayMs, then] = waiting.length > 0 ? [attemptDelayMs, dialNext] : [redialMs, dialAgain];
      clock.sleep(delayMs, pause.signal).then(then, () => {});
    };
    const dialAgain = () => {
      redialMs *= 2;
      waiting.push(...new Set(dialling.values()));
      dialNext();
    };
    signal.addEventListener('abort', abort, { once: true });
    dialNext();
  });
}

/** RFC 8305 §4: the families by turns, beginning with that of the first address. */
function interleaveFamilies(addresses: readonly Address[]): Address[] {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family);
  const second = addresses.filter(({ family }) => family !== addresses[0]?.family);
  return first
    .flatMap((address, index) => [address, ...second.slice(index, index + 1)])
    .concat(second.slice(first.length));
}

/** A pod without IPv6 has "no route" to every IPv6 address: what another address said tells more. */
function mostTelling(failures: readonly Failure[]): Failure {
  const telling = failures.find(({ code }) => code !== 'UNREACHABLE') ?? failures[0];
  if (telling === undefined) throw new RangeError('no address to connect to');
  return telling;
}
