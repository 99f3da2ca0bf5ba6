// A file that lies on another mount of the container, such as a ConfigMap or an image volume: copied with the same
// guarantees as a download. Nothing to resume: it is read again.
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Expected } from '../../contract/integrity.ts';
import { Failure } from '../../core/failure.ts';
import type { Backstage } from '../backstage/backstage.ts';
import { checkSize, checkSpace } from '../backstage/free-space.ts';
import type { PartialFile } from '../backstage/partial-file.ts';
import { volumeFailure } from '../backstage/volume-failure.ts';
import { wrongDigest } from '../proof/verify.ts';
import type { Supply, Whole } from './supply.ts';

export interface LocalCopy {
  /** `file:///…` */
  readonly source: string;
  readonly sourceKey: string;
  readonly expected: readonly Expected[];
  readonly maxSizeBytes: number | undefined;
  /** Of the destination. */
  readonly folder: string;
}

const readBytes = 1 << 20;

/** What tells one version of a file from another. */
const versionOf = ({ ino, size, mtimeNs }: { ino: bigint; size: bigint; mtimeNs: bigint }) =>
  `${ino} ${size} ${mtimeNs}`;

/** Tells versions of a local source apart, in what is recorded of it; empty while it is not there. */
export async function localVersion(source: string): Promise<string> {
  try {
    return versionOf(await stat(fileURLToPath(source), { bigint: true }));
  } catch {
    return '';
  }
}

/**
 * Attempts throw Failure NOT_THERE while there is no such file; UNEXPECTED_ANSWER when it changed meanwhile;
 * INTEGRITY_MISMATCH; of the volume.
 */
export function createLocalCopy(options: LocalCopy, backstage: Backstage): Supply {
  return {
    held: { bytes: 0 },
    takeOver: () => backstage.clear(),
    attempt: ({ signal }) => copy(options, backstage, signal),
    close: async () => {},
  };
}

async function copy(options: LocalCopy, backstage: Backstage, signal: AbortSignal): Promise<Whole> {
  const path = fileURLToPath(options.source);
  const file = await openSource(path);
  try {
    const before = await file.stat({ bigint: true });
    if (!before.isFile()) throw new Failure('USAGE', `source ${path} is not a file`, { hint: 'Name one file' });
    const sizeBytes = Number(before.size);
    checkSize(sizeBytes, options.maxSizeBytes);
    await checkSpace(options.folder, sizeBytes);
    const state = { source: options.sourceKey, validators: {}, sizeBytes, flushedBytes: 0 };
    const algorithms = options.expected.map(({ algorithm }) => algorithm);
    const work = await backstage.begin(state, algorithms);
    try {
      await pump(file, work.partial, signal);
      const after = await file.stat({ bigint: true });
      if (versionOf(before) !== versionOf(after) || work.partial.bytes !== sizeBytes) {
        throw new Failure('UNEXPECTED_ANSWER', `${path} changed while it was read`);
      }
      const wrong = await wrongDigest(work.partial, options.expected);
      if (wrong !== undefined) throw wrong;
      return { work, sha256: await work.partial.digest('sha256'), proof: 'length' };
    } catch (error) {
      await backstage.drop(work);
      throw error;
    }
  } finally {
    await file.close();
  }
}

async function openSource(path: string): Promise<FileHandle> {
  try {
    // a pipe must not hold us up
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new Failure('NOT_THERE', `${path} is not there`, {
        hint: 'Is the volume that holds it mounted in the init container?',
        cause: error,
      });
    }
    throw volumeFailure(error, path);
  }
}

/** Copies a file's bytes. Errors of reading are as they are, those of writing are Failures. */
export async function pump(file: FileHandle, partial: PartialFile, signal: AbortSignal): Promise<void> {
  for (let at = 0; ; ) {
    signal.throwIfAborted();
    const buffer = Buffer.allocUnsafe(readBytes);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return partial.drain();
    at += bytesRead;
    await partial.append(buffer.subarray(0, bytesRead));
  }
}
