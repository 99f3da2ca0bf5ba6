// One TCP or TLS connection, and one HTTP/1.1 exchange at a time on it. Everything that undici does for us is here.
//
// HTTP/2 is not offered to servers: undici's window is 256 KiB a stream, 6 MB/s at 40 ms, where HTTP/1.1 on the same
// line brings 290 MB/s. undici's own time limits are off: they don't count while its reader is paused
// (nodejs/undici#5393). Whoever reads a body watches `bytesRead`.
import { connect, type Socket } from 'node:net';
import Client from 'undici/lib/dispatcher/client.js';
import { Failure } from '../core/failure.ts';
import type { Dial } from '../network/connect.ts';
import type { Network, OnPhase } from '../network/network.ts';
import { connectionFailure } from './classify.ts';
import { type Exchange, Receiver } from './exchange.ts';
import type { Header } from './header-values.ts';
import { isPrivateAddress } from './private-addresses.ts';
import type { TlsSettings } from './trust.ts';
import { openTunnel } from './tunnel.ts';
import { urlLogin } from './url-login.ts';
import { type BodyTarget, tapped, Wire } from './wire.ts';

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
  const secure = url.protocol === 'https:' ? await import('./secure-socket.ts') : undefined;
  const make: Dial = (to) => {
    if (secure === undefined) return tapped((onread) => connect({ ...to, onread }));
    return proxy !== undefined ? connect(to) : tapped((onread) => secure.dialSecurely(host, tls, to, onread));
  };
  const raw = await dial(proxy ?? url, dialling, signal, onPhase, make);
  raw.setNoDelay(true);
  // a NAT on the way forgets a connection that is silent, as one is while a volume is slow
  raw.setKeepAlive(true, 15_000);
  if (secure === undefined) return overSocket(url, raw, raw, proxy);
  if (proxy !== undefined) await openTunnel(raw, proxy, `${url.hostname}:${portOf(url)}`, signal);
  return overSocket(url, raw, await secure.secured(raw, host, tls, signal), undefined);
}

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1');

const portOf = ({ port, protocol }: URL): number => (port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port));

async function dial(
  url: URL,
  dialling: Dialling,
  signal: AbortSignal,
  onPhase: OnPhase | undefined,
  make: Dial,
): Promise<Socket> {
  const { network, denyPrivate } = dialling;
  const host = hostOf(url);
  const refuse = (address: string) => {
    if (!isPrivateAddress(address)) return;
    const where = address === host ? host : `${host} (${address})`;
    throw new Failure('ADDRESS_REFUSED', `${where} is a private address, and --deny-private was given`);
  };
  if (denyPrivate) for (const { address } of await network.resolve(host, signal, onPhase)) refuse(address);
  const socket = await network.connect(host, portOf(url), signal, onPhase, make);
  try {
    // the second look-up may have given other addresses than the first, on purpose
    if (denyPrivate) refuse(socket.remoteAddress ?? '');
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** @param proxy that answers in place of the host; an https connection is the host's own */
function overSocket(url: URL, raw: Socket, socket: Socket, proxy: URL | undefined): Connection {
  const endpoint = url.host;
  const authorization = proxy === undefined ? undefined : urlLogin(proxy);
  const forProxy: Header[] = authorization === undefined ? [] : [['proxy-authorization', authorization]];
  let open = true;
  let closedFor: Error | undefined;
  const end = () => {
    open = false;
  };
  socket.once('close', end);
  socket.once('end', end);
  // after everybody has let go of it, an error must not end the process
  socket.on('error', end);
  const wire = new Wire(socket);

  const openClient = () => {
    let unused = true;
    return new Client(url.origin, {
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
        queueMicrotask(() => callback(null, wire.line as Socket));
      },
    });
  };
  let client = openClient();
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
        const direct = async (bytes: number, place: BodyTarget, persistent: boolean) => {
          const before = client;
          const body = wire.direct(bytes, place);
          client = openClient();
          before.destroy().catch(() => {});
          open &&= persistent && wire.persistent;
          await body.catch((error) => {
            throw fail(error);
          });
        };
        const way = { fail, direct, pause: () => wire.pause(), resume: () => wire.resume() };
        wire.expectAnswer();
        client.dispatch(
          { method, path: target, headers: [...headers, ...forProxy].flat(), ...(body !== undefined && { body }) },
          new Receiver(resolve, reject, way),
        );
      }),
  };
}
