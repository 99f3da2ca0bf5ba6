// mongodb://host:port is ready when the server says that it is a primary or a secondary; with --primary, a primary.
// With --user it must let in, too: mongodb-login.ts.
// It is asked by "hello", in its old spelling, which every version knows and which needs no login.
// https://www.mongodb.com/docs/manual/reference/command/hello/
import type { ServerTarget } from '../../contract/target.ts';
import { type Probe, type ProbeWorld, type Readiness, ready } from '../probe.ts';
import type { Dialogue } from './dialogue.ts';
import { createServerProbe, notServing, notTheProtocol } from './server.ts';

// https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/#op_msg
const opMsg = 2013;

export async function createMongodbProbe(target: ServerTarget, world: ProbeWorld): Promise<Probe> {
  const { user, tables } = world.options;
  const serves = await createServerProbe(target, world, (dialogue) => saysHello(dialogue, world.options));
  if (user === undefined && tables.length === 0) return serves;
  return (await import('./mongodb-login.ts')).createMongodbLogin(serves, target, world);
}

async function saysHello({ send, read }: Dialogue, { primary, hasPrimary }: ProbeWorld['options']): Promise<Readiness> {
  send(question());
  const head = await read(16);
  const sizeBytes = head.readInt32LE(0) - 16;
  if (head.readInt32LE(12) !== opMsg || sizeBytes < 10 || sizeBytes > 60_000) return notTheProtocol('MongoDB');
  // flags, and the kind of the section
  const fields = readDocument((await read(sizeBytes)).subarray(5));
  if (fields.get('ok') !== 1) return notServing(`MongoDB says: ${fields.get('errmsg') ?? 'no'}`, 'error');
  if (fields.get('ismaster') === true || fields.get('isWritablePrimary') === true) return ready;
  if (fields.get('isreplicaset') === true) return notServing('the replica set is not initiated yet', 'isreplicaset');
  if (fields.get('secondary') !== true) return notServing('it is neither primary nor secondary: starting up?', 'other');
  if (primary) return notServing('it is no primary but a secondary', 'secondary');
  // the field names the member that is the primary, as far as this one knows
  return hasPrimary && !fields.has('primary') ? notServing('the replica set has no primary', 'no primary') : ready;
}

/** {isMaster: 1, helloOk: true, $db: "admin"} in BSON (https://bsonspec.org/spec.html), as a message. */
function question(): Buffer {
  const name = (type: number, text: string) => Buffer.concat([Buffer.of(type), Buffer.from(`${text}\0`)]);
  const database = Buffer.from('admin\0');
  const fields = Buffer.concat([
    ...[name(0x10, 'isMaster'), int32(1), name(0x08, 'helloOk'), Buffer.of(1)],
    ...[name(0x02, '$db'), int32(database.length), database, Buffer.of(0)],
  ]);
  const document = Buffer.concat([int32(fields.length + 4), fields]);
  const body = Buffer.concat([int32(0), Buffer.of(0), document]);
  return Buffer.concat([int32(16 + body.length), int32(1), int32(0), int32(opMsg), body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

/** The numbers, texts and truths of a document; what is within other documents is passed over. */
function readDocument(bytes: Buffer): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  let at = 4;
  while (at < bytes.length && bytes[at] !== 0) {
    const type = bytes[at];
    const end = bytes.indexOf(0, at + 1);
    if (end < 0) break;
    const name = bytes.toString('utf8', at + 1, end);
    at = end + 1;
    const sizeBytes = sizeOf(type, bytes, at);
    if (sizeBytes === undefined || at + sizeBytes > bytes.length) break;
    if (type === 0x01) fields.set(name, bytes.readDoubleLE(at));
    if (type === 0x02) fields.set(name, bytes.toString('utf8', at + 4, at + sizeBytes - 1));
    if (type === 0x08) fields.set(name, bytes[at] === 1);
    if (type === 0x10) fields.set(name, bytes.readInt32LE(at));
    at += sizeBytes;
  }
  return fields;
}

function sizeOf(type: number | undefined, bytes: Buffer, at: number): number | undefined {
  const length = () => (at + 4 <= bytes.length ? Math.max(0, bytes.readInt32LE(at)) : Number.POSITIVE_INFINITY);
  switch (type) {
    // null
    case 0x0a:
      return 0;
    case 0x08:
      return 1;
    case 0x10:
      return 4;
    // double, date, timestamp, 64 bits
    case 0x01:
    case 0x09:
    case 0x11:
    case 0x12:
      return 8;
    // object id
    case 0x07:
      return 12;
    // a decimal
    case 0x13:
      return 16;
    case 0x02:
      return 4 + length();
    case 0x05:
      return 5 + length();
    // document and array: the length counts itself
    case 0x03:
    case 0x04:
      return length();
    default:
      return undefined;
  }
}
