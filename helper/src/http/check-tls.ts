// Whether certificates and key can be used, before anybody is asked: OpenSSL says so in words of its own, at the first
// handshake, and passes over an authority that it cannot read. A file of its own since only TLS needs Node's crypto.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { Failure } from '../core/failure.ts';

/** What may be given, in PEM. */
interface Given {
  readonly extraCa?: string;
  readonly client?: { readonly cert: string; readonly key: string };
}

/** @throws Failure USAGE */
export function checkTls({ extraCa, client }: Given): void {
  if (extraCa !== undefined) read('--ca-file', () => new X509Certificate(extraCa));
  if (client === undefined) return;
  const certificate = read('--cert-file', () => new X509Certificate(client.cert));
  const key = read('--key-file', () => createPrivateKey(client.key));
  if (!certificate.checkPrivateKey(key)) {
    throw new Failure('USAGE', '--key-file: it is not the key of the certificate in --cert-file', {
      hint: 'Are both of the same Secret?',
    });
  }
}

function read<T>(option: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    // such as error:0680008E:asn1 encoding routines::not enough data
    const why = (error as Error).message.replace(/^error:[0-9A-F]+:/, '');
    throw new Failure('USAGE', `${option}: it cannot be read: ${why}`, {
      hint: 'PEM that is whole, and without a password, is taken',
      cause: error,
    });
  }
}
