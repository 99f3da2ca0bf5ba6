// What a server says to tell one version of an object from another (RFC 9110 §8.8). Pure.

export interface Validators {
  /** With its quotes and, if weak, its `W/`. */
  readonly etag?: string;
  readonly lastModified?: string;
  /** Whether `lastModified` can tell two versions apart: it is a minute older than the answer. */
  readonly lastModifiedStrong?: boolean;
}

/** What an earlier answer left. */
export interface Held {
  readonly bytes: number;
  readonly validators: Validators;
  /** The length of the whole object, where a server told it. */
  readonly sizeBytes?: number;
}

// An object may change twice within the second that Last-Modified counts in; RFC 9110 §8.8.2.2 speaks of one second
// where clocks agree, and curl's and proxies' practice is a minute
const strongAfterMs = 60_000;

/** @param header gives a header's value by its name in lower case */
export function readValidators(header: (name: string) => string | undefined): Validators {
  const etag = header('etag')?.trim();
  return { ...(etag !== undefined && /^(?:W\/)?"[^"\r\n]*"$/.test(etag) && { etag }), ...readDate(header) };
}

function readDate(header: (name: string) => string | undefined): Omit<Validators, 'etag'> {
  const lastModified = header('last-modified')?.trim();
  if (lastModified === undefined) return {};
  const modifiedMs = Date.parse(lastModified);
  if (Number.isNaN(modifiedMs)) return {};
  return { lastModified, lastModifiedStrong: Date.parse(header('date') ?? '') - modifiedMs >= strongAfterMs };
}

export function strongEtag({ etag }: Validators): string | undefined {
  return etag === undefined || etag.startsWith('W/') ? undefined : etag;
}

/** What can stand in If-Range: a strong ETag, or else a date that is strong (RFC 9110 §13.1.5). */
export function rangeCondition(validators: Validators): string | undefined {
  return strongEtag(validators) ?? (validators.lastModifiedStrong ? validators.lastModified : undefined);
}

/**
 * Compares what two answers said of the object.
 * @returns `same` where something strong says so, `other` where anything that both have differs, else `unknown`
 */
export function compareValidators(a: Validators, b: Validators): 'same' | 'other' | 'unknown' {
  const [strongA, strongB] = [strongEtag(a), strongEtag(b)];
  if (a.etag !== undefined && b.etag !== undefined) {
    if (strongA !== undefined && strongB !== undefined) return strongA === strongB ? 'same' : 'other';
    if (a.etag.replace(/^W\//, '') !== b.etag.replace(/^W\//, '')) return 'other';
  }
  if (a.lastModified !== undefined && b.lastModified !== undefined) {
    if (a.lastModified !== b.lastModified) return 'other';
    // an ETag that one answer has and the other lacks says nothing; the date decides only if it is strong
    if (a.lastModifiedStrong) return 'same';
  }
  return 'unknown';
}
