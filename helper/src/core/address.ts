// Whether a text is an IP address. By hand: core/ may not ask Node, whose pattern for IPv6 takes milliseconds to
// compile at the first use, which is a tenth of a short run. Pure.

const v4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const v6Group = /^[0-9a-f]{1,4}$/i;

/** The family of an address: four decimal parts, or IPv6 (RFC 4291 §2.2) without brackets, perhaps with a zone. */
export function addressFamily(text: string): 4 | 6 | undefined {
  if (v4.test(text)) return 4;
  return text.includes(':') && isV6(text.replace(/%[\da-z.:-]+$/i, '')) ? 6 : undefined;
}

export function isAddress(text: string): boolean {
  return addressFamily(text) !== undefined;
}

function isV6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1) ?? '';
  // the last two groups may be written as IPv4
  const plain = v4.test(last) && !text.endsWith('::') ? [...groups.slice(0, -1), '0', '0'] : groups;
  return plain.every((group) => v6Group.test(group)) && (halves.length === 2 ? plain.length <= 7 : plain.length === 8);
}
