// The ways to a server: proxies, logins, private addresses.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request as forward } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseStep } from '../../../helper/src/contract/step.ts';
import { fetch } from '../../../helper/src/fetch/fetch.ts';
import { systemClock } from '../../../helper/src/system/clock.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { startOrigin } from '../../support/http-origin.ts';
import { memoryLog } from '../../support/memory-log.ts';
import { createTempDir } from '../../support/temp-dir.ts';

function run(words: string[], env: Record<string, string> = {}) {
  const step = parseStep(['fetch', ...words, '--deadline', '2m']);
  if (step.kind !== 'fetch') throw new Error('no fetch');
  const { signal } = new AbortController();
  return fetch(step, { clock: systemClock, random: { next: () => 0 }, log: memoryLog(), env, signal });
}

/** A proxy that asks for a login, and notes what it is asked for. */
async function startProxy() {
  const asked: string[] = [];
  const allowed = (header: string | undefined) => header === `Basic ${Buffer.from('u:p').toString('base64')}`;
  const server = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    if (!allowed(incoming.headers['proxy-authorization'])) return void response.writeHead(407).end();
    const { 'proxy-authorization': _, ...headers } = incoming.headers;
    forward(incoming.url ?? '', { headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    }).end();
  });
  server.on('connect', (incoming, socket) => {
    asked.push(`CONNECT ${incoming.url}`);
    if (!allowed(incoming.headers['proxy-authorization'])) return socket.end('HTTP/1.1 407 No\r\n\r\n');
    const [host, port] = (incoming.url ?? '').split(':');
    const target = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(target).pipe(socket);
    });
    for (const one of [socket, target]) one.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    asked,
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

test('http goes through a proxy by the whole URL, https by a tunnel, and NO_PROXY past it', async () => {
  using folder = createTempDir();
  const { cert, key } = makeCertificate(['localhost']);
  await using plain = await startOrigin(() => ({ body: 'plain' }));
  await using secure = await startOrigin(() => ({ body: 'secure' }), { tls: { key, cert } });
  const secureUrl = `https://localhost:${secure.port}`;
  using proxy = await startProxy();
  const proxyUrl = `http://u:p@${proxy.host}`;
  const env = { http_proxy: proxyUrl, HTTPS_PROXY: proxyUrl };
  const to = (name: string) => join(folder.path, name);
  await run([`${plain.url}/x?y`, to('plain')], env);
  await run([`${secureUrl}/x`, to('secure'), '--ca-file', folder.write('ca', cert)], env);
  await run([`${plain.url}/x`, to('past')], { ...env, no_proxy: '127.0.0.0/8' });
  assert.deepEqual(
    ['plain', 'secure', 'past'].map((name) => readFileSync(to(name), 'utf8')),
    ['plain', 'secure', 'plain'],
  );
  assert.deepEqual(proxy.asked, [`GET ${plain.url}/x?y`, `CONNECT localhost:${secure.port}`]);
  assert.equal(plain.requests[0]?.headers['proxy-authorization'], undefined);
  const refused = { https_proxy: `http://${proxy.host}`, http_proxy: `http://${proxy.host}` };
  for (const url of [plain.url, secureUrl]) {
    await assert.rejects(run([`${url}/x`, to('refused')], refused), { code: 'HTTP_REFUSED' });
  }
});

test('private addresses are refused when that is asked for, and a proxy that would hide them too', async () => {
  using folder = createTempDir();
  await using origin = await startOrigin(() => ({ body: 'x' }));
  const to = join(folder.path, 'x');
  for (const url of [origin.url, `http://localhost:${origin.port}`, `http://[::ffff:127.0.0.1]:${origin.port}`]) {
    await assert.rejects(run([`${url}/x`, to, '--deny-private']), { code: 'ADDRESS_REFUSED' }, url);
  }
  await assert.rejects(run([`${origin.url}/x`, to, '--deny-private'], { http_proxy: 'p:1' }), { code: 'USAGE' });
  assert.equal(origin.requests.length, 0);
});

test('a login is sent, and not after a redirect to another origin', async () => {
  using folder = createTempDir();
  await using other = await startOrigin(() => ({ status: 401 }));
  await using origin = await startOrigin(({ path }) =>
    path === '/moved' ? { status: 302, headers: { location: `${other.url}/x` } } : { body: 'x' },
  );
  const login = ['--user-file', folder.write('login', 'me:secret\n')];
  await run([`${origin.url}/x`, join(folder.path, 'x'), ...login]);
  assert.equal(origin.requests[0]?.headers.authorization, `Basic ${Buffer.from('me:secret').toString('base64')}`);
  await assert.rejects(run([`${origin.url}/moved`, join(folder.path, 'y'), ...login]), {
    code: 'HTTP_REFUSED',
    hint: /A redirect led to another origin/,
  });
  assert.equal(other.requests[0]?.headers.authorization, undefined);
});
