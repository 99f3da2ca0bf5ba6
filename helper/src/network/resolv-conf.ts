// The text of /etc/resolv.conf → what a resolver needs of it, by resolv.conf(5)
// (https://man7.org/linux/man-pages/man5/resolv.conf.5.html). Pure.
import { addressFamily, isAddress } from '../core/address.ts';

export interface ResolvConf {
  /** Up to three, in order, as `10.96.0.10`, `127.0.0.1:5353` or `[::1]:53`; never empty. */
  readonly nameservers: readonly string[];
  /** The domains that are tried behind a short name, in order, without a final dot. */
  readonly search: readonly string[];
  /** A name with at least so many dots is asked for as it is first. 0 to 15. */
  readonly ndots: number;
  /** How long to wait for one name server, in milliseconds, where the file says so. */
  readonly timeoutMs: number | undefined;
  /** How often all name servers are asked. 1 to 5. */
  readonly attempts: number;
}

// MAXNS of resolv.h
const maxNameservers = 3;

/** Reads the file; lines that nobody knows are skipped, as the C library does. */
export function parseResolvConf(text: string): ResolvConf {
  const nameservers: string[] = [];
  let search: string[] = [];
  let ndots = 1;
  let timeoutMs: number | undefined;
  let attempts = 2;
  for (const line of text.split('\n')) {
    // only in the first column these begin a comment
    if (/^[#;]/.test(line)) continue;
    const [keyword, ...values] = line.trim().split(/\s+/);
    if (keyword === 'nameserver') {
      const server = nameserverOf(values[0] ?? '');
      if (server !== undefined && nameservers.length < maxNameservers) nameservers.push(server);
    } else if (keyword === 'search' || keyword === 'domain') {
      // the last of these lines wins, whichever it is
      const domains = keyword === 'domain' ? values.slice(0, 1) : values;
      search = domains.map((domain) => domain.replace(/\.$/, ''));
    } else if (keyword === 'options') {
      for (const option of values) {
        const [, name, digits] = /^(ndots|timeout|attempts):(\d+)$/.exec(option) ?? [];
        const value = Number(digits);
        if (name === 'ndots') ndots = Math.min(value, 15);
        if (name === 'timeout') timeoutMs = Math.min(Math.max(value, 1), 30) * 1_000;
        if (name === 'attempts') attempts = Math.min(Math.max(value, 1), 5);
      }
    }
  }
  // without one the C library asks the machine itself
  if (nameservers.length === 0) nameservers.push('127.0.0.1');
  return { nameservers, search, ndots, timeoutMs, attempts };
}

/** With a port only where one is given, which no C library takes but tests and rehearsals need. */
function nameserverOf(text: string): string | undefined {
  if (addressFamily(text) === 6) return `[${text}]`;
  const [, host = '', port = ''] = /^(\[[^\]]+\]|[\d.]+)(:\d+)?$/.exec(text) ?? [];
  return isAddress(host.replace(/^\[|\]$/g, '')) ? host + port : undefined;
}
