// The certificates of a connection: whom to trust (Node's own set, and what the user adds), and who we are.
import { readFileSync } from 'node:fs';
import { Failure } from '../core/failure.ts';

/** What TLS needs beyond Node's defaults. */
export interface TlsSettings {
  /** PEM, trusted beside the usual certificates. */
  readonly extraCa?: string;
  /** PEM: the client's own certificate, and its key. */
  readonly client?: { readonly cert: string; readonly key: string };
}

export interface TlsFiles {
  /** PEM, trusted beside the usual certificates. */
  readonly caFile: string | undefined;
  /** PEM, the client's own certificate and its key; both or none. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** @throws Failure USAGE when one cannot be read, or holds no certificate */
export function readTls({ caFile, certFile, keyFile }: TlsFiles): TlsSettings {
  const client =
    certFile === undefined || keyFile === undefined
      ? undefined
      : { cert: readPem('--cert-file', certFile, 'CERTIFICATE'), key: readPem('--key-file', keyFile, 'PRIVATE KEY') };
  return { ...readTrust(caFile), ...(client !== undefined && { client }) };
}

/**
 * The same, and checked.
 * @throws Failure USAGE also where they cannot be used
 */
export async function openTls(files: TlsFiles): Promise<TlsSettings> {
  const tls = readTls(files);
  if (Object.keys(tls).length > 0) (await import('./check-tls.ts')).checkTls(tls);
  return tls;
}

/**
 * @param caFile PEM, trusted beside the usual certificates
 * @throws Failure USAGE when it cannot be read or holds no certificate
 */
export function readTrust(caFile: string | undefined): TlsSettings {
  return caFile === undefined ? {} : { extraCa: readPem('--ca-file', caFile, 'CERTIFICATE') };
}

function readPem(option: string, path: string, what: 'CERTIFICATE' | 'PRIVATE KEY'): string {
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Failure('USAGE', `${option}: ${(error as Error).message}`, {
      hint: 'Is the ConfigMap or Secret that holds it mounted in the init container?',
      cause: error,
    });
  }
  // RFC 7468; a key may be called RSA PRIVATE KEY or EC PRIVATE KEY
  if (!new RegExp(`-----BEGIN (?:[A-Z]+ )?${what}-----`).test(pem)) {
    throw new Failure('USAGE', `${option}: ${path} holds no ${what.toLowerCase()} in PEM`);
  }
  return pem;
}
