// The probes of server protocols against scripted answers: those that no installed server gives at will.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createSecureServer, createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { makeCertificate } from '../../support/certificate.ts';
import { firstCause, startWait } from '../../support/running-wait.ts';
import { startTcpListener } from '../../support/tcp-listener.ts';
import { createTempDir } from '../../support/temp-dir.ts';

/** Why a server that answers every connection so is not ready; `ready` where it is. */
async function answered(scheme: string, answer: (socket: Socket) => void): Promise<string> {
  await using listener = await startTcpListener(answer);
  const target = `${scheme}://127.0.0.1:${listener.port}`;
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

for (const scheme of ['postgres', 'mysql', 'redis', 'memcached', 'nats', 'amqp', 'grpc']) {
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
