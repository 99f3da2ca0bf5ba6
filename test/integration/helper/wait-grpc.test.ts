// grpc:// against a server of gRPC's own library: absent, not serving, serving, without the service, killed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Server, ServerCredentials, type sendUnaryData, status } from '@grpc/grpc-js';
import { makeCertificate } from '../../support/certificate.ts';
import { firstCause, startWait } from '../../support/running-wait.ts';
import { closedPort } from '../../support/tcp-listener.ts';
import { createTempDir } from '../../support/temp-dir.ts';

// https://github.com/grpc/grpc-proto/blob/master/grpc/health/v1/health.proto, by hand: one field each
const bytes = (value: Buffer) => value;
const check = {
  path: '/grpc.health.v1.Health/Check',
  requestStream: false,
  responseStream: false,
  ...{ requestSerialize: bytes, requestDeserialize: bytes, responseSerialize: bytes, responseDeserialize: bytes },
};

/** A server that says of each service what it is told; of one that it does not know, NOT_FOUND. */
function healthServer(services: ReadonlyMap<string, number>): Server {
  const server = new Server();
  server.addService(
    { check },
    {
      check: ({ request }: { request: Buffer }, answer: sendUnaryData<Buffer>) => {
        const serving = services.get(request.toString('utf8', 2));
        if (serving === undefined) answer({ code: status.NOT_FOUND });
        else answer(null, Buffer.from(serving === 0 ? [] : [8, serving]));
      },
    },
  );
  return server;
}

const bind = (server: Server, port: number, credentials = ServerCredentials.createInsecure()) =>
  new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });

test('grpc: absent, not serving, serving, a service that is not known, killed', async () => {
  const port = await closedPort();
  const services = new Map([['', 2]]);
  const target = `grpc://127.0.0.1:${port}`;
  const waiting = startWait([target]);
  await waiting.saw(/connection refused/);
  const server = healthServer(services);
  await bind(server, port);
  await waiting.saw(/the server is NOT_SERVING/);
  services.set('', 1);
  await waiting.ended;
  assert.match((await firstCause([`${target}/shop.Orders`])).message, /does not know shop\.Orders/);
  services.set('shop.Orders', 0);
  assert.match((await firstCause([`${target}/shop.Orders`])).message, /shop\.Orders is UNKNOWN/);
  services.set('shop.Orders', 1);
  await startWait([`${target}/shop.Orders`]).ended;
  const leaving = startWait([target, '--gone']);
  await leaving.saw(/still there/);
  server.forceShutdown();
  await leaving.ended;
});

test('grpc: a server without the health service, and one over TLS', async () => {
  using folder = createTempDir();
  const bare = new Server();
  const port = await bind(bare, 0);
  assert.match((await firstCause([`grpc://127.0.0.1:${port}`])).message, /has no health service/);
  bare.forceShutdown();

  const certificate = makeCertificate(['localhost']);
  const pair = { private_key: Buffer.from(certificate.key), cert_chain: Buffer.from(certificate.cert) };
  const server = healthServer(new Map([['', 1]]));
  const securePort = await bind(server, 0, ServerCredentials.createSsl(null, [pair]));
  const target = `grpcs://localhost:${securePort}`;
  await startWait([target, '--ca-file', folder.write('ca.crt', certificate.cert)]).ended;
  assert.match((await firstCause([target])).hint, /--ca-file/);
  server.forceShutdown();
});
