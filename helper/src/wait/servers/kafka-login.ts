// kafka:// with --user: a login by SASL, PLAIN or SCRAM, on the connection that stands. By hand: of the drivers one is
// no longer kept (kafkajs) and the other a megabyte (@platformatic/kafka), for two kinds of messages.
// https://kafka.apache.org/protocol#sasl_handshake: SaslHandshake v1, then SaslAuthenticate v0 as often as needed
import { randomBytes } from 'node:crypto';
import type { ProbeWorld, Readiness } from '../probe.ts';
import type { Dialogue } from './dialogue.ts';
import { call, text } from './kafka-frames.ts';
import { loginRefused, readLogin } from './login.ts';
import { createScram } from './scram.ts';
import { notServing, notTheProtocol } from './server.ts';

const saslHandshake = 17;
const saslAuthenticate = 36;

/** Logs in; gives what came of it where that is not success. @throws Failure USAGE where the password cannot be read */
export type KafkaLogin = (dialogue: Dialogue) => Promise<Readiness | undefined>;

/** @throws Failure USAGE where the password cannot be read */
export function createKafkaLogin(world: ProbeWorld): KafkaLogin {
  const { sasl } = world.options;
  readLogin(world);
  return async (dialogue) => {
    const { user = '', password = '' } = readLogin(world);
    const handshake = await call(dialogue, 10, saslHandshake, 1, text(sasl));
    if (handshake === undefined) return notTheProtocol('Kafka');
    const error = handshake.int16();
    const offered = handshake.array(() => handshake.string());
    // UNSUPPORTED_SASL_MECHANISM; ILLEGAL_SASL_STATE: a listener without logins
    if (error === 34) return notServing('this listener takes no login (its protocol is not SASL)', '34');
    if (error !== 0)
      return notServing(`the broker takes no ${sasl}, but ${offered.join(', ') || 'nothing'}: see --sasl`, '33');

    if (sasl === 'PLAIN') {
      // RFC 4616
      const { refusal } = await authenticate(dialogue, 11, `\0${user}\0${password}`);
      return refusal;
    }
    const hash = sasl === 'SCRAM-SHA-256' ? 'sha256' : 'sha512';
    const scram = createScram(hash, user, password, randomBytes(18).toString('base64'));
    const first = await authenticate(dialogue, 11, scram.first);
    if (first.refusal !== undefined) return first.refusal;
    let proof: string;
    try {
      proof = scram.prove(first.answer);
    } catch {
      return notTheProtocol('Kafka');
    }
    const last = await authenticate(dialogue, 12, proof);
    if (last.refusal !== undefined) return last.refusal;
    return scram.verify(last.answer)
      ? undefined
      : loginRefused('the broker does not know the password itself', 'server');
  };
}

async function authenticate(
  dialogue: Dialogue,
  correlation: number,
  message: string,
): Promise<{ readonly answer: string; readonly refusal?: Readiness }> {
  const bytes = Buffer.from(message);
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes.length);
  const reader = await call(dialogue, correlation, saslAuthenticate, 0, Buffer.concat([size, bytes]));
  if (reader === undefined) return { answer: '', refusal: notTheProtocol('Kafka') };
  const error = reader.int16();
  const words = reader.string();
  // SASL_AUTHENTICATION_FAILED
  if (error === 58) return { answer: '', refusal: loginRefused(words || 'error 58', '58') };
  if (error !== 0) return { answer: '', refusal: notServing(`Kafka says: error ${error} ${words}`, String(error)) };
  return { answer: reader.bytes().toString('utf8') };
}
