// The certificates to trust: Node's own set, and what the user adds.
import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import { Failure } from '../core/failure.ts';
import type { TlsSettings } from './connection.ts';

/**
 * @param caFile PEM, trusted beside the usual certificates
 * @throws Failure USAGE when it cannot be read or holds no certificate
 */
export function readTrust(caFile: string | undefined): TlsSettings {
  if (caFile === undefined) return {};
  let pem: string;
  try {
    pem = readFileSync(caFile, 'utf8');
  } catch (error) {
    throw new Failure('USAGE', `--ca-file: ${(error as Error).message}`, {
      hint: 'Is the ConfigMap or Secret that holds it mounted in the init container?',
      cause: error,
    });
  }
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) {
    throw new Failure('USAGE', `--ca-file: ${caFile} holds no certificate in PEM`);
  }
  return { ca: [...getCACertificates('default'), pem] };
}
