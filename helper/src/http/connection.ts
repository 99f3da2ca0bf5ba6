// One TCP or TLS connection, and one HTTP/1.1 exchange at a time on it. Everything that undici does for us is here.
//
// HTTP/2 is not offered to servers: undici's window is 256 KiB a stream, 6 MB/s at 40 ms, where HTTP/1.1 on the same
// line brings 290 MB/s. undici's own time limits are off: they don't count while its reader is paused
// (nodejs/undici#5393). Whoever reads a body watches `bytesRead`.
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import { connect as startTls, type TLSSocket } from 'node:tls';
import type { Dispatcher } from 'undici';
import Client from 'undici/lib/dispatcher/client.js';
import { Failure } from '../core/failure.ts';
import type { Network, OnPhase } from '../network/network.ts';
import { connectionFailure } from './classify.ts';
import type { Header } from './header-values.ts';
import { isPrivateAddress } from './private-addresses.ts';
import { proxyAuthorization } from './proxy.ts';
import { openTunnel } from './tunnel.ts';

/** What TLS needs beyond Node's defaults. */
export interface TlsSettings {
  /** PEM; in place of the default certificates. */
  readonly ca?: readonly string[];
  /** PEM: the client's own certificate, and its key. */
  readonly client?: { readonly cert: string; readonly key: string };
}

/** How connections are made. */
export interface Dialling {
  readonly network: Network;
  readonly tls: TlsSettings;
  /** The proxy for a URL, if it goes through one. */
  readonly proxyFor?: (url: URL) => URL | undefined;
  /** Refuse every address that is not out in the Internet. */
  readonly denyPrivate?: boolean;
}

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT';

export interface Exchange {
  readonly status: number;
  /** A header's value, by its name in lower case; several of one name are joined with a comma. */
  header(name: string): string | undefined;
  /**
   * Reads the body to its end. Nothing of it is read before.
   * @param onData is called with each piece; it may keep the piece
   * @throws Failure CONNECTION_RESET, TRUNCATED, …; the reason that `close` was given
   */
  receive(onData: (piece: Buffer) => void): Promise<void>;
  /** Lets the server wait, until `resume`. */
  pause(): void;
  resume(): void;
}

export interface Connection {
  /** The address that it leads to, for messages. */
  readonly endpoint: string;
  /** False when it cannot be used for another exchange. */
  readonly usable: boolean;
  /** Bytes that arrived on the wire, everything counted. */
  readonly bytesRead: number;
  /** Sends a request and waits for the head of the answer. One at a time. */
  exchange(method: Method, path: string, headers: readonly Header[], body?: string): Promise<Exchange>;
  /** Ends it at once; what is under way rejects with the reason. */
  close(reason: Error): void;
}

/**
 * Dials the host of a URL, or the proxy for it.
 * @throws Failure of the network, or TLS_FAILED, or ADDRESS_REFUSED; the signal's reason when it is aborted
 */
export async function openConnection(
  url: URL,
  dialling: Dialling,
  signal: AbortSignal,
  onPhase?: OnPhase,
): Promise<Connection> {
  const { tls, proxyFor } = dialling;
  const host = hostOf(url);
  const proxy = proxyFor?.(url);
  const raw = await dial(proxy ?? url, dialling, signal, onPhase);
  raw.setNoDelay(true);
  // a NAT on the way forgets a connection that is silent, as one is while a volume is slow
  raw.setKeepAlive(true, 15_000);
  if (url.protocol !== 'https:') return overSocket(url, raw, raw, proxy);
  if (proxy !== undefined) await openTunnel(raw, proxy, `${url.hostname}:${portOf(url)}`, signal);
  return overSocket(url, raw, await secured(raw, host, tls, signal), undefined);
}

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1');

const portOf = ({ port, protocol }: URL): number => (port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port));

