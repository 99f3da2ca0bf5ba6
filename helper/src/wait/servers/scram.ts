// The client's side of SCRAM (RFC 5802, RFC 7677), as Kafka asks for it; without channel binding. Pure but for the
// nonce, which is passed in.
import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';

export type ScramHash = 'sha256' | 'sha512';

// RFC 7677 §4 asks for 4096 at least; a server that asks for far more would have us compute for minutes
const mostIterations = 1_000_000;

export interface Scram {
  /** Our first message. */
  readonly first: string;
  /**
   * Our second message, which proves that we know the password.
   * @throws Error where the server's message is none, or not an answer to ours
   */
  prove(serverFirst: string): string;
  /** Whether the server's last message proves that it knows the password as well. */
  verify(serverFinal: string): boolean;
}

export function createScram(hash: ScramHash, user: string, password: string, nonce: string): Scram {
  const hmac = (key: Uint8Array, text: string) => createHmac(hash, key).update(text).digest();
  // RFC 5802 §5.1: names take no "," and no "="
  const bare = `n=${user.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`;
  let expected: Buffer | undefined;
  return {
    first: `n,,${bare}`,
    prove(serverFirst) {
      const fields = fieldsOf(serverFirst);
      const theirs = fields.get('r') ?? '';
      const iterations = Number(fields.get('i'));
      const salt = Buffer.from(fields.get('s') ?? '', 'base64');
      if (!theirs.startsWith(nonce) || theirs === nonce) throw new Error('the nonce is not an answer to ours');
      if (!(iterations >= 1 && iterations <= mostIterations) || salt.length === 0) {
        throw new Error('salt or iterations are missing');
      }
      const size = hash === 'sha256' ? 32 : 64;
      const salted = pbkdf2Sync(password.normalize('NFKC'), salt, iterations, size, hash);
      const clientKey = hmac(salted, 'Client Key');
      const storedKey = createHash(hash).update(clientKey).digest();
      const withoutProof = `c=${Buffer.from('n,,').toString('base64')},r=${theirs}`;
      const messages = `${bare},${serverFirst},${withoutProof}`;
      const signature = hmac(storedKey, messages);
      expected = hmac(hmac(salted, 'Server Key'), messages);
      const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)));
      return `${withoutProof},p=${proof.toString('base64')}`;
    },
    verify(serverFinal) {
      const given = Buffer.from(fieldsOf(serverFinal).get('v') ?? '', 'base64');
      return expected !== undefined && given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}

const fieldsOf = (message: string) =>
  new Map(message.split(',').map((field) => [field.charAt(0), field.slice(2)] as const));
