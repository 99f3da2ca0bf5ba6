// Certificates for servers on loopback, made in the test: X.509 v3 (RFC 5280) in DER, signed by their own key.
import { generateKeyPairSync, sign } from 'node:crypto';

export interface Certificate {
  /** PEM, for a server's `key` and `cert`, and for whoever shall trust it. */
  readonly key: string;
  readonly cert: string;
}

/**
 * Makes one for the names, valid from a day ago.
 * @param daysLeft may be below zero
 */
export function makeCertificate(names: readonly string[], daysLeft = 30): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(set(sequence(oid(0x55, 0x04, 0x03), tag(0x0c, Buffer.from('greenroom test')))));
  const algorithm = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
  const from = new Date(Date.now() + Math.min(-1, daysLeft - 1) * 86_400_000);
  const until = new Date(Date.now() + daysLeft * 86_400_000);
  const altNames = sequence(...names.map((text) => tag(0x82, Buffer.from(text))));
  const basic = sequence(oid(0x55, 0x1d, 0x13), tag(0x04, sequence(tag(0x01, Buffer.of(0xff)))));
  const alt = sequence(oid(0x55, 0x1d, 0x11), tag(0x04, altNames));
  const body = sequence(
    tag(0xa0, integer(2)),
    integer(1),
    algorithm,
    name,
    sequence(time(from), time(until)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tag(0xa3, sequence(basic, alt)),
  );
  const der = sequence(body, algorithm, tag(0x03, Buffer.concat([Buffer.of(0), sign('sha256', body, privateKey)])));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}

function tag(number: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(number, ...size), content]);
}

const sequence = (...parts: Buffer[]) => tag(0x30, Buffer.concat(parts));
const set = (...parts: Buffer[]) => tag(0x31, Buffer.concat(parts));
const integer = (value: number) => tag(0x02, Buffer.of(value));
const oid = (...bytes: number[]) => tag(0x06, Buffer.of(...bytes));
// GeneralizedTime in UTC: 20261122152400Z
const time = (date: Date) => tag(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]|\.\d+Z$/g, '')}Z`));
