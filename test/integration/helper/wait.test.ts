import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { Failure } from '../../../helper/src/core/failure.ts';
import type { Runtime } from '../../../helper/src/runtime.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { type DnsServer, startDnsServer } from '../../support/dns-server.ts';
import { startOrigin } from '../../support/http-origin.ts';
import { JumpingClock } from '../../support/jumping-clock.ts';
import { failureOf, firstCause, startWait } from '../../support/running-wait.ts';
import { closedPort, startTcpListener } from '../../support/tcp-listener.ts';
import { createTempDir, type TempDir } from '../../support/temp-dir.ts';

const deadlineMs = 300_000;

test('tcp: waits while nothing listens, is ready as soon as something does, and closes what it opened', async () => {
  const port = await closedPort();
  const waiting = startWait([`tcp://127.0.0.1:${port}`]);
  await waiting.saw(/not ready: connection refused/);
  await using listener = await startTcpListener(undefined, { port });
  const report = await waiting.ended;
  assert.match(report.sentence, new RegExp(`^tcp://127\\.0\\.0\\.1:${port} ready after .* attempts\\)$`));
  assert.ok(report.attempts >= 2);
  assert.equal(listener.accepted, 1);
  await listener.allClosed();
});

test('tcp: a deadline over nothing that listens names cause and cure', async () => {
  const port = await closedPort();
  const clock = new JumpingClock();
  const waiting = startWait([`tcp://127.0.0.1:${port}`, '--deadline', '5m'], {}, clock);
  await waiting.saw(/not ready/);
  clock.jump(deadlineMs);
  const failure = await failureOf(waiting.ended);
  assert.equal(failure.code, 'DEADLINE_PASSED');
  assert.match(failure.message, /not ready after .*: connection refused: 127\.0\.0\.1:/);
  assert.match(failure.hint ?? '', /This is the pod itself/);
  assert.equal(failure.details.cause, 'CONNECTION_REFUSED');
});

test('tcp: a connection that is closed at once is not ready with --hold, and is without', async () => {
  await using listener = await startTcpListener((socket) => socket.end());
  const target = `tcp://127.0.0.1:${listener.port}`;
  assert.equal((await startWait([target]).ended).attempts, 1);
  const { message, hint } = await firstCause([target, '--hold', '10s']);
  assert.equal(message, 'accepted, and closed at once');
  assert.match(hint, /mesh proxy/);
  await listener.allClosed();
});

test('tcp: with --hold a server that speaks first, or that stays, is ready', async () => {
  await using speaking = await startTcpListener((socket) => void socket.write('220 hello'));
  assert.equal((await startWait([`tcp://127.0.0.1:${speaking.port}`, '--hold', '2900ms']).ended).attempts, 1);
  await speaking.allClosed();
  await using silent = await startTcpListener();
  assert.equal((await startWait([`tcp://127.0.0.1:${silent.port}`, '--hold', '20ms']).ended).attempts, 1);
  await silent.allClosed();
});

test('dns: a name that appears is found, and the namespace of the pod is named until then', async () => {
  await using server = await startDnsServer(() => 'NXDOMAIN');
  using folder = createTempDir();
  const conf = `search shop.svc.cluster.local\nnameserver ${server.nameserver}\noptions ndots:5\n`;
  const waiting = startWait(['dns://myappb'], {
    GREENROOM_RESOLV_CONF: folder.write('resolv.conf', conf),
    GREENROOM_HOSTS_FILE: folder.write('hosts', ''),
  });
  await waiting.saw(/no such name: asked for myappb\.shop\.svc\.cluster\.local, myappb$/);
  server.answer = ({ name, type }) =>
    name === 'myappb.shop.svc.cluster.local' ? (type === 'A' ? [{ type, name, data: '10.96.0.7' }] : []) : 'NXDOMAIN';
  await waiting.ended;
  assert.match(String(waiting.log.entries[1]?.fields.hint), /no Service myappb in namespace shop/);
});

test('dns: a failing server is told from a missing name', async () => {
  await using server = await startDnsServer(() => 'SERVFAIL');
  using folder = createTempDir();
  const env = {
    GREENROOM_RESOLV_CONF: folder.write('resolv.conf', `nameserver ${server.nameserver}\n`),
    GREENROOM_HOSTS_FILE: folder.write('hosts', ''),
  };
  const { message, hint } = await firstCause(['dns://myappb'], env);
  assert.match(message, /failed \(SERVFAIL\)/);
  assert.match(hint, /cluster DNS is there but cannot answer/);
});

