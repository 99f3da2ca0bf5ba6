// A way through a proxy (RFC 9110 §9.3.6): CONNECT, and then the connection is the target's.
import type { Socket } from 'node:net';
import { Failure } from '../core/failure.ts';
import { statusFailure } from './classify.ts';
import { urlLogin } from './url-login.ts';

const longestHead = 16_384;

/**
 * Asks a proxy, over a connection to it, to connect to a host.
 * @throws Failure when it will not; the signal's reason when it is aborted
 */
export async function openTunnel(socket: Socket, proxy: URL, authority: string, signal: AbortSignal): Promise<void> {
  const authorization = urlLogin(proxy);
  const lines = [`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`];
  if (authorization !== undefined) lines.push(`Proxy-Authorization: ${authorization}`);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const status = await readStatus(socket, proxy.host, signal);
  if (status >= 200 && status < 300) return;
  socket.destroy();
  throw statusFailure(status, `the proxy ${proxy.host}, asked for ${authority}`);
}

/** Reads the head of the answer, and not a byte more: what follows is the target's. */
function readStatus(socket: Socket, where: string, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    let head = '';
    const end = () => {
      socket.off('readable', read).off('close', closed).off('error', closed);
      signal.removeEventListener('abort', abort);
    };
    const fail = (error: unknown) => {
      end();
      socket.destroy();
      reject(error);
    };
    const abort = () => fail(signal.reason);
    const closed = () => fail(new Failure('CONNECTION_RESET', `connection closed by the proxy ${where}`));
    const read = () => {
      for (let byte = socket.read(1); byte !== null; byte = socket.read(1)) {
        head += byte.toString('latin1');
        if (head.length > longestHead) return fail(new Failure('UNEXPECTED_ANSWER', `${where} is no HTTP proxy`));
        if (!head.endsWith('\r\n\r\n')) continue;
        const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
        if (status === undefined) return fail(new Failure('UNEXPECTED_ANSWER', `${where} is no HTTP proxy`));
        end();
        return resolve(Number(status));
      }
    };
    socket.on('readable', read).on('close', closed).on('error', closed);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}
