// The bytes against the digests that they must have.
import type { Expected } from '../../contract/integrity.ts';
import { Failure } from '../../core/failure.ts';
import type { PartialFile } from '../backstage/partial-file.ts';

/** @returns the failure for the first digest that is wrong */
export async function wrongDigest(partial: PartialFile, expected: readonly Expected[]): Promise<Failure | undefined> {
  await partial.drain();
  for (const { algorithm, digests, from } of expected) {
    const digest = await partial.digest(algorithm);
    if (digests.includes(digest)) continue;
    const is = `the ${algorithm} of the ${partial.bytes} bytes is ${digest}`;
    return new Failure('INTEGRITY_MISMATCH', `${is}, not ${digests.join(' or ')} (${from})`, {
      hint: 'The source has changed, or the digest is that of another file',
      details: { digest, bytes: partial.bytes },
    });
  }
  return undefined;
}