/** What makes a scripted server the only one that a wait asks. */
function asking(server: DnsServer, folder: TempDir): Runtime['env'] {
  const conf = `search shop.svc.cluster.local\nnameserver ${server.nameserver}\noptions ndots:5\n`;
  return { GREENROOM_RESOLV_CONF: folder.write('resolv.conf', conf), GREENROOM_HOSTS_FILE: folder.write('hosts', '') };
}

test('dns: waits for so many records, and for those that are expected', async () => {
  const pods = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
  let count = 1;
  await using server = await startDnsServer(({ name, type }) => {
    if (name !== 'db.shop.svc.cluster.local') return 'NXDOMAIN';
    return type === 'A' ? pods.slice(0, count).map((data) => ({ type, name, data })) : [];
  });
  using folder = createTempDir();
  const many = startWait(['dns://db', '--min-records', '2'], asking(server, folder));
  await many.saw(/fewer than 2 records yet: it has 1 \(10\.0\.0\.1\)/);
  count = 2;
  await many.ended;
  const third = startWait(['dns://db', '--expect-record', '10.0.0.3'], asking(server, folder));
  await third.saw(/has no record "10\.0\.0\.3" yet: it has 2/);
  count = 3;
  await third.ended;
});

test('dns: other types are found by the search list too, SRV and PTR among them', async () => {
  await using server = await startDnsServer(({ name, type }) => {
    if (name === '_sql._tcp.db.shop.svc.cluster.local' && type === 'SRV') {
      return [{ type, name, data: { priority: 0, weight: 100, port: 5432, target: 'db-0.db' } }];
    }
    return name === '7.0.96.10.in-addr.arpa' && type === 'PTR' ? [{ type, name, data: 'DB.shop' }] : 'NXDOMAIN';
  });
  using folder = createTempDir();
  const env = asking(server, folder);
  await startWait(['dns://_sql._tcp.db', '--record', 'SRV', '--expect-record', '0 100 5432 DB-0.db.'], env).ended;
  await startWait(['dns://10.96.0.7', '--record', 'PTR', '--expect-record', 'db.shop.'], env).ended;
});

test('gone: a name that is not known any more is gone; a silent name server proves nothing', async () => {
  await using server = await startDnsServer(({ name, type }) =>
    type === 'A' ? [{ type, name, data: '10.0.0.1' }] : [],
  );
  using folder = createTempDir();
  const waiting = startWait(['dns://db', '--gone', '--timeout', '100ms'], asking(server, folder));
  await waiting.saw(/^dns:\/\/db not gone: it is still there$/);
  server.answer = () => 'silence';
  await waiting.saw(/^dns:\/\/db not gone: no answer in time/);
  server.answer = () => 'NXDOMAIN';
  assert.match((await waiting.ended).sentence, /^dns:\/\/db gone after/);
});

test('unix: waits for a socket that something listens at', async () => {
  using folder = createTempDir();
  const path = join(folder.path, 'app.sock');
  const waiting = startWait([`unix://${path}`]);
  await waiting.saw(/not ready: no such socket/);
  const server = createServer((socket) => socket.resume()).listen(path);
  await waiting.ended;
  server.close();
});

test('unix: a file that is no socket refuses', async () => {
  using folder = createTempDir();
  const path = folder.write('app.sock', '');
  assert.match((await firstCause([`unix://${path}`])).message, /^connection refused/);
});

test('file: waits until it is there, large enough, with the content expected; and until it is gone', async () => {
  using folder = createTempDir();
  const target = `file://${folder.path}/state`;
  const waiting = startWait([target, '--min-size', '10', '--matches', '^done$']);
  await waiting.saw(/not ready: no such file/);
  folder.write('state', 'begun');
  await waiting.saw(/has 5 B, less than 10 B/);
  folder.write('state', 'begun\nundone\n');
  await waiting.saw(/the file does not match \^done\$/);
  folder.write('state', 'begun\ndone\n');
  await waiting.ended;
  const leaving = startWait([target, '--gone']);
  await leaving.saw(/not gone: it is still there/);
  rmSync(join(folder.path, 'state'));
  assert.match((await leaving.ended).sentence, /gone after/);
});

