// Whether there is anything to do.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Expected } from '../../contract/integrity.ts';
import type { Backstage } from '../backstage/backstage.ts';
import type { Destination } from '../backstage/destination.ts';
import { proveFile } from '../backstage/prove-file.ts';
import { volumeFailure } from '../backstage/volume-failure.ts';
import { describeFile } from './publish.ts';

export interface There {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/**
 * Whether the destination is there and proven: by its record, which describes this very file and where it came from;
 * or by the digests, for which it is read. Anything else that is there is replaced when the new file is whole.
 * Sets the mode of what is proven.
 */
export async function findThere(
  destination: Destination,
  backstage: Backstage,
  source: string,
  expected: readonly Expected[],
  mode: number,
  signal: AbortSignal,
): Promise<There | undefined> {
  const path = join(destination.folder, destination.name);
  try {
    const file = await describeFile(path);
    if (file === undefined) return undefined;
    const record = await backstage.readRecord();
    const described =
      record?.inode === file.inode && record.modifiedNs === file.modifiedNs && record.sizeBytes === file.sizeBytes;
    const [sha256] = expected.filter(({ algorithm }) => algorithm === 'sha256').flatMap(({ digests }) => digests);
    const byRecord = described && (expected.length === 0 ? record.source === source : false);
    const byDigest = described && expected.length === 1 && record.sha256 === sha256;
    if (!byRecord && !byDigest && expected.length === 0) return undefined;
    const handle = await open(path, 'r');
    try {
      const proven = byRecord || byDigest ? record?.sha256 : await proveFile(handle, file.sizeBytes, expected, signal);
      if (proven === undefined) return undefined;
      if (((await handle.stat()).mode & 0o7777) !== mode) await handle.chmod(mode);
      return { sizeBytes: file.sizeBytes, sha256: proven };
    } finally {
      await handle.close();
    }
  } catch (error) {
    // a file of somebody else's that may not be read, or not be changed, is replaced
    if (['EACCES', 'EPERM', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw volumeFailure(error, destination.path);
  }
}