async function dial(url: URL, dialling: Dialling, signal: AbortSignal, onPhase: OnPhase | undefined): Promise<Socket> {
  const { network, denyPrivate } = dialling;
  const host = hostOf(url);
  const refuse = (address: string) => {
    if (!isPrivateAddress(address)) return;
    const where = address === host ? host : `${host} (${address})`;
    throw new Failure('ADDRESS_REFUSED', `${where} is a private address, and --deny-private was given`);
  };
  if (denyPrivate) for (const { address } of await network.resolve(host, signal, onPhase)) refuse(address);
  const socket = await network.connect(host, portOf(url), signal, onPhase);
  try {
    // the second look-up may have given other addresses than the first, on purpose
    if (denyPrivate) refuse(socket.remoteAddress ?? '');
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function secured(raw: Socket, host: string, tls: TlsSettings, signal: AbortSignal): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = startTls({
      socket: raw,
      host,
      // RFC 6066 §3: addresses are not names
      ...(isIP(host) === 0 && { servername: host }),
      ALPNProtocols: ['http/1.1'],
      ...(tls.ca !== undefined && { ca: [...tls.ca] }),
      ...tls.client,
    });
    const end = () => signal.removeEventListener('abort', abort);
    const abort = () => {
      socket.destroy();
      reject(signal.reason);
    };
    socket.once('secureConnect', () => {
      end();
      socket.removeListener('error', fail);
      resolve(socket);
    });
    const fail = (error: Error) => {
      end();
      socket.destroy();
      reject(connectionFailure(error, host));
    };
    socket.once('error', fail);
    // the peer hangs up during the handshake: some say so with nothing but the end
    socket.once('close', () => fail(Object.assign(new Error('closed during the handshake'), { code: 'ECONNRESET' })));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}

/** @param proxy that answers in place of the host; an https connection is the host's own */
function overSocket(url: URL, raw: Socket, socket: Socket, proxy: URL | undefined): Connection {
  const endpoint = url.host;
  const authorization = proxy === undefined ? undefined : proxyAuthorization(proxy);
  const forProxy: Header[] = authorization === undefined ? [] : [['proxy-authorization', authorization]];
  let open = true;
  let closedFor: Error | undefined;
  const end = () => {
    open = false;
  };
  socket.once('close', end);
  socket.once('end', end);
  // after undici has let go of it, an error must not end the process
  socket.on('error', end);

  let unused = true;
  const client = new Client(url.origin, {
    allowH2: false,
    useMilo: false,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (_options, callback) => {
      // it must not dial by itself: a new connection is a new look-up, and that is for our own network to do
      if (!unused) return callback(Object.assign(new Error('connection is gone'), { code: 'ECONNRESET' }), null);
      unused = false;
      // at once would be too early: undici is in the middle of its queue, and would not look at it again
      queueMicrotask(() => callback(null, socket));
    },
  });
  const close = (reason: Error) => {
    open = false;
    closedFor ??= reason;
    client.destroy(reason).catch(() => {});
    socket.destroy();
    raw.destroy();
  };
  const failure = (error: unknown) => closedFor ?? connectionFailure(error, endpoint);

  return {
    endpoint,
    get usable() {
      return open && !socket.destroyed;
    },
    get bytesRead() {
      return raw.bytesRead;
    },
    close,
    exchange: (method, path, headers, body) =>
      new Promise((resolve, reject) => {
        const fail = (error: unknown) => {
          open = false;
          return failure(error);
        };
        const target = proxy === undefined ? path : url.origin + path;
        client.dispatch(
          { method, path: target, headers: [...headers, ...forProxy].flat(), ...(body !== undefined && { body }) },
          new Receiver(resolve, reject, fail),
        );
      }),
  };
}

/** Turns undici's calls into one exchange. */
class Receiver implements Dispatcher.DispatchHandler {
  readonly #answered: (exchange: Exchange) => void;
  readonly #refused: (error: Error) => void;
  readonly #fail: (error: unknown) => Error;
  #onData: ((piece: Buffer) => void) | undefined;
  #ended: { resolve(): void; reject(error: Error): void } | undefined;
  #outcome: { error?: Error } | undefined;
  #started = false;

  constructor(
    answered: (exchange: Exchange) => void,
    refused: (error: Error) => void,
    fail: (error: unknown) => Error,
  ) {
    this.#answered = answered;
    this.#refused = refused;
    this.#fail = fail;
  }

  onRequestStart(): void {}

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // "100 Continue" and its like come before the answer
    if (status < 200) return;
    this.#started = true;
    controller.pause();
    this.#answered({
      status,
      header: (name) => {
        const value = headers[name];
        return Array.isArray(value) ? value.join(', ') : value;
      },
      receive: (onData) =>
        new Promise((resolve, reject) => {
          this.#onData = onData;
          this.#ended = { resolve, reject };
          if (this.#outcome !== undefined) this.#settle();
          else controller.resume();
        }),
      pause: () => controller.pause(),
      resume: () => controller.resume(),
    });
  }

  onResponseData(_controller: Dispatcher.DispatchController, piece: Buffer): void {
    this.#onData?.(piece);
  }

  onResponseEnd(): void {
    this.#outcome = {};
    this.#settle();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const failure = this.#fail(error);
    this.#outcome = { error: failure };
    if (this.#started) this.#settle();
    else this.#refused(failure);
  }

  #settle(): void {
    const { error } = this.#outcome ?? {};
    if (error === undefined) this.#ended?.resolve();
    else this.#ended?.reject(error);
  }
}
