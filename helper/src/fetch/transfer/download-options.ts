// What a download has to know of its step.
import type { Expected } from '../../contract/integrity.ts';
import type { Header } from '../../http/header-values.ts';

// As aria2 and S3's own clients have it: more is taken for an attack.
export const mostConnections = 16;

export interface DownloadOptions {
  readonly source: string;
  readonly mirrors: readonly string[];
  /** See partial-state.ts. */
  readonly sourceKey: string;
  /** Digests that the user gave: all of them must hold. */
  readonly expected: readonly Expected[];
  /** A list that names another one. */
  readonly checksumFrom: string | undefined;
  /** The file's name in that list. */
  readonly name: string;
  readonly requireIntegrity: boolean;
  readonly timeoutMs: number;
  readonly minSpeedBytes: number;
  readonly maxSizeBytes: number | undefined;
  readonly maxRedirects: number;
  /** From 1 to 16, or `auto`. */
  readonly connections: string;
  /** What `auto` may come to; default `mostConnections`. */
  readonly mostConnections?: number;
  /** Smaller ones for tests; see parts.ts. */
  readonly partBytes?: number;
  /** What the user gave for a URL, read anew for each request. */
  readonly headers: (url: string) => Promise<readonly Header[]>;
}
