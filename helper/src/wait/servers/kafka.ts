// kafka://host:port is ready when a broker names the brokers of its cluster; with a topic behind it, when each
// partition of the topic has a leader. No topic is made. With --user it must let in, too: kafka-login.ts, without a
// driver, which would be a megabyte for two messages.
// https://kafka.apache.org/protocol: ApiVersions v0, Metadata v4
import type { ServerTarget } from '../../contract/target.ts';
import { Failure } from '../../core/failure.ts';
import { type Probe, type ProbeWorld, type Readiness, ready } from '../probe.ts';
import { call, type Reader, text } from './kafka-frames.ts';
import { createServerProbe, notServing, notTheProtocol } from './server.ts';

const apiVersions = 18;
const metadata = 3;
// the first that can be told not to make topics
const metadataVersion = 4;

export async function createKafkaProbe(target: ServerTarget, world: ProbeWorld): Promise<Probe> {
  const topic = target.path;
  const logIn =
    world.options.user === undefined ? undefined : (await import('./kafka-login.ts')).createKafkaLogin(world);
  return createServerProbe(target, world, async (dialogue) => {
    const answer = await call(dialogue, 1, apiVersions, 0, Buffer.alloc(0));
    if (answer === undefined || answer.remaining < 6) return notTheProtocol('Kafka');
    const error = answer.int16();
    if (error !== 0) return notServing(`Kafka says: error ${error}`, String(error));
    try {
      const refusal = await logIn?.(dialogue);
      if (refusal !== undefined) return refusal;
      const described = await call(dialogue, 2, metadata, metadataVersion, metadataRequest(topic));
      return described === undefined ? notTheProtocol('Kafka') : judge(described, topic);
    } catch (thrown) {
      // it ended before its own counts said so
      if (thrown instanceof RangeError) return notTheProtocol('Kafka');
      // a listener with SASL ends the connection at the first question after ApiVersions
      if (logIn !== undefined || !(thrown instanceof Failure) || thrown.code !== 'CONNECTION_RESET') throw thrown;
      return topic === '' ? ready : notServing('what topics there are is told only to those who log in', 'SASL');
    }
  });
}

/** The topics asked for, and whether they may be made: no. */
function metadataRequest(topic: string): Buffer {
  const count = Buffer.alloc(4);
  count.writeInt32BE(topic === '' ? 0 : 1);
  return Buffer.concat([count, ...(topic === '' ? [] : [text(topic)]), Buffer.of(0)]);
}

function judge(body: Reader, topic: string): Readiness {
  body.int32();
  const brokers = body.array(() => {
    body.int32();
    body.string();
    body.int32();
    body.string();
  });
  body.string();
  body.int32();
  if (brokers.length === 0) return notServing('the broker knows of no broker yet');
  const topics = body.array(() => {
    const error = body.int16();
    body.string();
    body.skip(1);
    const partitions = body.array(() => {
      body.skip(6);
      const leader = body.int32();
      body.array(() => body.int32());
      body.array(() => body.int32());
      return leader;
    });
    return { error, partitions };
  });
  if (topic === '') return ready;
  const [found] = topics;
  // UNKNOWN_TOPIC_OR_PARTITION
  if (found?.error === 3) return notServing(`there is no topic ${topic}`, '3');
  // TOPIC_AUTHORIZATION_FAILED
  if (found?.error === 29) return notServing(`the topic ${topic} may not be asked for without a login`, '29');
  const { error = -1, partitions = [] } = found ?? {};
  const led = partitions.filter((leader) => leader >= 0).length;
  // LEADER_NOT_AVAILABLE
  if ((error !== 0 && error !== 5) || partitions.length === 0) return notServing(`${topic}: Kafka says error ${error}`);
  return led === partitions.length
    ? ready
    : notServing(`${led} of ${partitions.length} partitions of ${topic} have a leader`, 'leader');
}
