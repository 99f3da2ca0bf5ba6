// http:// with conditions on a JSON body, and by HTTP/2.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createSecureServer, createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { makeCertificate } from '../../support/certificate.ts';
import { startOrigin } from '../../support/http-origin.ts';
import { failureOf, firstCause, startWait } from '../../support/running-wait.ts';
import { startTcpListener } from '../../support/tcp-listener.ts';
import { createTempDir } from '../../support/temp-dir.ts';

test('a condition on the JSON of the body is waited for, and its values are never shown', async () => {
  const bodies = ['starting', '{"status":"hunter2"}', '{"status":"green","nodes":2}'];
  await using origin = await startOrigin(({ number }) => ({
    body: bodies[number - 1] ?? '{"status":"green","nodes":3}',
  }));
  const conditions = ['--expect-json', '@.status == "green"', '--expect-json', '@.nodes >= 3'];
  const waiting = startWait([`${origin.url}/`, ...conditions]);
  assert.equal((await waiting.ended).attempts, 4);
  const said = waiting.log.messages().join('\n');
  assert.match(said, /answers 200, but the body is no JSON/);
  assert.ok(!said.includes('hunter2'));
  assert.match(
    (await firstCause([`${origin.url}/`, '--expect-json', '@.nodes > 3'])).message,
    /does not fulfil @\.nodes > 3$/,
  );
});

test('a condition that is none is a fault before anything is asked', async () => {
  await using origin = await startOrigin(() => ({ body: '{}' }));
  const failure = await failureOf(startWait([`${origin.url}/`, '--expect-json', 'status = green']).ended);
  assert.equal(failure.code, 'USAGE');
  assert.match(failure.message, /--expect-json: "status = green" is no condition of JSONPath/);
  assert.equal(origin.requests.length, 0);
});

async function listening(server: Http2Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const answer = (stream: ServerHttp2Stream, status: number, body: string, headers = {}) => {
  stream.respond({ ':status': status, 'content-type': 'application/json', ...headers });
  stream.end(body);
};

test('HTTP/2 by prior knowledge: method, headers and body go there, and all rules hold of the answer', async () => {
  const seen: string[] = [];
  const server = createServer();
  server.on('stream', async (stream, headers) => {
    let body = '';
    for await (const piece of stream) body += piece;
    seen.push(`${headers[':method']} ${headers[':path']} ${headers.authorization} ${headers['x-a']} ${body}`);
    answer(stream, seen.length === 1 ? 503 : 200, '{"ready":true}', { 'x-ready': 'yes' });
  });
  const port = await listening(server);
  const words = [
    `http://a:b@127.0.0.1:${port}/ready?x=1`,
    '--http2',
    '--method',
    'POST',
    '--body',
    'q',
    '--header',
    'X-A: 1',
  ];
  const rules = ['--expect-json', '@.ready == true', '--expect-header', 'X-Ready: ^yes$', '--contains', 'ready'];
  assert.equal((await startWait([...words, ...rules]).ended).attempts, 2);
  assert.equal(seen[1], 'POST /ready?x=1 Basic YTpi 1 q');
  server.close();
});

test('HTTP/2 by ALPN: a server without it is not ready and says so', async () => {
  using folder = createTempDir();
  const certificate = makeCertificate(['localhost']);
  const ca = ['--ca-file', folder.write('ca.crt', certificate.cert)];
  const server = createSecureServer(certificate).on('stream', (stream) => answer(stream, 200, '{}'));
  const port = await listening(server);
  await startWait([`https://localhost:${port}/`, '--http2', ...ca]).ended;
  assert.match((await firstCause([`https://localhost:${port}/`, '--http2'])).hint, /--ca-file/);
  server.close();
  await using old = await startOrigin(() => ({}), { tls: certificate });
  const target = old.url.replace('127.0.0.1', 'localhost');
  const { message } = await firstCause([`${target}/`, '--http2', ...ca]);
  assert.match(message, /does not offer HTTP\/2|TLS|protocol/i);
});

test('HTTP/2: a redirect is an answer, a server of HTTP/1.1 or a silent one is not ready', async () => {
  const server = createServer().on('stream', (stream) => answer(stream, 302, '', { location: '/elsewhere' }));
  const port = await listening(server);
  assert.match((await firstCause([`http://127.0.0.1:${port}/`, '--http2'])).message, /answers 302/);
  await startWait([`http://127.0.0.1:${port}/`, '--http2', '--status', '3xx']).ended;
  server.close();

  await using old = await startOrigin(() => ({}));
  assert.match((await firstCause([`${old.url}/`, '--http2'])).message, /does not speak HTTP\/2 properly/);
  await using silent = await startTcpListener();
  const waiting = startWait([`http://127.0.0.1:${silent.port}/`, '--http2', '--timeout', '100ms']);
  await waiting.saw(/connected, but no answer in time/);
  waiting.stop.abort(new Error('seen'));
  await silent.allClosed();
});

test('HTTP/2: an endless body is read to the bound, and the connection closed', async () => {
  const server = createServer();
  server.on('stream', (stream) => {
    stream.on('error', () => {}).respond({ ':status': 200 });
    const more = () => {
      while (!stream.destroyed && stream.write(Buffer.alloc(65_536, 'x')));
    };
    stream.on('drain', more);
    more();
  });
  // the server's part ends when the client's does: it has more to say
  const closed = new Promise((resolve) => server.on('session', (session) => session.on('close', resolve)));
  const port = await listening(server);
  const { message } = await firstCause([`http://127.0.0.1:${port}/`, '--http2', '--contains', 'ready']);
  assert.match(message, /the body does not contain "ready"/);
  await closed;
  server.close();
});