test('tls: the handshake must succeed with a certificate that is trusted, for the name, for long enough', async () => {
  using folder = createTempDir();
  const good = makeCertificate(['localhost'], 3);
  await using server = await startOrigin(() => ({}), { tls: good });
  const target = `tls://localhost:${server.port}`;
  const ca = ['--ca-file', folder.write('ca.crt', good.cert)];
  await startWait([target, ...ca, '--valid-for', '48h']).ended;

  const untrusted = await firstCause([target]);
  assert.match(untrusted.hint, /--ca-file/);
  const misnamed = await firstCause([`tls://127.0.0.1:${server.port}`, ...ca]);
  assert.match(misnamed.hint, /not for 127\.0\.0\.1/);
  await startWait([`tls://127.0.0.1:${server.port}`, ...ca, '--server-name', 'localhost']).ended;
  const brieflyValid = await firstCause([target, ...ca, '--valid-for', '96h']);
  assert.match(brieflyValid.message, /the certificate is valid for 7[12]h only, less than 96h/);
});

test('tls: an expired certificate, and a server that speaks no TLS, are told apart', async () => {
  using folder = createTempDir();
  const old = makeCertificate(['localhost'], -1);
  await using expired = await startOrigin(() => ({}), { tls: old });
  const words = ['--ca-file', folder.write('ca.crt', old.cert)];
  const failure = await firstCause([`tls://localhost:${expired.port}`, ...words]);
  assert.match(failure.hint, /not valid now/);
  await using plain = await startTcpListener((socket) => socket.end('no TLS here\r\n'));
  const other = await firstCause([`tls://localhost:${plain.port}`, ...words]);
  assert.match(other.hint, /scheme is http/);
  await plain.allClosed();
});

test('http: a private authority is trusted by --ca-file, and without it the cure is named', async () => {
  using folder = createTempDir();
  const certificate = makeCertificate(['localhost']);
  await using origin = await startOrigin(() => ({}), { tls: certificate });
  const url = origin.url.replace('127.0.0.1', 'localhost');
  await startWait([url, '--ca-file', folder.write('ca.crt', certificate.cert)]).ended;
  const failure = await firstCause([url]);
  assert.match(failure.hint, /--ca-file/);
});

test('http: the body is waited for, by text and pattern', async () => {
  const bodies = ['{"status":"red"}', '{"status":"yellow"}'];
  await using origin = await startOrigin(({ number }) => ({ body: bodies[number - 1] ?? '{"status":"green"}' }));
  const waiting = startWait([`${origin.url}/`, '--contains', 'status', '--matches', '"(green|blue)"']);
  assert.equal((await waiting.ended).attempts, 3);
  assert.match(waiting.log.messages()[1] ?? '', /answers 200, but the body does not match "\(green\|blue\)"$/);
});

test('http: of an endless body no more than the bound is read', async () => {
  await using listener = await startTcpListener((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n');
    const more = () => {
      while (socket.write(Buffer.alloc(65_536, 'x')));
    };
    socket.on('drain', more);
    more();
  });
  const { message } = await firstCause([`http://127.0.0.1:${listener.port}/`, '--contains', 'ready']);
  assert.match(message, /the body does not contain "ready"/);
  await listener.allClosed();
});

test('http: a header is waited for by its pattern, and its value is never shown', async () => {
  const values = ['hunter2', 'no', 'yes'];
  await using origin = await startOrigin(({ number }) => ({
    headers: number > 1 ? { 'x-ready': values[number - 1] ?? 'yes' } : {},
  }));
  const waiting = startWait([`${origin.url}/`, '--expect-header', 'X-Ready: ^yes$']);
  assert.equal((await waiting.ended).attempts, 3);
  assert.match(waiting.log.messages()[1] ?? '', /answers 200, but without the header X-Ready$/);
  assert.ok(
    waiting.log
      .messages('debug')
      .concat(waiting.log.messages())
      .some((line) => /X-Ready does not match \^yes\$/.test(line)),
  );
});

