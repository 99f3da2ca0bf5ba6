// A web server on loopback whose every answer is scripted: right ones, and all the wrong ones that a download meets.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface OriginRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The client's. */
  readonly port: number;
  /** Counts from 1. */
  readonly number: number;
}

/** What is answered. `body` is what a right answer would carry; the faults below spoil it. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: Buffer | string;
  /** Sent in place of the body's own length; `none`: no length, the end of the connection ends the body. */
  readonly contentLength?: number | 'none' | 'chunked';
  /** The connection ends after so many bytes of the body: with FIN, or with RST. */
  readonly cutAt?: number;
  readonly reset?: boolean;
  /** Nothing more comes after so many bytes, and the connection stays open. */
  readonly stallAt?: number;
  /** The body comes in pieces of so many bytes, so far apart. */
  readonly trickle?: { readonly pieceBytes: number; readonly everyMs: number };
  /** The connection ends before anything was answered. */
  readonly hangUp?: boolean;
}

export type Script = (request: OriginRequest) => Reply | Promise<Reply>;

export interface Origin extends AsyncDisposable {
  /** Such as `http://127.0.0.1:41234`, without a slash at its end. */
  readonly url: string;
  readonly port: number;
  readonly requests: readonly OriginRequest[];
}

/** Starts a server that answers by the script. */
export async function startOrigin(
  script: Script,
  options: { readonly host?: string; readonly tls?: { readonly key: string; readonly cert: string } } = {},
): Promise<Origin> {
  const requests: OriginRequest[] = [];
  const listener = async (incoming: import('node:http').IncomingMessage, response: ServerResponse) => {
    const request = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      port: incoming.socket.remotePort ?? 0,
      number: requests.length + 1,
    };
    requests.push(request);
    response.on('error', () => {});
    await send(await script(request), request, response);
  };
  const server: Server = options.tls === undefined ? createServer(listener) : createSecureServer(options.tls, listener);
  const host = options.host ?? '127.0.0.1';
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function send(reply: Reply, request: OriginRequest, response: ServerResponse): Promise<void> {
  const { socket } = response;
  if (reply.hangUp) return void socket?.destroy();
  const body = Buffer.from(reply.body ?? '');
  const length = reply.contentLength ?? body.length;
  response.strictContentLength = false;
  if (length === 'none') {
    response.useChunkedEncodingByDefault = false;
    response.shouldKeepAlive = false;
  }
  const lengthHeader: Record<string, string> =
    length === 'none' || length === 'chunked' ? {} : { 'content-length': String(length) };
  response.writeHead(reply.status ?? 200, { ...lengthHeader, ...reply.headers });
  if (request.method === 'HEAD') return void response.end();

  const end = Math.min(reply.cutAt ?? body.length, reply.stallAt ?? body.length);
  const step = reply.trickle?.pieceBytes ?? 65_536;
  if (end === 0) response.flushHeaders();
  for (let at = 0; at < end; at += step) {
    if (socket?.destroyed) return;
    if (!response.write(body.subarray(at, Math.min(end, at + step)))) {
      const over = new AbortController();
      const either = ['drain', 'close'].map((event) => once(response, event, { signal: over.signal }));
      await Promise.race(either);
      over.abort();
      await Promise.allSettled(either);
    }
    if (reply.trickle !== undefined) await sleep(reply.trickle.everyMs);
  }
  if (reply.stallAt !== undefined && reply.stallAt < body.length) return;
  if (reply.cutAt !== undefined && reply.cutAt < body.length) {
    // what was written must leave before the end does
    if (reply.reset) return void socket?.resetAndDestroy();
    return void socket?.destroySoon();
  }
  response.end();
}

/** An object as a server keeps it. */
export interface ServedObject {
  readonly body: Buffer;
  /** With its quotes: `"v1"` or `W/"v1"`. */
  readonly etag?: string;
  readonly lastModified?: string;
}

/** The right answer of a server that serves ranges (RFC 9110 §14, §13.1.5). */
export function serveObject(object: ServedObject, request: OriginRequest, also: Omit<Reply, 'body'> = {}): Reply {
  const { body, etag, lastModified } = object;
  const headers: Record<string, string | string[]> = {
    'accept-ranges': 'bytes',
    ...(etag !== undefined && { etag }),
    ...(lastModified !== undefined && { 'last-modified': lastModified }),
    ...also.headers,
  };
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const condition = request.headers['if-range']?.toString();
  const holds =
    condition === undefined || (condition.startsWith('W/') ? false : condition === etag || condition === lastModified);
  if (range === null || !holds) return { status: 200, ...also, headers, body };
  const from = Number(range[1]);
  const to = range[2] === '' ? body.length - 1 : Math.min(Number(range[2]), body.length - 1);
  if (from >= body.length || from > to) {
    return { status: 416, ...also, headers: { ...headers, 'content-range': `bytes */${body.length}` } };
  }
  return {
    status: 206,
    ...also,
    headers: { ...headers, 'content-range': `bytes ${from}-${to}/${body.length}` },
    body: body.subarray(from, to + 1),
  };
}
