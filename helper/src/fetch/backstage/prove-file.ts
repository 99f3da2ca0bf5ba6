// Whether a file that lies there is the one that is wanted: it is read.
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Algorithm, Expected } from '../../contract/integrity.ts';
import { shorter } from './digester.ts';

const readBytes = 1 << 20;

/**
 * Reads so many bytes of it, from the beginning on.
 * @returns its SHA-256 when all digests are right
 * @throws errors of the file system as they are, and the reason of the signal
 */
export async function proveFile(
  file: FileHandle,
  bytes: number,
  expected: readonly Expected[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const wanted = new Set<Algorithm>(['sha256', ...expected.map(({ algorithm }) => algorithm)]);
  const hashes = [...wanted].map((algorithm) => [algorithm, createHash(algorithm)] as const);
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(readBytes, bytes)));
  for (let at = 0; at < bytes; ) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, bytes - at), at);
    if (bytesRead === 0) throw shorter();
    for (const [, hash] of hashes) hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  const digests = new Map(hashes.map(([algorithm, hash]) => [algorithm, hash.digest('hex')]));
  const isRight = expected.every((one) => one.digests.includes(digests.get(one.algorithm) ?? ''));
  return isRight ? digests.get('sha256') : undefined;
}
