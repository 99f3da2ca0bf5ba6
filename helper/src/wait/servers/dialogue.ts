// A conversation of a few bytes with a server: send, read so many bytes or a line, and nothing beyond a bound.
import type { Socket } from 'node:net';
import { Failure } from '../../core/failure.ts';
import { socketFailure } from '../../network/socket-failure.ts';

export interface Dialogue {
  send(bytes: Buffer | string): void;
  /** Exactly so many bytes. */
  read(sizeBytes: number): Promise<Buffer>;
  /** Up to the next line feed; without it, and without a carriage return before it. */
  readLine(): Promise<string>;
}

/** No greeting or answer of a handshake is longer. */
const limitBytes = 65_536;

/**
 * Holds a conversation on a connection, then closes it, whatever happened.
 * @throws what `hold` throws; Failure of the connection, UNEXPECTED_ANSWER for too long an answer; the signal's reason
 */
export async function converse<T>(
  socket: Socket,
  endpoint: string,
  signal: AbortSignal,
  hold: (dialogue: Dialogue) => Promise<T>,
): Promise<T> {
  let buffered: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  let over: unknown;
  let wake = () => {};
  const end = (reason: unknown) => {
    over ??= reason;
    wake();
  };
  const abort = () => end(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  socket.on('data', (piece: Buffer) => {
    buffered = Buffer.concat([buffered, piece]);
    if (buffered.length > limitBytes) end(new Failure('UNEXPECTED_ANSWER', `too long an answer: ${endpoint}`));
    wake();
  });
  socket.on('error', (error) => end(socketFailure(error, endpoint)));
  socket.on('close', () => end(new Failure('CONNECTION_RESET', `connection closed without an answer: ${endpoint}`)));
  socket.on('end', () => end(new Failure('CONNECTION_RESET', `connection closed without an answer: ${endpoint}`)));

  /** Waits until `take` finds what it wants in what has arrived. */
  const until = async <Found>(take: () => Found | undefined): Promise<Found> => {
    for (;;) {
      const found = take();
      if (found !== undefined) return found;
      if (over !== undefined) throw over;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const cut = (sizeBytes: number) => {
    const piece = buffered.subarray(0, sizeBytes);
    buffered = buffered.subarray(sizeBytes);
    return piece;
  };
  try {
    return await hold({
      send: (bytes) => void socket.write(bytes),
      read: (sizeBytes) => until(() => (buffered.length < sizeBytes ? undefined : cut(sizeBytes))),
      readLine: () =>
        until(() => {
          const at = buffered.indexOf(0x0a);
          return at < 0
            ? undefined
            : cut(at + 1)
                .toString('utf8', 0, at)
                .replace(/\r$/, '');
        }),
    });
  } finally {
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
}
