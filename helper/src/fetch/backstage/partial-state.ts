// What is written beside a partial file, so that a later run can go on with it, and beside a finished one, so that a
// later run need not begin. Never a secret: of the URL only its digest is kept. Pure.
import { createHash } from 'node:crypto';
import { algorithmOf, type Expected } from '../../contract/integrity.ts';
import { sourceUrl } from '../../contract/source.ts';
import { beginning, type Extents } from './extents.ts';
import type { Owner } from './owner.ts';
import type { Validators } from './validators.ts';

/** Of one partial file. A file whose object changes is not written over but begun anew under another name, so all
 * of this but `flushedBytes` stays the same as long as the file is there. */
export interface PartialState {
  /** 2 where there are `parts`: who knows nothing of them must not take the file for a beginning of the object. */
  readonly version: 1 | 2;
  /** `sourceKey` of the URL. */
  readonly source: string;
  readonly validators: Validators;
  readonly sizeBytes?: number;
  /** The digest of the whole object that its server gave. */
  readonly offered?: Expected;
  /** How much is sure to be on disk even if the node lost power. */
  readonly flushedBytes: number;
  /** Where it came in parts: what is written, and of that what `flushedBytes` says of a file that came in order. */
  readonly parts?: { readonly written: Extents; readonly flushed: Extents };
  /** The start of the node's kernel in which the file's own length can be relied on. */
  readonly boot: string;
  readonly owner: Owner;
}

/** Of a published file. */
export interface Record {
  readonly version: 1;
  readonly source: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Of the file: together they change with every way to write to it. */
  readonly inode: string;
  readonly modifiedNs: string;
}

/**
 * Tells URLs apart without keeping them: user, password and fragment are left out, the rest is hashed.
 * @param version of what the URL names, where that can be told without asking anybody
 */
export function sourceKey(source: string, version = ''): string {
  const url = sourceUrl(source);
  url.username = '';
  url.password = '';
  url.hash = '';
  return createHash('sha256').update(`${url.href} ${version}`.trimEnd()).digest('hex');
}

/** Reads a state back; undefined for anything that is not one, such as a file that a power failure cut short. */
export function parsePartialState(text: string): PartialState | undefined {
  const value = parse(text);
  if (value === undefined) return undefined;
  const { version, source, validators, sizeBytes, offered, flushedBytes, parts, boot, owner } = value;
  if (
    version !== (parts === undefined ? 1 : 2) ||
    !(parts === undefined || (isObject(parts) && isExtents(parts.written) && isExtents(parts.flushed))) ||
    typeof source !== 'string' ||
    !isObject(validators) ||
    !(sizeBytes === undefined || isSize(sizeBytes)) ||
    !(offered === undefined || isExpected(offered)) ||
    !isSize(flushedBytes) ||
    typeof boot !== 'string' ||
    !isObject(owner)
  ) {
    return undefined;
  }
  const { etag, lastModified, lastModifiedStrong } = validators;
  if (![etag, lastModified].every((text) => text === undefined || typeof text === 'string')) return undefined;
  if (!(lastModifiedStrong === undefined || typeof lastModifiedStrong === 'boolean')) return undefined;
  return value as unknown as PartialState;
}

/**
 * What can be relied on of a partial file.
 * @param fileBytes its length
 * @param sameBoot whether the node has been up since it was written
 */
export function keptOf(
  { flushedBytes, parts }: Pick<PartialState, 'flushedBytes' | 'parts'>,
  fileBytes: number,
  sameBoot: boolean,
): Extents {
  const known = sameBoot ? (parts?.written ?? [[0, fileBytes]]) : (parts?.flushed ?? [[0, flushedBytes]]);
  const kept = known.flatMap(([from, to]): Extents => (from < fileBytes ? [[from, Math.min(to, fileBytes)]] : []));
  // a beginning is what there is to go on from
  return beginning(kept) > 0 ? kept : [];
}

/** Reads a record back; undefined for anything that is not one. */
export function parseRecord(text: string): Record | undefined {
  const value = parse(text);
  return value?.version === 1 &&
    typeof value.sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(value.sha256) &&
    isSize(value.sizeBytes) &&
    [value.source, value.inode, value.modifiedNs].every((field) => typeof field === 'string')
    ? (value as unknown as Record)
    : undefined;
}

const isSize = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const isExtents = (value: unknown): value is Extents =>
  Array.isArray(value) &&
  value.every(
    (one, index) =>
      Array.isArray(one) &&
      one.length === 2 &&
      isSize(one[0]) &&
      isSize(one[1]) &&
      one[0] < one[1] &&
      one[0] > (value[index - 1]?.[1] ?? -1),
  );

const isExpected = (value: unknown): value is Expected =>
  isObject(value) &&
  Array.isArray(value.digests) &&
  value.digests.length > 0 &&
  value.digests.every((hex) => typeof hex === 'string' && algorithmOf(hex) === value.algorithm) &&
  typeof value.from === 'string';

const isObject = (value: unknown): value is { [key: string]: unknown } => typeof value === 'object' && value !== null;

function parse(text: string): { [key: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
