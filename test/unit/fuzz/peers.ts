// What speaks to the helper over a connection, and archives: each parser is given the bytes of the other side.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { mkdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { crc32 } from 'node:zlib';
import { parseStep, type WaitStep } from '../../../helper/src/contract/step.ts';
import { parseTarget, type ServerKind } from '../../../helper/src/contract/target.ts';
import { Failure } from '../../../helper/src/core/failure.ts';
import { createAgent } from '../../../helper/src/http/agent.ts';
import { askNameserver } from '../../../helper/src/network/nameserver.ts';
import type { Network } from '../../../helper/src/network/network.ts';
import { systemClock } from '../../../helper/src/system/clock.ts';
import { systemRandom } from '../../../helper/src/system/random.ts';
import { probeFor } from '../../../helper/src/wait/protocols.ts';
import { corpusLimits } from '../../support/hostile-archives.ts';
import { memoryLog } from '../../support/memory-log.ts';
import { paxHeader, tarEntry, tarOf, zipOf } from '../../support/raw-archives.ts';
import { createTempDir } from '../../support/temp-dir.ts';
import { unpackFile } from '../../support/unpack-file.ts';

// What drivers print about these servers is no matter of the suite's; the bundle leaves it out as well (.dev/build.ts).
for (const kind of ['log', 'info', 'warn', 'error', 'debug'] as const) {
  const print = console[kind];
  console[kind] = (...words) => {
    const [, , caller = ''] = new Error().stack?.split('\n') ?? [];
    if (!caller.includes('/node_modules/')) print(...words);
  };
}

export interface BytesParser {
  readonly parse: (bytes: Buffer) => Promise<unknown>;
  /** Right ones, to begin with. */
  readonly seeds: readonly (Buffer | string)[];
}

/** A connection whose other side says this, in two pieces, and then nothing more. */
class Peer extends Duplex {
  readonly remoteAddress = '127.0.0.1';
  readonly bytesRead = 0;
  #pieces: readonly Buffer[];

  constructor(bytes: Buffer) {
    super();
    const middle = bytes.length >> 1;
    this.#pieces = [bytes.subarray(0, middle), bytes.subarray(middle)].filter((piece) => piece.length > 0);
  }

  override _read(): void {
    const [first, ...rest] = this.#pieces;
    this.#pieces = rest;
    setImmediate(() => this.push(first ?? null));
  }
  override _write(_piece: Buffer, _encoding: BufferEncoding, done: () => void): void {
    done();
  }
  setNoDelay = () => this;
  setKeepAlive = () => this;
  setTimeout = () => this;
  ref = () => this;
  unref = () => this;
  resetAndDestroy = () => this.destroy();
  destroySoon = () => this.destroy();
}

const networkOf = (bytes: Buffer): Network => ({
  resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  query: async () => ({ records: [], nameserver: '' }) as never,
  connect: async () => new Peer(bytes) as unknown as Socket,
  identity: () => ({ namespace: undefined, domain: undefined }),
  ownNames: () => new Set(),
});

