// The probes of server protocols against scripted answers: those that no installed server gives at will.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createSecureServer, createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { parseTarget, targetSchemes } from '../../../helper/src/contract/index.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { firstCause, startWait } from '../../support/running-wait.ts';
import { startTcpListener } from '../../support/tcp-listener.ts';
import { createTempDir } from '../../support/temp-dir.ts';

/** Why a server that answers every connection so is not ready; `ready` where it is. */
async function answered(scheme: string, answer: (socket: Socket) => void, path = ''): Promise<string> {
  await using listener = await startTcpListener(answer);
  const target = `${scheme}://127.0.0.1:${listener.port}${path}`;
  const { message } = await firstCause([target]).catch(() => ({ message: 'ready' }));
  await listener.allClosed();
  return message.replaceAll(String(listener.port), 'PORT');
}

const says = (text: string | Buffer) => (socket: Socket) => void socket.write(text);
const postgresError = (code: string, message: string) => {
  const body = Buffer.from(`SFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.from([0x45, 0, 0, 0, body.length + 4]);
  return says(Buffer.concat([head, body]));
};
const mysqlError = (code: number, message: string) => {
  const body = Buffer.concat([Buffer.from([0xff, code & 0xff, code >> 8]), Buffer.from(`#08004${message}`)]);
  return says(Buffer.concat([Buffer.from([body.length, 0, 0, 0]), body]));
};

const cases: readonly [claim: string, scheme: string, answer: (socket: Socket) => void, end: string | RegExp][] = [
  [
    'a starting PostgreSQL is not ready',
    'postgres',
    postgresError('57P03', 'starting up'),
    'PostgreSQL says: starting up',
  ],
  [
    'a full PostgreSQL is not ready',
    'postgres',
    postgresError('53300', 'too many clients'),
    'PostgreSQL says: too many clients',
  ],
  ['a PostgreSQL that refuses this login serves', 'postgres', postgresError('28000', 'no pg_hba.conf entry'), 'ready'],
  [
    'a PostgreSQL that wants a password serves',
    'postgres',
    says(Buffer.from('R\0\0\0\x17\0\0\0\x0a', 'latin1')),
    'ready',
  ],
  [
    'a MySQL that blocks this host is not ready',
    'mysql',
    mysqlError(1129, 'Host is blocked'),
    'MySQL says: Host is blocked',
  ],
  ['a NATS server in lame duck mode is not ready', 'nats', says('INFO {"ldm":true}\r\n'), /lame duck/],
  [
    'an AMQP 1.0 server is told by its version',
    'amqp',
    says(Buffer.from('AMQP\0\x01\0\0', 'latin1')),
    /AMQP 1-0-0 only/,
  ],
  ['a memcached that wants a login serves', 'memcached', says('CLIENT_ERROR unauthenticated\r\n'), 'ready'],
  ['a memcached with an error is not ready', 'memcached', says('SERVER_ERROR out of memory\r\n'), /out of memory/],
  ['a busy Redis is not ready', 'redis', says('-BUSY Redis is busy running a script\r\n'), /Redis says: BUSY/],
];

for (const [claim, scheme, answer, end] of cases) {
  test(claim, async () => {
    const got = await answered(scheme, answer);
    if (typeof end === 'string') assert.equal(got, end);
    else assert.match(got, end);
  });
}

const everyTarget = Object.values(targetSchemes).map(parseTarget);
const servers = new Set(everyTarget.flatMap((target) => ('secure' in target ? [target.kind] : [])));
for (const scheme of servers) {
  test(`${scheme}: a closed connection, another protocol and an endless answer are not ready`, async () => {
    assert.notEqual(await answered(scheme, (socket) => socket.destroy()), 'ready');
    assert.notEqual(await answered(scheme, says('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n')), 'ready');
    assert.notEqual(await answered(scheme, says(Buffer.alloc(1_000_000, 'x'))), 'ready');
  });
}

test('a server that says nothing is not ready, and was connected to', async () => {
  await using listener = await startTcpListener();
  const waiting = startWait([`postgres://127.0.0.1:${listener.port}`, '--timeout', '100ms']);
  await waiting.saw(/connected, but no answer in time: 127\.0\.0\.1:/);
  waiting.stop.abort(new Error('seen'));
  await listener.allClosed();
});

/** Answers each piece that arrives with the next of these. */
const replies = (...answers: readonly (Buffer | 'hang up')[]) => {
  return (socket: Socket) => {
    let next = 0;
    socket.on('data', () => {
      const answer = answers[next++];
      if (answer === 'hang up') socket.destroy();
      else if (answer !== undefined) socket.write(answer);
    });
  };
};

/** A message of MongoDB whose document has these fields: numbers and truths. */
function mongoReply(fields: Readonly<Record<string, number | boolean | string>>): Buffer {
  const parts = Object.entries(fields).map(([name, value]) => {
    const key = Buffer.from(`${name}\0`);
    if (typeof value === 'boolean') return Buffer.concat([Buffer.of(8), key, Buffer.of(value ? 1 : 0)]);
    if (typeof value === 'string') {
      const size = Buffer.alloc(4);
      size.writeInt32LE(value.length + 1);
      return Buffer.concat([Buffer.of(2), key, size, Buffer.from(`${value}\0`)]);
    }
    const double = Buffer.alloc(8);
    double.writeDoubleLE(value);
    return Buffer.concat([Buffer.of(1), key, double]);
  });
  const document = Buffer.concat([Buffer.alloc(4), ...parts, Buffer.of(0)]);
  document.writeInt32LE(document.length);
  const head = Buffer.alloc(21);
  head.writeInt32LE(head.length + document.length);
  head.writeInt32LE(2013, 12);
  return Buffer.concat([head, document]);
}

const mongoCases: readonly [claim: string, fields: Readonly<Record<string, number | boolean | string>>, end: RegExp][] =
  [
    ['a MongoDB primary', { ismaster: true, ok: 1 }, /^ready$/],
    ['a secondary', { topologyVersion: 'x', ismaster: false, secondary: true, ok: 1 }, /^ready$/],
    [
      'a replica set that is not initiated',
      { isreplicaset: true, ismaster: false, secondary: false, ok: 1 },
      /not initiated/,
    ],
    ['a member that recovers', { ismaster: false, secondary: false, ok: 1 }, /neither primary nor secondary/],
    ['an error', { ok: 0, errmsg: 'shutting down' }, /^MongoDB says: shutting down$/],
  ];

for (const [claim, fields, end] of mongoCases) {
  test(`mongodb: ${claim} is judged`, async () => {
    assert.match(await answered('mongodb', replies(mongoReply(fields))), end);
  });
}

test('mongodb: with --has-primary a secondary must know one', async () => {
  const hello = { ismaster: false, secondary: true, ok: 1 };
  await using orphan = await startTcpListener(replies(mongoReply(hello)));
  const cause = await firstCause([`mongodb://127.0.0.1:${orphan.port}`, '--has-primary']);
  assert.equal(cause.message, 'the replica set has no primary');
  await using member = await startTcpListener(replies(mongoReply({ ...hello, primary: 'db-0.db:27017' })));
  await startWait([`mongodb://127.0.0.1:${member.port}`, '--has-primary']).ended;
});

// each serves, as far as its first question goes, and then says nothing to the driver
const silentAfterwards: readonly [scheme: string, first: (socket: Socket) => void][] = [
  ['postgres', (socket) => void socket.once('data', () => socket.write('R\0\0\0\x08\0\0\0\x03', 'latin1'))],
  ['mysql', says(Buffer.concat([Buffer.from([10, 0, 0, 0, 10]), Buffer.from('8.0.0\0xxx')]))],
  ['mongodb', replies(mongoReply({ ismaster: true, ok: 1 }))],
  ['nats', says('INFO {}\r\n')],
  [
    'amqp',
    (socket) =>
      void socket.once('data', () => socket.write(Buffer.from([1, 0, 0, 0, 0, 0, 9, 0, 10, 0, 10, 0, 9, 0, 0]))),
  ],
];

for (const [scheme, first] of silentAfterwards) {
  test(`${scheme}: a server that says nothing to a login does not hold up the deadline, and all is closed`, async () => {
    let connections = 0;
    await using listener = await startTcpListener((socket) => {
      connections += 1;
      if (connections % 2 === 1) first(socket);
    });
    const target = `${scheme}://127.0.0.1:${listener.port}`;
    const words = [target, '--user', 'a', '--password-env', 'P', '--timeout', '150ms', '--deadline', '700ms'];
    await assert.rejects(startWait(words, { P: 'hunter2' }).ended, { code: 'DEADLINE_PASSED' });
    await listener.allClosed();
  });
}

for (const [scheme, first] of silentAfterwards) {
  test(`${scheme}: nonsense in answer to a login is not ready, and no bug`, async () => {
    const nonsense = [
      'HTTP/1.1 400 Bad Request\r\n\r\n',
      Buffer.alloc(300_000, 'x'),
      Buffer.alloc(64, 0xff),
      Buffer.alloc(9),
    ];
    for (const bytes of nonsense) {
      let connections = 0;
      await using listener = await startTcpListener((socket) => {
        connections += 1;
        if (connections % 2 === 1) first(socket);
        else socket.once('data', () => socket.end(bytes)).write(bytes);
      });
      const target = `${scheme}://127.0.0.1:${listener.port}`;
      const words = [target, '--user', 'a', '--password-env', 'P', '--timeout', '200ms', '--deadline', '300ms'];
      await assert.rejects(startWait(words, { P: 'hunter2' }).ended, { code: 'DEADLINE_PASSED' });
      await listener.allClosed();
    }
  });
}

test('mongodb: with --primary a secondary is not ready', async () => {
  await using listener = await startTcpListener(replies(mongoReply({ ismaster: false, secondary: true, ok: 1 })));
  const cause = await firstCause([`mongodb://127.0.0.1:${listener.port}`, '--primary']);
  assert.match(cause.message, /no primary but a secondary/);
});

/** Fields of a Kafka response: numbers of 4 bytes, `[n]` of 2, `true` and `false` of one, texts with their length. */
function kafkaReply(...fields: readonly (number | readonly [number] | boolean | string)[]): Buffer {
  const body = fields.map((field) => {
    if (typeof field === 'boolean') return Buffer.of(field ? 1 : 0);
    const short = Buffer.alloc(2);
    if (typeof field === 'string') {
      short.writeInt16BE(field.length);
      return Buffer.concat([short, Buffer.from(field)]);
    }
    if (typeof field !== 'number') {
      short.writeInt16BE(field[0]);
      return short;
    }
    const long = Buffer.alloc(4);
    long.writeInt32BE(field);
    return long;
  });
  const bytes = Buffer.concat([Buffer.alloc(4), ...body]);
  bytes.writeInt32BE(bytes.length - 4);
  return bytes;
}

const versions = kafkaReply(1, [0], 0);
// throttle, one broker, cluster, controller
const brokers = [0, 1, 1, 'kafka', 9092, [-1], 'cluster', 1] as const;
const partition = (leader: number) => [[0], 0, leader, 1, 1, 1, 1] as const;
const kafkaCases: readonly [claim: string, topic: string, answers: readonly (Buffer | 'hang up')[], end: RegExp][] = [
  ['a cluster with a broker is ready', '', [versions, kafkaReply(2, ...brokers, 0)], /^ready$/],
  ['a broker that knows of none is not', '', [versions, kafkaReply(2, 0, 0, [-1], -1, 0)], /knows of no broker/],
  ['a listener that wants a login serves', '', [versions, 'hang up'], /^ready$/],
  ['… but says nothing of topics', '/orders', [versions, 'hang up'], /only to those who log in/],
  ['an error is not ready', '', [kafkaReply(1, [35], 0)], /^Kafka says: error 35$/],
  [
    'a topic whose partitions all have a leader is ready',
    '/orders',
    [versions, kafkaReply(2, ...brokers, 1, [0], 'orders', false, 2, ...partition(1), ...partition(1))],
    /^ready$/,
  ],
  [
    'a topic with a partition that has none is not',
    '/orders',
    [versions, kafkaReply(2, ...brokers, 1, [0], 'orders', false, 2, ...partition(1), ...partition(-1))],
    /^1 of 2 partitions of orders have a leader$/,
  ],
  [
    'a topic that is not there is not ready',
    '/orders',
    [versions, kafkaReply(2, ...brokers, 1, [3], 'orders', false, 0)],
    /no topic orders/,
  ],
  ['an answer that ends too soon is none', '/orders', [versions, kafkaReply(2, ...brokers, 7)], /not one of Kafka/],
];

for (const [claim, topic, answers, end] of kafkaCases) {
  test(`kafka: ${claim}`, async () => assert.match(await answered('kafka', replies(...answers), topic), end));
}

test('redis over TLS', async () => {
  using folder = createTempDir();
  const certificate = makeCertificate(['localhost']);
  const server = createTlsServer(certificate, (socket) => void socket.on('data', () => socket.write('+PONG\r\n')));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const target = `rediss://localhost:${(server.address() as AddressInfo).port}`;
  await startWait([target, '--ca-file', folder.write('ca.crt', certificate.cert)]).ended;
  assert.match((await firstCause([target])).hint, /--ca-file/);
  server.close();
});

/** What the health service says: a gRPC status, and in a message the serving status. */
function healthService(answer: (service: string) => { grpcStatus: number; serving?: number }) {
  return (stream: ServerHttp2Stream) => {
    stream.once('data', (message: Buffer) => {
      const { grpcStatus, serving } = answer(message.toString('utf8', 7));
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(grpcStatus) }));
      stream.end(serving === undefined ? undefined : Buffer.from([0, 0, 0, 0, 2, 8, serving]));
    });
  };
}

