// kafka://host:port is ready when a broker names the brokers of its cluster; with a topic behind it, when each
// partition of the topic has a leader. No login is tried, and no topic is made.
// https://kafka.apache.org/protocol: ApiVersions v0, Metadata v4
import type { ServerTarget } from '../contract/target.ts';
import { Failure } from '../core/failure.ts';
import type { Dialogue } from './dialogue.ts';
import { type Probe, type ProbeWorld, type Readiness, ready } from './probe.ts';
import { createServerProbe, notServing, notTheProtocol } from './server.ts';

const apiVersions = 18;
const metadata = 3;
// the first that can be told not to make topics
const metadataVersion = 4;

export function createKafkaProbe(target: ServerTarget, world: ProbeWorld): Promise<Probe> {
  const topic = target.path;
  return createServerProbe(target, world, async (dialogue) => {
    const answer = await call(dialogue, 1, apiVersions, 0, Buffer.alloc(0));
    if (answer === undefined || answer.remaining < 6) return notTheProtocol('Kafka');
    const error = answer.int16();
    if (error !== 0) return notServing(`Kafka says: error ${error}`, String(error));
    try {
      const described = await call(dialogue, 2, metadata, metadataVersion, metadataRequest(topic));
      return described === undefined ? notTheProtocol('Kafka') : judge(described, topic);
    } catch (thrown) {
      // it ended before its own counts said so
      if (thrown instanceof RangeError) return notTheProtocol('Kafka');
      // a listener with SASL ends the connection at the first question after ApiVersions
      if (!(thrown instanceof Failure) || thrown.code !== 'CONNECTION_RESET') throw thrown;
      return topic === '' ? ready : notServing('what topics there are is told only to those who log in', 'SASL');
    }
  });
}

/** Sends a request; gives the body of the response. */
async function call(
  { send, read }: Dialogue,
  correlation: number,
  api: number,
  version: number,
  body: Buffer,
): Promise<Reader | undefined> {
  const head = Buffer.alloc(8);
  head.writeInt16BE(api, 0);
  head.writeInt16BE(version, 2);
  head.writeInt32BE(correlation, 4);
  const request = Buffer.concat([head, text('greenroom'), body]);
  const size = Buffer.alloc(4);
  size.writeInt32BE(request.length);
  send(Buffer.concat([size, request]));
  const sizeBytes = (await read(4)).readInt32BE(0);
  if (sizeBytes < 4 || sizeBytes > 60_000) return undefined;
  const reader = new Reader(await read(sizeBytes));
  return reader.int32() === correlation ? reader : undefined;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const size = Buffer.alloc(2);
  size.writeInt16BE(bytes.length);
  return Buffer.concat([size, bytes]);
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

/** Reads the fields of a response in order. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  skip(sizeBytes: number): void {
    this.#at += sizeBytes;
  }

  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  /** A string that may be null, which is read as empty. */
  string(): string {
    const sizeBytes = Math.max(0, this.int16());
    this.#at += sizeBytes;
    return this.#bytes.toString('utf8', this.#at - sizeBytes, this.#at);
  }

  array<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let count = this.int32(); count > 0; count--) items.push(read());
    return items;
  }
}