/** Ends what waits for more than the other side has to say. */
async function bounded<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(new Failure('TIMED_OUT', 'that is all')), 100);
  try {
    return await act(stop.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks a target once; whatever comes of it is no bug. */
function target(words: string, ...seeds: readonly (Buffer | string)[]): BytesParser {
  const step = parseStep(['wait', ...words.split(' '), '--timeout', '5s']) as WaitStep;
  const parse = (bytes: Buffer) =>
    bounded(async (signal) => {
      const runtime = { clock: systemClock, random: systemRandom, log: memoryLog(), env: { P: 'pw' }, signal };
      const world = { options: step.options, network: networkOf(bytes), runtime };
      const { probe } = await probeFor(parseTarget(step.targets[0] ?? ''), world);
      try {
        const readiness = await probe.check({ signal, onPhase: () => {} });
        if (readiness.kind !== 'ready') assert.notEqual(readiness.cause.code, 'BUG', readiness.cause.stack);
      } finally {
        probe.close?.();
      }
    });
  return { parse, seeds };
}

/** A tar archive's headers count only with their sums: they are made right, so that what they say is looked at. */
function withSums(bytes: Buffer): Buffer {
  const right = Buffer.from(bytes);
  for (let at = 0; at + 512 <= right.length; at += 512) {
    if (right.toString('latin1', at + 257, at + 262) !== 'ustar') continue;
    right.fill(' ', at + 148, at + 156);
    const sum = right.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
    right.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
  }
  return right;
}

/**
 * The same for xz (format 1.2.1): of the first header, of the first block's, and of the index, which the footer leads to.
 * Behind them lies a decoder in WebAssembly, of whose parts V8 tells nothing: what it is given has to be varied blindly.
 */
function withXzSums(bytes: Buffer): Buffer {
  const right = Buffer.from(bytes);
  const sum = (from: number, to: number, at: number) => {
    if (from < to && to <= right.length && at + 4 <= right.length)
      right.writeUInt32LE(crc32(right.subarray(from, to)), at);
  };
  if (right.length < 32) return right;
  Buffer.from('fd377a585a00', 'hex').copy(right);
  sum(6, 8, 8);
  const block = (right.readUInt8(12) + 1) * 4;
  sum(12, 12 + block - 4, 12 + block - 4);
  const footer = right.length - 12;
  const index = footer - (right.readUInt32LE(footer + 4) + 1) * 4;
  if (index > 12) sum(index, footer - 4, footer - 4);
  sum(footer + 4, footer + 10, footer);
  return right;
}

async function unpackAside(bytes: Buffer): Promise<void> {
  using folder = createTempDir();
  const into = join(folder.path, 'in');
  mkdirSync(into);
  const options = { ...corpusLimits, include: [], stripComponents: 0 };
  await unpackFile(folder.write('archive', bytes), into, options);
}

/** Questions of three kinds; the answer to each has its number and its question, and what is given for the rest. */
async function askDns(given: Buffer): Promise<void> {
  const server = createSocket('udp4');
  server.on('message', (asked, from) => {
    const question = asked.subarray(12, asked.indexOf(0, 12) + 5);
    const parts = [asked.subarray(0, 2), given.subarray(0, 10), question, given.subarray(10)];
    server.send(Buffer.concat(parts), from.port, from.address);
  });
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  const where = `127.0.0.1:${server.address().port}`;
  const { signal } = new AbortController();
  try {
    await Promise.all(
      (['A', 'SRV', 'TXT'] as const).map((type) => askNameserver(where, 'a.test', type, 50, systemClock, signal)),
    );
  } finally {
    server.close();
  }
}

const bytes = (text: string) => Buffer.from(text, 'latin1');
/** A length of four bytes, the most significant first, before what it counts. */
const counted = (body: Buffer) => {
  const head = Buffer.alloc(4);
  head.writeInt32BE(body.length);
  return Buffer.concat([head, body]);
};
const pgMessage = (type: string, body: string) => {
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, bytes(body)]);
};
const pgReady = Buffer.concat([
  pgMessage('R', '\0\0\0\0'),
  pgMessage('S', 'server_version\x0018\0'),
  pgMessage('Z', 'I'),
]);
const mysqlGreeting = bytes(
  'J\0\0\0\x0a8.4.0\0\x08\0\0\0abcdefgh\0\xff\xff\xff\x02\0\xff\xdf\x15\0\0\0\0\0\0\0\0\0\0abcdefghijkl\0caching_sha2_password\0',
);
const mysqlOk = bytes('\x07\0\0\x02\0\0\0\x02\0\0\0');
const kafkaVersions = counted(bytes('\0\0\0\x01\0\0\0\0\0\x01\0\x03\0\0\0\x0c'));
const kafkaMetadata = counted(
  bytes(
    '\0\0\0\x02\0\0\0\0\0\0\0\x01\0\0\0\x01\0\x01b\0\0\x23\x84\xff\xff\0\x01c\0\0\0\x01\0\0\0\x01\0\0\0\x01t\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\0\0\x01',
  ),
);
const kafkaHandshake = counted(bytes('\0\0\0\x0a\0\0\0\0\0\x02\0\x05PLAIN\0\x0dSCRAM-SHA-256'));
const kafkaAnswer = counted(bytes('\0\0\0\x0b\0\0\0\0\0\0\0\0'));
const mongoHello = bytes(
  '\x3c\0\0\0\x01\0\0\0\x01\0\0\0\xdd\x07\0\0\0\0\0\0\0\x27\0\0\0\x08isWritablePrimary\0\x01\x10maxWireVersion\0\x15\0\0\0\0',
);
const amqpStart = bytes(
  '\x01\0\0\0\0\0\x2e\0\x0a\0\x0a\0\x09\0\0\0\x0c\x07productS\0\0\0\0\0\0\0\x0ePLAIN AMQPLAIN\0\0\0\x05en_US\xce',
);
const amqpTune = bytes('\x01\0\0\0\0\0\x0c\0\x0a\0\x1e\x07\xff\0\x02\0\0\0\x3c\xce');
const amqpOpen = bytes('\x01\0\0\0\0\0\x05\0\x0a\0\x29\0\xce');
const settings = bytes('\0\0\0\x04\0\0\0\0\0');
const http = (head: string, body = '') => `HTTP/1.1 200 OK\r\n${head}\r\n\r\n${body}`;
const natsInfo = 'INFO {"server_id":"a","version":"2.11.0","headers":true,"max_payload":1048576,"jetstream":true}\r\n';

