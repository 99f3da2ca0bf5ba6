// HTTP/2 for the http probe: one request on a connection of its own. With http:// both sides know (RFC 9113 §3.3),
// with https:// ALPN says so (§3.2). Redirects are not followed.
import { connect, constants, type IncomingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Failure } from '../../core/failure.ts';
import { type HttpRequest, headersFor } from '../../http/agent.ts';
import { connectionFailure } from '../../http/classify.ts';
import { firstHop } from '../../http/redirect.ts';
import type { TlsFiles } from '../../http/trust.ts';
import { formatEndpoint } from '../../network/address.ts';
import type { Network } from '../../network/network.ts';
import { createSecure } from '../servers/secure.ts';

export interface Http2Answer {
  readonly url: URL;
  readonly status: number;
  header(name: string): string | undefined;
  /** Reads the body to its end. @throws Failure of the connection; the reason that `close` was given */
  receive(onData: (piece: Buffer) => void): Promise<void>;
  close(reason?: Error): void;
}

// of HTTP/1.1 only (RFC 9113 §8.2.2), and what HTTP/2 says in a field of its own
const notOfHttp2 = new Set(['host', 'connection', 'transfer-encoding', 'upgrade', 'keep-alive', 'proxy-connection']);

export function createHttp2(network: Network, files: TlsFiles) {
  let close = (_reason?: Error) => {};
  return {
    async request(request: HttpRequest): Promise<Http2Answer> {
      const url = new URL(request.url);
      const { signal } = request;
      const host = url.hostname.replace(/^\[|\]$/g, '');
      const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
      const endpoint = formatEndpoint(host, port);
      const secure =
        url.protocol === 'https:' ? createSecure({ name: host, files, protocols: ['h2'], endpoint }) : undefined;
      const raw = await network.connect(host, port, signal, request.onPhase);
      const socket: Socket = secure === undefined ? raw : await secure(raw, signal);
      if (secure !== undefined && (socket as TLSSocket).alpnProtocol !== 'h2') {
        socket.destroy();
        const words = `the server does not offer HTTP/2 (ALPN): ${endpoint}`;
        throw new Failure('UNEXPECTED_ANSWER', words, { details: { answer: 'no h2' } });
      }
      return ask(request, url, socket, endpoint, (end) => {
        close = end;
      });
    },
    close: () => close(),
  };
}

function ask(
  request: HttpRequest,
  url: URL,
  socket: Socket,
  endpoint: string,
  onOpen: (close: (reason?: Error) => void) => void,
): Promise<Http2Answer> {
  const { signal, body } = request;
  return new Promise((resolve, reject) => {
    const session = connect(url.origin, { createConnection: () => socket });
    const headers = headersFor(request, firstHop(url)).map(([name, value]) => [name.toLowerCase(), value] as const);
    const stream = session.request({
      ...Object.fromEntries(headers.filter(([name]) => !notOfHttp2.has(name))),
      [constants.HTTP2_HEADER_METHOD]: request.method,
      [constants.HTTP2_HEADER_PATH]: url.pathname + url.search,
      [constants.HTTP2_HEADER_SCHEME]: url.protocol.slice(0, -1),
      [constants.HTTP2_HEADER_AUTHORITY]: headers.find(([name]) => name === 'host')?.[1] ?? url.host,
    });
    let why: unknown;
    const end = (reason: unknown) => {
      why ??= reason;
      signal.removeEventListener('abort', abort);
      stream.on('error', () => {}).destroy();
      session.destroy();
      socket.destroy();
      reject(why);
    };
    const abort = () => end(signal.reason);
    const fail = (error: Error) => end(http2Failure(error, endpoint));
    const closed = () => fail(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    onOpen((reason) => end(reason ?? new Error('the answer is not needed any more')));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) return abort();
    session.on('error', fail).on('close', closed);
    stream.on('error', fail).on('close', closed);
    stream.on('response', (fields: IncomingHttpHeaders) => {
      resolve({
        url,
        status: Number(fields[':status']),
        header: (name) => {
          const value = fields[name];
          return Array.isArray(value) ? value.join(', ') : value;
        },
        receive: (onData) =>
          new Promise((done, failed) => {
            stream.on('data', onData).on('end', done);
            stream.on('close', () => failed(why));
          }),
        close: end,
      });
    });
    stream.end(body);
  });
}

/** Node tells a peer that speaks another protocol as an error of HTTP/2 itself. */
function http2Failure(error: Error, endpoint: string): Failure {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined || !code.startsWith('ERR_HTTP2_')) return connectionFailure(error, endpoint);
  const words = `${endpoint} does not speak HTTP/2 properly: ${message}`;
  return new Failure('UNEXPECTED_ANSWER', words, { cause: error, details: { answer: code } });
}
