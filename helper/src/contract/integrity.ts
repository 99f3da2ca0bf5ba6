// Digests as people and other tools write them. Pure.

/** The algorithms that a digest may be of, weakest first. Broken ones (MD5, SHA-1) prove nothing and are refused. */
export const algorithms = ['sha256', 'sha384', 'sha512'] as const;

export type Algorithm = (typeof algorithms)[number];

/** Any of the digests is right. */
export interface Expected {
  readonly algorithm: Algorithm;
  /** In hexadecimal, lower case. */
  readonly digests: readonly string[];
  /** Where it was read, for messages. */
  readonly from: string;
}

const hexLengths: Readonly<Record<number, Algorithm>> = { 64: 'sha256', 96: 'sha384', 128: 'sha512' };

/** The algorithm whose digests have so many hexadecimal digits. */
export function algorithmOf(hex: string): Algorithm | undefined {
  return /^[0-9a-f]+$/i.test(hex) ? hexLengths[hex.length] : undefined;
}

/**
 * Reads `sha512:HEX`, or Subresource Integrity (https://www.w3.org/TR/sri-2/): `sha384-BASE64`, several of them
 * separated by spaces, of which those of the strongest algorithm count.
 * @returns the words that complete "--integrity: …" where it is neither
 */
export function parseIntegrity(text: string): Expected | { readonly fault: string } {
  const found = new Map<Algorithm, string[]>();
  for (const word of text.trim().split(/\s+/)) {
    const [, name = '', separator, value = ''] = /^([a-z0-9]+)([-:])([^?]+)/i.exec(word) ?? [];
    const algorithm = algorithms.find((candidate) => candidate === name.toLowerCase().replace('sha-', 'sha'));
    if (algorithm === undefined) {
      return { fault: `${JSON.stringify(word)} is not of the form sha256:HEX or sha512-BASE64` };
    }
    const hex = separator === ':' ? value.toLowerCase() : hexOfBase64(value);
    if (hex === undefined || algorithmOf(hex) !== algorithm) {
      return { fault: `${JSON.stringify(word)} is not a digest of ${algorithm}` };
    }
    found.set(algorithm, [...(found.get(algorithm) ?? []), hex]);
  }
  const strongest = algorithms.findLast((algorithm) => found.has(algorithm));
  if (strongest === undefined) return { fault: 'must name a digest' };
  return { algorithm: strongest, digests: found.get(strongest) ?? [], from: '--integrity' };
}

/** Base64 (RFC 4648 §4, or §5) as hexadecimal; undefined where it is none. */
export function hexOfBase64(text: string): string | undefined {
  const bytes = Buffer.from(text, 'base64');
  const same = (a: string) => a.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/');
  return same(bytes.toString('base64')) === same(text) ? bytes.toString('hex') : undefined;
}