// each server that can be waited for must be here
export const bytesParsers: Readonly<Record<ServerKind, BytesParser> & Record<string, BytesParser>> = {
  postgres: target('postgres://a:1', pgMessage('E', 'SFATAL\0C57P03\0Mstarting up\0\0'), pgReady, 'N'),
  'postgres, with a login': target(
    'postgres://a:1/db --user u --password-env P --table t',
    pgReady,
    pgMessage('R', '\0\0ab'),
  ),
  mysql: target('mysql://a:1', mysqlGreeting, bytes('\x17\0\0\0\xff\x15\x04#08004Too many')),
  'mysql, with a login': target(
    'mysql://a:1/db --user u --password-env P --table t',
    Buffer.concat([mysqlGreeting, mysqlOk]),
  ),
  mongodb: target('mongodb://a:1', mongoHello),
  'mongodb, with a login': target('mongodb://a:1/db --user u --password-env P --table t', mongoHello),
  kafka: target('kafka://a:1/t', Buffer.concat([kafkaVersions, kafkaMetadata])),
  'kafka, with a login': target(
    'kafka://a:1/t --user u --password-env P --sasl PLAIN',
    Buffer.concat([kafkaVersions, kafkaHandshake, kafkaAnswer, kafkaMetadata]),
  ),
  amqp: target('amqp://a:1', amqpStart, bytes('AMQP\0\x01\0\0')),
  'amqp, with a login': target(
    'amqp://a:1/v --user u --password-env P --queue q',
    Buffer.concat([amqpStart, amqpTune, amqpOpen]),
  ),
  nats: target('nats://a:1', natsInfo, "-ERR 'Authorization Violation'\r\n"),
  'nats, with a login': target('nats://a:1 --user u --password-env P --stream s', `${natsInfo}PONG\r\n+OK\r\n`),
  redis: target('redis://a:1 --primary --key k', '+PONG\r\n*3\r\n$6\r\nmaster\r\n:1\r\n*0\r\n:1\r\n', '-LOADING a\r\n'),
  'redis, with a login': target('redis://a:1 --user u --password-env P', '+OK\r\n+PONG\r\n', '-WRONGPASS a\r\n'),
  memcached: target('memcached://a:1', 'VERSION 1.6\r\n', 'SERVER_ERROR out of memory\r\n'),
  grpc: target('grpc://a:1/s', settings),
  'HTTP/1.1': target(
    'http://a:1/ --expect-json @.a==1 --expect-header X:1',
    http('X: 1\r\nContent-Length: 7', '{"a":1}'),
    http('Transfer-Encoding: chunked', '3\r\nabc\r\n0\r\n\r\n'),
    'HTTP/1.1 302 Found\r\nLocation: http://b/\r\nContent-Length: 0\r\n\r\n',
  ),
  'HTTP/2': target('http://a:1/ --http2', settings, Buffer.concat([settings, bytes('\0\0\0\x04\x01\0\0\0\0')])),
  'a proxy': {
    parse: (answer) =>
      bounded((signal) =>
        createAgent(networkOf(answer), {}, { proxyFor: () => new URL('http://u:p@proxy:3128') }).request({
          ...{ method: 'GET', url: 'https://a.example/', headers: [], maxRedirects: 3, signal },
        }),
      ),
    seeds: ['HTTP/1.1 200 OK\r\n\r\n', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'],
  },
  'a name server': {
    parse: askDns,
    seeds: [
      bytes('\x81\x80\0\x01\0\x01\0\0\0\0\xc0\x0c\0\x01\0\x01\0\0\0\x1e\0\x04\x7f\0\0\x01'),
      bytes('\x81\x80\0\x01\0\x01\0\0\0\0\xc0\x0c\0\x21\0\x01\0\0\0\x1e\0\x09\0\x01\0\x02\0\x50\x01a\0'),
      bytes('\x81\x80\0\x01\0\x01\0\0\0\0\xc0\x0c\0\x10\0\x01\0\0\0\x1e\0\x03\x02ab'),
    ],
  },
  tar: {
    parse: (archive) => unpackAside(withSums(archive)),
    seeds: [
      tarOf({ name: 'a', content: 'abc' }, { name: 'd', type: '5' }, { name: 'd/l', type: '2', link: '../a' }),
      tarOf(paxHeader({ path: 'long', size: '3', mtime: '1.5' }), { name: 'a', content: 'abc' }),
      tarOf(tarEntry({ name: '././@LongLink', type: 'L', content: 'b\0' }), { name: 'a' }),
      tarOf({ name: 'a', content: 'abc' }, { name: 'b', type: '1', link: 'a' }),
    ],
  },
  xz: {
    parse: (archive) => unpackAside(withXzSums(archive)),
    // a tar of one file, as xz packs it: with a sum, in four blocks without one, with a filter that is not known
    seeds: [
      '/Td6WFoAAAFpIt42AgAhARYAAAB0L+Wj4Af/AEZdADCAM1AYaImDAevWwvWSLAy76Fvo6nDI96CPcXHDG54FCZ/PHqG+atF1rHRfMSFFusoIPHVX47Nnwu2EA7OZTmg4R9WFeAAAAADljRC0AAFegBAAAABXWi4UPjANiwIAAAAAAVla',
      '/Td6WFoAAAD/EtlBAgAhARYAAAB0L+Wj4AH/ADddADCAM1AYaImDAevWwvWSLAy76Fvo6nDI96CPcXHDG54FCZ/PHqG+atF1rHRfMSFFusoIPG/0AwAAAAIAIQEWAAAAdC/lo+AB/wALXQAwmIiQiCNohRObgAAAAgAhARYAAAB0L+Wj4AH/AAhdAABv/f6zX6gAAAIAIQEWAAAAdC/lo+AB/wAIXQAAb/3+s1+oAAAABEuABB+ABByABByABAAApnweOrXjUyoEAAAAAABZWg==',
      '/Td6WFoAAATm1rRGAgEEACEBFgANhjUf4Af/AEZdADCAM1AYaImDAevWwvWSLAy76Fvo6nDI96CPcXHDG54FCZ/PHqG+atF1rHRfMSFFusoIPHVX47Nnwu2EA7OZTmg4R9WFeAAAAAAmqJF0WIyBgQABYoAQAAAAgZ2WZ7HEZ/sCAAAAAARZWg==',
    ].map((packed) => Buffer.from(packed, 'base64')),
  },
  zip: {
    parse: unpackAside,
    seeds: [
      zipOf({ name: 'a', content: 'abc' }, { name: 'd/', mode: 0o40755 }),
      zipOf({ name: 'a', content: 'a', deflate: true }),
    ],
  },
};
