// What is written beside a partial file, so that a later run can go on with it, and beside a finished one, so that a
// later run need not begin. Never a secret: of the URL only its digest is kept. Pure.
import { createHash } from 'node:crypto';
import { sourceUrl } from '../contract/source.ts';
import type { Owner } from './owner.ts';
import type { Validators } from './validators.ts';

/** Of one partial file. A file whose object changes is not written over but begun anew under another name, so all
 * of this but `flushedBytes` stays the same as long as the file is there. */
export interface PartialState {
  readonly version: 1;
  /** `sourceKey` of the URL. */
  readonly source: string;
  readonly validators: Validators;
  readonly sizeBytes?: number;
  /** How much is sure to be on disk even if the node lost power. */
  readonly flushedBytes: number;
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
  const { version, source, validators, sizeBytes, flushedBytes, boot, owner } = value;
  if (
    version !== 1 ||
    typeof source !== 'string' ||
    !isObject(validators) ||
    !(sizeBytes === undefined || isSize(sizeBytes)) ||
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

const isObject = (value: unknown): value is { [key: string]: unknown } => typeof value === 'object' && value !== null;

function parse(text: string): { [key: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
