// Where a redirect leads, and what may go there. Pure.
import { Failure } from '../core/failure.ts';
import { redactUrl } from '../core/redact.ts';

/** A request on its way through redirects. */
export interface Hop {
  readonly url: URL;
  /** How many redirects led here. */
  readonly redirects: number;
  /** Whether what the user gave for the first URL's origin (headers, user and password) may be sent. */
  readonly trusted: boolean;
}

// 300 offers a choice and 304 answers a condition: neither leads on (RFC 9110 §15.4)
const redirectStatuses = new Set([301, 302, 303, 307, 308]);

export function isRedirect(status: number): boolean {
  return redirectStatuses.has(status);
}

export function firstHop(url: URL): Hop {
  return { url, redirects: 0, trusted: true };
}

/**
 * The next hop. Whatever the user gave is for the origin (scheme, host, port) that was named: no header of the user's
 * is sent to another one, nor when a later redirect leads back, since then another origin chose the path.
 * @param status one of those that `isRedirect` knows
 * @param location the header of that name
 * @throws Failure TOO_MANY_REDIRECTS: the bound is passed, https would become http, or it leads out of HTTP;
 *   UNEXPECTED_ANSWER: there is no location, or it is no URL
 */
export function nextHop(hop: Hop, status: number, location: string | undefined, maxRedirects: number): Hop {
  const from = redactUrl(hop.url.href);
  if (location === undefined) throw new Failure('UNEXPECTED_ANSWER', `HTTP ${status} without a Location, from ${from}`);
  if (!URL.canParse(location, hop.url.href)) {
    throw new Failure('UNEXPECTED_ANSWER', `HTTP ${status} with a Location that is no URL, from ${from}`);
  }
  const url = new URL(location, hop.url);
  const to = redactUrl(url.href);
  const refused = (why: string, hint?: string) =>
    new Failure('TOO_MANY_REDIRECTS', `${why}: ${from} redirects to ${to}`, hint === undefined ? {} : { hint });
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused('the redirect leads out of HTTP');
  if (hop.url.protocol === 'https:' && url.protocol === 'http:') {
    throw refused('the redirect leads from https to http, where anybody on the way could change the answer');
  }
  if (hop.redirects >= maxRedirects) {
    throw refused(`more than ${maxRedirects} redirects`, 'Name the last URL as the source, or raise --max-redirects');
  }
  return { url, redirects: hop.redirects + 1, trusted: hop.trusted && url.origin === hop.url.origin };
}
