// The Retry-After header → milliseconds. Pure.

/**
 * How long a server asks to be left alone, in milliseconds; undefined where it does not say so properly.
 * @param text seconds, or an HTTP date (RFC 9110 §10.2.3)
 * @param dateText the Date header: the server's own clock, so that ours may be wrong
 * @param wallTimeMs our clock, for servers that send no date
 */
export function parseRetryAfter(
  text: string | undefined,
  dateText: string | undefined,
  wallTimeMs: number,
): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const untilMs = Date.parse(text);
  if (!/^[A-Z][a-z]{2}/.test(text) || Number.isNaN(untilMs)) return undefined;
  const nowMs = Date.parse(dateText ?? '');
  return Math.max(0, untilMs - (Number.isNaN(nowMs) ? wallTimeMs : nowMs));
}
