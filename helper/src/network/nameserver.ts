// One question to one name server. c-ares speaks the protocol (UDP, TCP for truncated answers); the search list,
// the other servers and the next try are resolver.ts's.
import type { Resolver } from 'node:dns/promises';
import { overReason } from '../core/over-reason.ts';
import type { Clock } from '../ports/clock.ts';

/** The record types that can be asked for. */
export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'MX' | 'NS' | 'PTR' | 'SRV' | 'TXT';

/** How a server said that there is nothing, or failed to say anything. */
export type DnsTrouble =
  /** There is no such name (RFC 8020). */
  | 'NXDOMAIN'
  /** The name is there and has no record of that type (RFC 2308 §2.2). */
  | 'NODATA'
  | 'SERVFAIL'
  /** The server refuses to answer, or cannot read the question. */
  | 'REFUSED'
  /** No answer in time. */
  | 'TIMEOUT'
  /** Nothing listens there, or there is no route to it. */
  | 'UNREACHABLE';

export type DnsAnswer =
  | { readonly kind: 'records'; readonly records: readonly DnsRecord[] }
  | { readonly kind: 'trouble'; readonly trouble: DnsTrouble; readonly nameserver: string };

/** One record, as one line of text in the order of the zone file (RFC 1035 §5): `10 60 5432 db-0.db` for SRV. */
export type DnsRecord = string;

const troubles: Readonly<Record<string, DnsTrouble>> = {
  ENOTFOUND: 'NXDOMAIN',
  ENODATA: 'NODATA',
  ESERVFAIL: 'SERVFAIL',
  EREFUSED: 'REFUSED',
  ENOTIMP: 'REFUSED',
  EFORMERR: 'REFUSED',
  ETIMEOUT: 'TIMEOUT',
  ECANCELLED: 'TIMEOUT',
  ECONNREFUSED: 'UNREACHABLE',
};

// c-ares looks at its own timeouts only once a second, so a second would become two: ours come first
const longestMs = 60_000;

/**
 * Asks once.
 * @param nameserver an address, with a port if it is not 53
 * @throws the signal's reason when it is aborted
 */
export async function askNameserver(
  nameserver: string,
  name: string,
  type: RecordType,
  timeoutMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<DnsAnswer> {
  // only here: what connects to an address needs no resolver
  const dns = await import('node:dns/promises');
  signal.throwIfAborted();
  // a channel of its own for each question: cancelling it cancels nothing else
  const resolver = new dns.Resolver({ timeout: longestMs, tries: 1 });
  const over = new AbortController();
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  clock.sleep(timeoutMs, over.signal).then(cancel, () => {});
  try {
    resolver.setServers([nameserver]);
    return { kind: 'records', records: await lookUp[type](resolver, name) };
  } catch (error) {
    signal.throwIfAborted();
    const { code = '' } = error as { code?: string };
    // an answer that cannot be read (EBADRESP) is a server's failure too
    return { kind: 'trouble', trouble: troubles[code] ?? 'SERVFAIL', nameserver };
  } finally {
    over.abort(overReason);
    signal.removeEventListener('abort', cancel);
  }
}

const lookUp: Readonly<Record<RecordType, (resolver: Resolver, name: string) => Promise<DnsRecord[]>>> = {
  A: (resolver, name) => resolver.resolve4(name),
  AAAA: (resolver, name) => resolver.resolve6(name),
  CNAME: (resolver, name) => resolver.resolveCname(name),
  NS: (resolver, name) => resolver.resolveNs(name),
  PTR: (resolver, name) => resolver.resolvePtr(name),
  MX: async (resolver, name) =>
    (await resolver.resolveMx(name)).map(({ priority, exchange }) => `${priority} ${exchange}`),
  SRV: async (resolver, name) =>
    (await resolver.resolveSrv(name)).map(
      ({ priority, weight, port, name: target }) => `${priority} ${weight} ${port} ${target}`,
    ),
  // the strings of one record are one text (RFC 7208 §3.3 reads them so too)
  TXT: async (resolver, name) => (await resolver.resolveTxt(name)).map((strings) => strings.join('')),
};
