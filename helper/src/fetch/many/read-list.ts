// A list of files → what to fetch from where, under which name, with which digest. Pure.
//
// | a list of checksums | `HEX  NAME`, `SHA256 (NAME) = HEX`: NAME, beside the list                           |
// | any other           | `SOURCE [NAME] [DIGEST]` by line: a URL, or a path beside the list; words are quoted |
// |                     | as in a shell; `#` begins a comment                                                  |
import { algorithmOf, type Expected, parseIntegrity } from '../../contract/integrity.ts';
import { isStoreSource, parseStorePlace, sourceFault } from '../../contract/source.ts';
import { splitWords } from '../../contract/words.ts';
import { Failure } from '../../core/failure.ts';
import { listLines, parseChecksums } from '../proof/integrity.ts';
import { listFault, shownName } from './names.ts';

export interface Wanted {
  /** A path below the destination; see names.ts. */
  readonly name: string;
  /** As `contract/source.ts` has it. */
  readonly source: string;
  /** All of them must hold. */
  readonly expected: readonly Expected[];
  /** As far as the list tells. */
  readonly sizeBytes?: number;
  /** Tells one version of an object from another, as far as the list tells. */
  readonly version?: string;
}

/**
 * @param base the list's own source
 * @param where the same, without secrets, for messages
 * @param checkCount is told how many lines there are, before any of them is read: one that is read takes many times its
 *   length. (A list of checksums may name a file twice.)
 * @throws Failure LIST_REFUSED, or what `checkCount` throws
 */
export function readList(
  text: string,
  base: string,
  where: string,
  checkCount: (lines: number) => void = () => {},
): Wanted[] {
  if (/^\s*</.test(text)) throw listFault(where, 'is a page of HTML or XML, not a list');
  const lines = listLines(text);
  const namesFile = (line: string) => parseChecksums(line)[0]?.name !== undefined;
  if (namesFile(lines[0] ?? '')) {
    const odd = lines.findIndex((line) => !namesFile(line));
    if (odd !== -1) throw listFault(where, `is a list of checksums, but for ${shownName(lines[odd] ?? '')}`);
    return checksumFiles(text, base, where);
  }
  checkCount(lines.length);
  return lines.map((line) => readLine(line, base, where));
}

/** The digests of a list of checksums, by name. */
export function digestsByName(text: string, where: string): Map<string, Expected[]> {
  const found = new Map<string, Expected[]>();
  for (const { hex, name } of parseChecksums(text)) {
    if (name === undefined) continue;
    const algorithm = algorithmOf(hex);
    if (algorithm === undefined) {
      throw listFault(where, `has only a broken kind of digest (MD5, SHA-1) for ${shownName(name)}`);
    }
    const plain = name.replace(/^(?:\.\/)+/, '');
    const known = found.get(plain) ?? [];
    const same = known.find((one) => one.algorithm === algorithm);
    if (same === undefined) found.set(plain, [...known, { algorithm, digests: [hex.toLowerCase()], from: where }]);
    else if (!same.digests.includes(hex.toLowerCase())) {
      throw listFault(where, `names ${shownName(name)} twice, with different digests`);
    }
  }
  return found;
}

function checksumFiles(text: string, base: string, where: string): Wanted[] {
  return [...digestsByName(text, where)].map(([name, expected]) => ({ name, source: beside(base, name), expected }));
}

/** A name, which is none of a URL, in the folder of the list. */
function beside(base: string, name: string): string {
  if (isStoreSource(base)) return `${base.slice(0, base.lastIndexOf('/') + 1)}${name}`;
  return new URL(`./${name.split('/').map(encodeURIComponent).join('/')}`, base).href;
}

function readLine(line: string, base: string, where: string): Wanted {
  const shown = shownName(line);
  let words: string[];
  try {
    words = splitWords(line);
  } catch (error) {
    throw listFault(where, `has a faulty line: ${(error as Error).message}`);
  }
  const [from = '', ...rest] = words;
  const digests = rest.filter((word) => /^sha(?:256|384|512)[-:]/i.test(word));
  const names = rest.filter((word) => !digests.includes(word));
  if (names.length > 1 || digests.length > 1) {
    throw listFault(where, `has a line that is not SOURCE [NAME] [DIGEST]: ${shown}`);
  }
  const parsed = digests[0] === undefined ? undefined : parseIntegrity(digests[0]);
  if (parsed !== undefined && 'fault' in parsed)
    throw listFault(where, `has a line whose digest ${parsed.fault}: ${shown}`);
  const isUrl = /^[A-Za-z][A-Za-z0-9+.-]*:/.test(from);
  const source = isUrl ? from : relative(base, from);
  const fault = source === undefined ? 'is no path' : (sourceFault(source) ?? reachFault(base, source));
  if (source === undefined || fault !== undefined) throw listFault(where, `names ${shownName(from)}, which ${fault}`);
  const name = names[0] ?? (isUrl ? lastPart(source) : decoded(base, from));
  return { name, source, expected: parsed === undefined ? [] : [{ ...parsed, from: where }] };
}

/** A list of the web must not bring in files of the container, nor what only our keys can read, nor drop TLS. */
function reachFault(base: string, source: string): string | undefined {
  const scheme = (text: string) => text.slice(0, text.indexOf(':'));
  const [from, to] = [scheme(base), scheme(source)];
  if (to === 'https' || from === to) {
    const elsewhere = isStoreSource(source) && parseStorePlace(source).bucket !== parseStorePlace(base).bucket;
    return elsewhere ? 'lies in another bucket' : undefined;
  }
  if (to === 'http' && from !== 'https') return undefined;
  return `is ${to}:, which a list from ${from}: may not name`;
}

function relative(base: string, path: string): string | undefined {
  if (isStoreSource(base)) return `${base.slice(0, base.lastIndexOf('/') + 1)}${path.replace(/^(?:\.\/)+/, '')}`;
  return URL.parse(path, base)?.href;
}

/** A relative path gives its own name, folders included; what leads out of the list's folder is refused as a name. */
function decoded(base: string, path: string): string {
  const plain = path.replace(/^(?:\.\/)+/, '');
  if (isStoreSource(base)) return plain;
  try {
    return decodeURIComponent(plain.replace(/[?#].*$/s, ''));
  } catch {
    throw new Failure('LIST_REFUSED', `the list names ${shownName(path)}, which is not UTF-8`);
  }
}

function lastPart(source: string): string {
  const path = isStoreSource(source) ? parseStorePlace(source).key : new URL(source).pathname;
  const last = path.slice(path.lastIndexOf('/') + 1);
  try {
    return isStoreSource(source) ? last : decodeURIComponent(last);
  } catch {
    return last;
  }
}
