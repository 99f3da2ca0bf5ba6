// How TLS begins with PostgreSQL: it is asked for, and granted with one byte.
import type { Socket } from 'node:net';
import { Failure } from '../../core/failure.ts';
import { socketFailure } from '../../network/socket-failure.ts';

/** https://www.postgresql.org/docs/current/protocol-message-formats.html: SSLRequest, answered by S or N. */
export function requestTls(socket: Socket, endpoint: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (failure?: unknown) => {
      signal.removeEventListener('abort', abort);
      socket.off('data', judge).off('error', fail).off('close', close);
      if (failure === undefined) return resolve();
      socket.on('error', () => {}).destroy();
      reject(failure);
    };
    const abort = () => end(signal.reason);
    const fail = (error: Error) => end(socketFailure(error, endpoint));
    const close = () => end(new Failure('CONNECTION_RESET', `connection closed without an answer: ${endpoint}`));
    const judge = (answer: Buffer) => {
      const text = answer.toString('latin1');
      // more than the one byte would be somebody's who sits between (CVE-2021-23222)
      if (text === 'S') return end();
      end(
        text === 'N'
          ? new Failure('NOT_SERVING', 'PostgreSQL speaks no TLS here (ssl = off)', { details: { answer: 'N' } })
          : new Failure('UNEXPECTED_ANSWER', 'the answer is not one of PostgreSQL', { details: { answer: 'other' } }),
      );
    };
    socket.on('data', judge).on('error', fail).on('close', close);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) return abort();
    socket.write(Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]));
  });
}