test('http: a body is sent with every attempt, to the URL that was named and nowhere else', async () => {
  const bodies: string[] = [];
  const server = createHttpServer(async (request, response) => {
    let body = `${request.method} ${request.headers['content-type']} `;
    for await (const piece of request) body += piece;
    bodies.push(body);
    response.writeHead(bodies.length > 1 ? 307 : 503, { location: 'http://127.0.0.1:9/' }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/query`;
  const request = ['--method', 'POST', '--header', 'Content-Type: application/json', '--body', '{"query":"{ready}"}'];
  await startWait([url, ...request, '--status', '307']).ended;
  assert.deepEqual(bodies, Array(2).fill('POST application/json {"query":"{ready}"}'));
  server.close();
});

test('https and tls: a client certificate is shown to servers that ask for one', async () => {
  using folder = createTempDir();
  const [certificate, client] = [makeCertificate(['localhost']), makeCertificate(['client'])];
  const asking = { ...certificate, requestCert: true, ca: client.cert };
  const server = createHttpsServer(asking, (_, response) => response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = `localhost:${(server.address() as AddressInfo).port}`;
  const ca = ['--ca-file', folder.write('ca.crt', certificate.cert)];
  const own = ['--cert-file', folder.write('tls.crt', client.cert), '--key-file', folder.write('tls.key', client.key)];
  await startWait([`https://${at}/`, ...ca, ...own]).ended;
  await startWait([`tls://${at}`, ...ca, ...own]).ended;
  assert.notEqual((await firstCause([`https://${at}/`, ...ca])).message, '');
  const failure = await failureOf(startWait([`https://${at}/`, ...ca, ...own.with(3, own[1] ?? '')]).ended);
  assert.equal(failure.code, 'USAGE');
  assert.match(failure.message, /--key-file: .* holds no private key in PEM/);
  server.close();
});

test('http: a proxy of the environment is not used, and the hint says so', async () => {
  await using server = await startDnsServer(() => 'NXDOMAIN');
  using folder = createTempDir();
  const env = { ...asking(server, folder), https_proxy: 'http://proxy:3128' };
  assert.match((await firstCause(['https://www.example.org/'], env)).hint, /^https_proxy is set, but/);
  assert.match((await firstCause(['http://www.example.org/'], env)).hint, /^Is the name spelt right/);
});

test('http: asks over a Unix socket', async () => {
  using folder = createTempDir();
  const path = join(folder.path, 'app.sock');
  const server = createHttpServer((request, response) => response.end(request.headers.host)).listen(path);
  await startWait(['http://app.internal/ready', '--unix-socket', path, '--contains', 'app.internal']).ended;
  server.close();
});

test('http: a status that does not count is not ready; one that does is', async () => {
  const statuses = [503, 404, 204];
  await using origin = await startOrigin(({ number }) => ({ status: statuses[number - 1] ?? 204 }));
  const waiting = startWait([`${origin.url}/health`]);
  const { attempts } = await waiting.ended;
  assert.equal(attempts, 3);
  assert.deepEqual(
    waiting.log.messages().map((message) => message.replace(origin.url, '')),
    [
      'waiting for /health, 5m at most',
      '/health not ready: answers 503, not 2xx',
      '/health not ready: answers 404, not 2xx',
      waiting.log.messages().at(-1)?.replace(origin.url, ''),
    ],
  );
});

test('http: --status says what counts, redirects are followed, and --max-redirects 0 makes them answers', async () => {
  await using origin = await startOrigin(({ path }) =>
    path === '/moved' ? { status: 302, headers: { location: '/login' } } : { status: 401 },
  );
  assert.equal((await startWait([`${origin.url}/moved`, '--status', '401']).ended).attempts, 1);
  assert.equal((await startWait([`${origin.url}/moved`, '--status', '3xx', '--max-redirects', '0']).ended).attempts, 1);
});

test('http: redirects in a circle are not ready, and not the end of the wait', async () => {
  await using origin = await startOrigin(() => ({ status: 302, headers: { location: '/' } }));
  assert.match((await firstCause([`${origin.url}/`])).message, /more than 10 redirects/);
});

test('http: a secret header is sent, and a missing one is a fault before anything is asked', async () => {
  await using origin = await startOrigin(({ headers }) => ({
    status: headers.authorization === 'Bearer 1' ? 200 : 401,
  }));
  const words = [`${origin.url}/`, '--header-env', 'Authorization: TOKEN'];
  assert.equal((await startWait(words, { TOKEN: 'Bearer 1' }).ended).attempts, 1);
  const failure = await failureOf(startWait(words, {}).ended);
  assert.equal(failure.code, 'USAGE');
  assert.equal(origin.requests.length, 1);
});

test('http: a server that says nothing does not hold up the deadline, and every connection is closed', {
  timeout: 60_000,
}, async () => {
  const clock = new JumpingClock();
  // a request is there: it is the answer that is waited for; the first is given up, the second meets the deadline
  let asked = 0;
  await using listener = await startTcpListener(
    (socket) => void socket.once('data', () => clock.jump((++asked === 1 ? 4 : 1) * 60_000)),
  );
  const words = [`http://127.0.0.1:${listener.port}/`, '--timeout', '4m', '--deadline', '5m'];
  const failure = await failureOf(startWait(words, {}, clock).ended);
  assert.equal(failure.code, 'DEADLINE_PASSED');
  assert.match(failure.message, /connected, but no answer in time/);
  assert.ok(listener.accepted >= 2);
  await listener.allClosed();
});

test('http: an endless body is not read', async () => {
  await using listener = await startTcpListener((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n');
    const more = () => {
      while (socket.write(Buffer.alloc(65_536)));
    };
    socket.on('drain', more);
    more();
  });
  const { attempts } = await startWait([`http://127.0.0.1:${listener.port}/`]).ended;
  assert.equal(attempts, 1);
  await listener.allClosed();
});

test('all: several targets of several kinds are waited for at once, and each is named', async () => {
  const port = await closedPort();
  await using origin = await startOrigin(() => ({}));
  const waiting = startWait([`tcp://127.0.0.1:${port}`, `${origin.url}/`, 'dns://localhost']);
  await Promise.all([waiting.saw(/^http.* ready/), waiting.saw(/^dns.* ready/), waiting.saw(/^tcp.* not ready/)]);
  await using _ = await startTcpListener(undefined, { port });
  assert.match((await waiting.ended).sentence, /^all 3 targets ready after/);
});

test('all: what is missing at the deadline is named, what is ready is not', async () => {
  const port = await closedPort();
  const clock = new JumpingClock();
  const waiting = startWait([`tcp://127.0.0.1:${port}`, 'dns://localhost', '--deadline', '5m'], {}, clock);
  await Promise.all([waiting.saw(/^tcp.* not ready/), waiting.saw(/^dns.* ready/)]);
  clock.jump(deadlineMs);
  const failure = await failureOf(waiting.ended);
  assert.match(failure.message, /^tcp:\/\/127.0.0.1:\d+ not ready after/);
});

test('any: the first one that is ready ends it, and lets go of the others', async () => {
  await using silent = await startTcpListener();
  const waiting = startWait([`http://127.0.0.1:${silent.port}/`, 'dns://localhost', '--any']);
  assert.match((await waiting.ended).sentence, /^dns:\/\/localhost ready after .*: 1 of 2 targets is enough$/);
  await silent.allClosed();
});

test('at least so many: two of three are enough', async () => {
  const port = await closedPort();
  const waiting = startWait(['dns://localhost', `tcp://127.0.0.1:${port}`, 'dns://a.localhost', '--at-least', '2']);
  assert.match(
    (await waiting.ended).sentence,
    /^dns:\/\/localhost, dns:\/\/a.localhost ready after .*: 2 of 3 targets are enough$/,
  );
});

test('a stop ends it at once with what was missing', async () => {
  await using silent = await startTcpListener();
  const waiting = startWait([`http://127.0.0.1:${silent.port}/`]);
  await waiting.saw(/^waiting/);
  waiting.stop.abort(new Failure('TERMINATED', 'stopped by SIGTERM'));
  const failure = await failureOf(waiting.ended);
  assert.equal(failure.code, 'TERMINATED');
  assert.match(failure.message, /^stopped by SIGTERM after .* of waiting for http:/);
  await silent.allClosed();
});

test('many attempts of every outcome leave no socket open', async () => {
  const sockets: Socket[] = [];
  const many = Promise.withResolvers<void>();
  const note = (message: unknown) => {
    if (sockets.push((message as { socket: Socket }).socket) === 60) many.resolve();
  };
  // https://nodejs.org/api/diagnostics_channel.html: every socket that this process dials
  subscribe('net.client.socket', note);
  try {
    await using origin = await startOrigin(() => ({ status: 503 }));
    await using resetting = await startTcpListener((socket) => socket.destroy());
    await using silent = await startTcpListener();
    const port = await closedPort();
    const words = [origin.url, `http://127.0.0.1:${resetting.port}/`, `http://127.0.0.1:${silent.port}/`];
    const waiting = startWait([...words, `tcp://127.0.0.1:${port}`, '--interval', '5ms', '--timeout', '20ms']);
    await Promise.race([many.promise, waiting.ended]);
    waiting.stop.abort(new Failure('TERMINATED', 'seen enough'));
    const failure = await failureOf(waiting.ended);
    assert.equal(failure.code, 'TERMINATED');
    assert.ok(sockets.length >= 60, `only ${sockets.length} sockets`);
    assert.deepEqual(
      sockets.filter(({ destroyed }) => !destroyed),
      [],
    );
  } finally {
    unsubscribe('net.client.socket', note);
  }
});
