// HTTP for every room: requests that follow redirects, over connections dialled by network/. It tries once:
// whether and when to try again is for the rooms to say.
import type { Network, OnPhase } from '../network/network.ts';
import { version } from '../version.ts';
import { type Connection, type Dialling, type Method, openConnection } from './connection.ts';
import type { Exchange } from './exchange.ts';
import type { Header } from './header-values.ts';
import { firstHop, type Hop, isRedirect, nextHop } from './redirect.ts';
import type { TlsSettings } from './trust.ts';
import { urlLogin } from './url-login.ts';

export interface HttpRequest {
  readonly method: Method;
  /** With it no redirect is followed: it is for the URL that was named. */
  readonly body?: string;
  /** http or https. User and password in it are sent as basic authentication. */
  readonly url: string;
  /** The user's: sent to the origin of `url` only, whatever redirects follow. */
  readonly headers: readonly Header[];
  /** The helper's own, which hold no secret: sent to every hop. */
  readonly ownHeaders?: readonly Header[];
  /** 0: a redirect is an answer like any other. */
  readonly maxRedirects: number;
  /** Ends the exchange, the reading of the body included. */
  readonly signal: AbortSignal;
  readonly onPhase?: OnPhase;
}

/** An answer whose body has not been read. Either read it to its end, or close it. */
export interface Answer extends Exchange {
  /** Where it came from, after all redirects. */
  readonly url: URL;
  /** False when a redirect led to another origin, and the user's headers were left out. */
  readonly trusted: boolean;
  /** Bytes that have arrived on its connection, everything counted. */
  readonly bytesRead: number;
  /** Gives the connection up. */
  close(reason?: Error): void;
}

export interface Agent {
  /**
   * Sends a request and waits for the head of the answer.
   * @throws Failure of the network, of TLS or of a redirect; the signal's reason when it is aborted
   */
  request(request: HttpRequest): Promise<Answer>;
  /** Closes the connections that are kept for another request. */
  close(): void;
}

const letGo = new Error('the answer is not needed any more');

export function createAgent(
  network: Network,
  tls: TlsSettings = {},
  also: Pick<Dialling, 'proxyFor' | 'denyPrivate'> = {},
): Agent {
  const dialling = { network, tls, ...also };
  const idle = new Map<string, Connection[]>();

  const connect = async (url: URL, signal: AbortSignal, onPhase: OnPhase | undefined): Promise<Connection> => {
    const kept = idle.get(url.origin) ?? [];
    for (let one = kept.pop(); one !== undefined; one = kept.pop()) if (one.usable) return one;
    return openConnection(url, dialling, signal, onPhase);
  };
  const keep = (origin: string, connection: Connection) => {
    if (!connection.usable) return;
    const kept = idle.get(origin);
    if (kept === undefined) idle.set(origin, [connection]);
    else kept.push(connection);
  };

  const exchange = async (request: HttpRequest, hop: Hop): Promise<Answer> => {
    const { signal } = request;
    signal.throwIfAborted();
    const connection = await connect(hop.url, signal, request.onPhase);
    const abort = () => connection.close(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const release = () => signal.removeEventListener('abort', abort);
    try {
      signal.throwIfAborted();
      const path = hop.url.pathname + hop.url.search;
      const answer = await connection.exchange(request.method, path, headersFor(request, hop), request.body);
      const before = connection.bytesRead;
      const read = async (body: Promise<void>) => {
        try {
          await body;
          keep(hop.url.origin, connection);
        } finally {
          release();
        }
      };
      return {
        ...answer,
        url: hop.url,
        trusted: hop.trusted,
        get bytesRead() {
          return connection.bytesRead - before;
        },
        receive: (onData) => read(answer.receive(onData)),
        receiveInto: (target) => read(answer.receiveInto(target)),
        close: (reason = letGo) => {
          release();
          connection.close(reason);
        },
      };
    } catch (error) {
      release();
      connection.close(error as Error);
      throw error;
    }
  };

  return {
    request: async (request) => {
      let hop = firstHop(new URL(request.url));
      for (;;) {
        const answer = await exchange(request, hop);
        if (request.maxRedirects === 0 || request.body !== undefined || !isRedirect(answer.status)) return answer;
        // its body is a page for people, of unknown length
        answer.close();
        hop = nextHop(hop, answer.status, answer.header('location'), request.maxRedirects);
      }
    },
    close: () => {
      for (const kept of idle.values()) for (const connection of kept) connection.close(letGo);
      idle.clear();
    },
  };
}

/** The headers of one hop: a header of the user's takes the place of one of ours of the same name. */
export function headersFor(request: HttpRequest, { url, trusted }: Hop): Header[] {
  const given = trusted ? [...request.headers] : [];
  const login = trusted ? urlLogin(url) : undefined;
  if (login !== undefined) given.push(['authorization', login]);
  const names = new Set(given.map(([name]) => name.toLowerCase()));
  const own: Header[] = [
    ['user-agent', `greenroom/${version}`],
    ['accept', '*/*'],
    // a compressed answer has another length and other ranges (huggingface_hub#3778)
    ['accept-encoding', 'identity'],
    ...(request.ownHeaders ?? []),
  ];
  return [...own.filter(([name]) => !names.has(name)), ...given];
}
