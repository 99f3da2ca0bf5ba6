// What is written beside a folder that an archive was unpacked to, so that a later run need not begin. Pure.

/** Of a published folder. */
export interface TreeRecord {
  readonly version: 1;
  /** `sourceKey` of the archive's URL. */
  readonly source: string;
  /** Of the archive, by algorithm. */
  readonly digests: Readonly<Record<string, string>>;
  /** What of it was unpacked, and how; two are the same when these words are. */
  readonly selection: string;
  /** Of the files. */
  readonly sizeBytes: number;
  /** Of the folder: they stay the same whatever is done in it, and another folder has others. */
  readonly inode: string;
  readonly bornNs: string;
}

/** Reads a record back; undefined for anything that is not one. */
export function parseTreeRecord(text: string): TreeRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { version, digests, sizeBytes, ...texts } = value as { [key: string]: unknown };
  const fields = [texts.source, texts.selection, texts.inode, texts.bornNs];
  return version === 1 &&
    Number.isSafeInteger(sizeBytes) &&
    typeof digests === 'object' &&
    digests !== null &&
    /^[0-9a-f]{64}$/.test(String((digests as { sha256?: unknown }).sha256)) &&
    fields.every((field) => typeof field === 'string')
    ? (value as TreeRecord)
    : undefined;
}
