// Which digests the bytes must have: from lists of checksums, and from what a server says of its own object. Pure.
import { type Algorithm, algorithmOf, type Expected, hexOfBase64 } from '../../contract/integrity.ts';

/** A line of a list of checksums; of a digest alone, without a name. */
export interface ChecksumLine {
  readonly hex: string;
  readonly name: string | undefined;
}

/** The lines that are checksums: `HEX  NAME`, `HEX *NAME`, `SHA256 (NAME) = HEX`, `HEX`. */
export function parseChecksums(list: string): ChecksumLine[] {
  return listLines(list).flatMap((line): ChecksumLine[] => {
    const gnu = /^\\?([0-9a-fA-F]{32,128}) [ *](.+)$/.exec(line);
    const bsd = /^[A-Z0-9/-]+ \((.+)\) = ([0-9a-fA-F]{32,128})$/.exec(line);
    const alone = /^\s*([0-9a-fA-F]{32,128})\s*$/.exec(line);
    if (gnu !== null) {
      // GNU begins a line with a backslash when the name in it is escaped
      const raw = gnu[2] ?? '';
      const plain = line.startsWith('\\')
        ? raw.replace(/\\([\\nr])/g, (_, c) => ({ n: '\n', r: '\r' })[c as 'n'] ?? c)
        : raw;
      return [{ hex: gnu[1] ?? '', name: plain }];
    }
    if (bsd !== null) return [{ hex: bsd[2] ?? '', name: bsd[1] ?? '' }];
    return alone === null ? [] : [{ hex: alone[1] ?? '', name: undefined }];
  });
}

/**
 * The lines of a list that say something: no byte order mark (PowerShell writes one), no comments. Of a signed text
 * (RFC 9580 §7) what the signature is about; it is not verified.
 */
export function listLines(list: string): string[] {
  const text = list.replace(/^\uFEFF/, '');
  const signed = /^-----BEGIN PGP SIGNED MESSAGE-----\r?\n(?:[^\n]+\n)*\r?\n([\s\S]*?)-----BEGIN PGP SIGNATURE/.exec(
    text,
  )?.[1];
  return (signed ?? text).split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
}

/**
 * Finds a file's digest in a list of checksums: `HEX  NAME` or `HEX *NAME` as GNU writes it, `SHA256 (NAME) = HEX` as
 * BSD does, or a digest alone. A name matches with or without folders before it.
 * @returns what is wrong where there is none
 */
export function findChecksum(list: string, name: string, from: string): Expected | { readonly fault: string } {
  const entries = parseChecksums(list);
  const named = entries.filter((entry) => entry.name !== undefined);
  const exact = named.filter((entry) => entry.name?.replace(/^\.\//, '') === name);
  const last = named.filter((entry) => entry.name?.split('/').at(-1) === name);
  const mine = exact.length > 0 ? exact : last.length > 0 ? last : named.length === 0 ? entries : [];
  const usable = mine.flatMap(({ hex }) => {
    const algorithm = algorithmOf(hex);
    return algorithm === undefined ? [] : [{ algorithm, hex: hex.toLowerCase() }];
  });
  const [first] = usable.sort((a, b) => b.hex.length - a.hex.length);
  if (first !== undefined) {
    const digests = usable.filter(({ algorithm }) => algorithm === first.algorithm).map(({ hex }) => hex);
    // two names that end alike: whichever of them was meant, the wrong one must not pass
    if (new Set(digests).size > 1) return { fault: `names ${name} twice, with different digests` };
    return { algorithm: first.algorithm, digests: [first.hex], from };
  }
  if (mine.length > 0) return { fault: `has only a broken kind of digest (MD5, SHA-1) for ${name}` };
  return { fault: entries.length === 0 ? 'is no list of checksums' : `does not name ${name}` };
}

// | header                                    | what it is                                             |
// | Repr-Digest: sha-512=:BASE64:             | RFC 9530 §3; of the whole object, also beside a part   |
// | Digest: sha-256=BASE64                    | RFC 3230, its predecessor                              |
// | x-amz-checksum-sha256: BASE64             | S3, where the object was uploaded with one; not of parts |
const structured: Readonly<Record<string, Algorithm>> = { 'sha-256': 'sha256', 'sha-512': 'sha512' };

/** The strongest digest that a server gives of the whole object, if any. */
export function serverDigest(header: (name: string) => string | undefined): Expected | undefined {
  const found: Expected[] = [];
  for (const name of ['repr-digest', 'digest']) {
    for (const item of header(name)?.split(',') ?? []) {
      const [, key = '', value = ''] = /^\s*(sha-(?:256|512))=:?([A-Za-z0-9+/]+=*):?\s*$/i.exec(item) ?? [];
      const algorithm = structured[key.toLowerCase()];
      const hex = hexOfBase64(value);
      if (algorithm !== undefined && hex !== undefined && algorithmOf(hex) === algorithm) {
        found.push({ algorithm, digests: [hex], from: `the server's ${name}` });
      }
    }
  }
  // of an object that came up in parts it is a digest of digests, `BASE64-N`, which is no BASE64
  const amazon = hexOfBase64(header('x-amz-checksum-sha256') ?? '');
  if (amazon !== undefined && algorithmOf(amazon) === 'sha256') {
    found.push({ algorithm: 'sha256', digests: [amazon], from: "the server's x-amz-checksum-sha256" });
  }
  return found.sort((a, b) => (b.digests[0]?.length ?? 0) - (a.digests[0]?.length ?? 0))[0];
}
