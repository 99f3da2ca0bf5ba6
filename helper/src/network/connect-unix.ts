// One connection to a Unix domain socket.
import { connect, type Socket } from 'node:net';
import { Failure } from '../core/failure.ts';
import type { FailureCodeName } from '../core/failure-codes.ts';

const causes: Readonly<Record<string, readonly [FailureCodeName, string]>> = {
  ENOENT: ['NOT_THERE', 'no such socket'],
  ENOTDIR: ['NOT_THERE', 'no such socket'],
  // of a socket whose server has gone, and of a file that is none
  ECONNREFUSED: ['CONNECTION_REFUSED', 'connection refused'],
  // it may yet be given to us, by whoever made it
  EACCES: ['UNEXPECTED_ANSWER', 'no permission to connect'],
};

/**
 * Connects to a socket by its path.
 * @throws Failure NOT_THERE, CONNECTION_REFUSED, UNEXPECTED_ANSWER or NETWORK_FAILED; the signal's reason
 */
export function connectUnix(path: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const socket = connect({ path });
    const abort = () => {
      socket.destroy();
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort);
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      signal.removeEventListener('abort', abort);
      const [code, words] = causes[error.code ?? ''] ?? ['NETWORK_FAILED', error.message];
      const details = error.code === undefined ? {} : { errno: error.code };
      reject(new Failure(code, `${words}: ${path}`, { cause: error, details }));
    });
  });
}
