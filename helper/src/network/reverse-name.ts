// An address → the name whose PTR record says what the address is called (RFC 1035 §3.5, RFC 3596 §2.5). Pure.

/** `10.96.0.7` → `7.0.96.10.in-addr.arpa.`; IPv6 in any spelling → 32 digits under `ip6.arpa.`. */
export function reverseName(address: string): string {
  if (!address.includes(':')) return `${address.split('.').toReversed().join('.')}.in-addr.arpa.`;
  // the URL parser writes the canonical form (RFC 5952), where IPv4 parts are hexadecimal already
  const canonical = new URL(`http://[${address.replace(/%.*$/s, '')}]/`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const left = groups(head);
  const right = groups(tail ?? '');
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  const digits = [...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join('');
  return `${[...digits].toReversed().join('.')}.ip6.arpa.`;
}