test('grpc: SERVING is ready, whatever else is not; services are told apart by name', async () => {
  const known = new Map([
    ['', 1],
    ['shop.Orders', 2],
    ['shop.Stock', 1],
  ]);
  const server = createServer().on(
    'stream',
    healthService((service) => {
      const serving = known.get(service);
      return serving === undefined ? { grpcStatus: 5 } : { grpcStatus: 0, serving };
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const target = `grpc://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await startWait([target]).ended;
  await startWait([`${target}/shop.Stock`]).ended;
  assert.match((await firstCause([`${target}/shop.Orders`])).message, /shop\.Orders is NOT_SERVING/);
  assert.match((await firstCause([`${target}/shop.Other`])).message, /the health service does not know shop\.Other/);
  known.set('shop.Orders', 1);
  await startWait([`${target}/shop.Orders`]).ended;
  server.close();
});

test('grpc: a server without the health service is not ready, and says what is missing', async () => {
  const server = createServer().on('stream', (stream) =>
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' }, { endStream: true }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const target = `grpc://127.0.0.1:${(server.address() as AddressInfo).port}`;
  assert.match((await firstCause([target])).message, /has no health service/);
  server.close();
});

test('grpc over TLS', async () => {
  using folder = createTempDir();
  const certificate = makeCertificate(['localhost']);
  const server = createSecureServer(certificate).on(
    'stream',
    healthService(() => ({ grpcStatus: 0, serving: 1 })),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const target = `grpcs://localhost:${(server.address() as AddressInfo).port}`;
  await startWait([target, '--ca-file', folder.write('ca.crt', certificate.cert)]).ended;
  server.close();
});
