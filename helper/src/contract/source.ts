// What can be fetched: a URL. Faults are found here, before any downloading. Pure.
import { Failure } from '../core/failure.ts';
import { redactUrl } from '../core/redact.ts';
import { suggest } from '../core/suggest.ts';

/** The schemes that a source may have, and an example of each. */
export const sourceSchemes = {
  http: 'http://files/index.php',
  https: 'https://example.org/index.php',
  file: 'file:///scripts/start.sh',
  s3: 's3://models/llama/model.bin',
  gs: 'gs://models/llama/model.bin',
} as const;

/** What is wrong with a source, in words that complete "…: "; undefined where nothing is. */
export function sourceFault(text: string): string | undefined {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1];
  if (scheme === undefined) return 'is not a URL, such as https://example.org/index.php';
  if (!Object.hasOwn(sourceSchemes, scheme)) {
    const known = Object.keys(sourceSchemes);
    const nearest = suggest(scheme, known);
    const cure = nearest === undefined ? `it is one of ${known.join(', ')}` : `did you mean ${nearest}:?`;
    return `unknown scheme ${scheme}; ${cure}`;
  }
  if (isStoreSource(text)) return storeFault(text);
  if (!URL.canParse(text)) return 'is not a URL';
  if (scheme !== 'file') return undefined;
  const { host, search, hash, pathname } = new URL(text);
  const plain = host === '' && search === '' && hash === '' && !/%2f|%00/i.test(pathname) && !pathname.endsWith('/');
  return plain ? undefined : 'must be the absolute path of one file, such as file:///scripts/start.sh';
}

/** As `sourceFault`, for what must come over HTTP. */
export function webSourceFault(text: string): string | undefined {
  return /^(?:file|s3|gs):/i.test(text) ? 'must be http or https' : sourceFault(text);
}

/** As `sourceFault`, for a list of checksums: on the web, or beside what lies in an object store. */
export function checksumSourceFault(text: string): string | undefined {
  if (isStorePrefix(text)) return 'must name one object, not a prefix';
  return isStoreSource(text) ? sourceFault(text) : webSourceFault(text);
}

/** A bucket of an object store, and what is named in it. */
export interface StorePlace {
  readonly scheme: 's3' | 'gs';
  readonly bucket: string;
  /** As it is: nothing in it is decoded. Ends in `/`, or is empty, where it is a prefix. */
  readonly key: string;
}

const storePlace = /^(s3|gs):\/\/([^/]*)(?:\/(.*))?$/su;

export function isStoreSource(text: string): boolean {
  return /^(?:s3|gs):/.test(text);
}

/** Whether a source stands for all objects whose names begin so. */
export function isStorePrefix(text: string): boolean {
  return isStoreSource(text) && text.endsWith('/');
}

/** @param text a source that `sourceFault` has nothing against */
export function parseStorePlace(text: string): StorePlace {
  const [, scheme = '', bucket = '', key = ''] = storePlace.exec(text) ?? [];
  return { scheme: scheme as StorePlace['scheme'], bucket, key };
}

/** A source as a URL: the name of what lies in an object store, which is taken as it is, is encoded for it. */
export function sourceUrl(text: string): URL {
  if (!isStoreSource(text)) return new URL(text);
  const { scheme, bucket, key } = parseStorePlace(text);
  return new URL(`${scheme}://${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`);
}

function storeFault(text: string): string | undefined {
  const example = 'such as s3://bucket/name, or s3://bucket/folder/ for all that is below';
  const match = storePlace.exec(text);
  if (match === null) return `names no bucket; ${example}`;
  const [, , bucket = '', key] = match;
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; older buckets, and other stores, have
  // capitals and underscores
  if (!/^[A-Za-z0-9][\w.-]{1,221}[A-Za-z0-9]$/.test(bucket)) return `${JSON.stringify(bucket)} cannot name a bucket`;
  if (key === undefined) return `names a bucket and nothing in it; end it with / to fetch all of it: ${text}/`;
  if (Buffer.byteLength(key) > 1024) return 'has a name of more than 1024 bytes';
  // a path of HTTP has no such parts: they would be another object's, or another bucket's
  if (/(?:^|\/)\.{1,2}(?:\/|$)/.test(key)) return 'has a part . or .. in its name';
  return /\p{Cc}/u.test(key) ? 'has a control character in its name' : undefined;
}

/**
 * Checks the form of a source.
 * @throws Failure USAGE
 */
export function checkSource(text: string): void {
  const fault = sourceFault(text);
  if (fault !== undefined) {
    const shown = isStoreSource(text) ? text : redactUrl(text);
    throw new Failure('USAGE', `source ${JSON.stringify(shown)}: ${fault}`);
  }
}

/** A source with the path in it moved, where it holds one. A rehearsal needs it. */
export function moveSourcePath(text: string, move: (path: string) => string): string {
  if (!text.startsWith('file:')) return text;
  const url = new URL(text);
  // the setter encodes what must be encoded, but for percent signs
  url.pathname = move(decodeURIComponent(url.pathname)).replaceAll('%', '%25');
  return url.href;
}
