// The digests that the options give.
import type { FetchOptions } from '../../contract/fetch-options.ts';
import { type Expected, parseIntegrity } from '../../contract/integrity.ts';
import { Failure } from '../../core/failure.ts';

/** All of them must hold. */
export function givenDigests({ sha256, integrity }: FetchOptions): Expected[] {
  const parsed = integrity === undefined ? undefined : parseIntegrity(integrity);
  if (parsed !== undefined && 'fault' in parsed) throw new Failure('USAGE', `--integrity: ${parsed.fault}`);
  return [
    ...(sha256 === undefined
      ? []
      : [{ algorithm: 'sha256' as const, digests: [sha256.toLowerCase()], from: '--sha256' }]),
    ...(parsed === undefined ? [] : [parsed]),
  ];
}
