import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { parseStep, type WaitStep } from '../../../helper/src/contract/step.ts';
import { Failure } from '../../../helper/src/core/failure.ts';
import type { Runtime } from '../../../helper/src/runtime.ts';
import { systemClock } from '../../../helper/src/system/clock.ts';
import { systemRandom } from '../../../helper/src/system/random.ts';
import { wait } from '../../../helper/src/wait/wait.ts';
import { startDnsServer } from '../../support/dns-server.ts';
import { startOrigin } from '../../support/http-origin.ts';
import { memoryLog } from '../../support/memory-log.ts';
import { closedPort, startTcpListener } from '../../support/tcp-listener.ts';
import { createTempDir } from '../../support/temp-dir.ts';

const step = (...words: string[]) => parseStep(['wait', ...words]) as WaitStep;

/** A wait whose log resolves `saw` as soon as a line fits. */
function start(words: readonly string[], env: Runtime['env'] = {}) {
  const log = memoryLog();
  const stop = new AbortController();
  const waiting: [RegExp, () => void][] = [];
  const push = log.entries.push.bind(log.entries);
  log.entries.push = (...entries) => {
    for (const [pattern, resolve] of waiting) if (pattern.test(entries[0]?.message ?? '')) resolve();
    return push(...entries);
  };
  const saw = (pattern: RegExp) => new Promise<void>((resolve) => waiting.push([pattern, resolve]));
  const runtime = { clock: systemClock, random: systemRandom, log, env, signal: stop.signal };
  const ended = wait(step(...words), runtime);
  ended.catch(() => {});
  return { ended, log, saw, stop };
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const thrown = await promise.then(
    () => assert.fail('did not fail'),
    (reason: unknown) => reason,
  );
  assert.ok(thrown instanceof Failure, String(thrown));
  return thrown;
}

test('tcp: waits while nothing listens, is ready as soon as something does, and closes what it opened', async () => {
  const port = await closedPort();
  const waiting = start([`tcp://127.0.0.1:${port}`]);
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
  const failure = await failureOf(start([`tcp://127.0.0.1:${port}`, '--deadline', '300ms']).ended);
  assert.equal(failure.code, 'DEADLINE_PASSED');
  assert.match(failure.message, /not ready after .*: connection refused: 127\.0\.0\.1:/);
  assert.match(failure.hint ?? '', /This is the pod itself/);
  assert.equal(failure.details.cause, 'CONNECTION_REFUSED');
});

test('dns: a name that appears is found, and the namespace of the pod is named until then', async () => {
  await using server = await startDnsServer(() => 'NXDOMAIN');
  using folder = createTempDir();
  const conf = `search shop.svc.cluster.local\nnameserver ${server.nameserver}\noptions ndots:5\n`;
  const waiting = start(['dns://myappb'], {
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
  const failure = await failureOf(start(['dns://myappb', '--deadline', '200ms'], env).ended);
  assert.equal(failure.details.cause, 'NAME_SERVER_FAILED');
  assert.match(failure.hint ?? '', /cluster DNS is there but cannot answer/);
});

test('http: a status that does not count is not ready; one that does is', async () => {
  const statuses = [503, 404, 204];
  await using origin = await startOrigin(({ number }) => ({ status: statuses[number - 1] ?? 204 }));
  const waiting = start([`${origin.url}/health`]);
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
  assert.equal((await start([`${origin.url}/moved`, '--status', '401']).ended).attempts, 1);
  assert.equal((await start([`${origin.url}/moved`, '--status', '3xx', '--max-redirects', '0']).ended).attempts, 1);
});

test('http: redirects in a circle are not ready, and not the end of the wait', async () => {
  await using origin = await startOrigin(() => ({ status: 302, headers: { location: '/' } }));
  const failure = await failureOf(start([`${origin.url}/`, '--deadline', '250ms']).ended);
  assert.equal(failure.code, 'DEADLINE_PASSED');
  assert.match(failure.message, /more than 10 redirects/);
});

test('http: a secret header is sent, and a missing one is a fault before anything is asked', async () => {
  await using origin = await startOrigin(({ headers }) => ({
    status: headers.authorization === 'Bearer 1' ? 200 : 401,
  }));
  const words = [`${origin.url}/`, '--header-env', 'Authorization: TOKEN'];
  assert.equal((await start(words, { TOKEN: 'Bearer 1' }).ended).attempts, 1);
  const failure = await failureOf(start(words, {}).ended);
  assert.equal(failure.code, 'USAGE');
  assert.equal(origin.requests.length, 1);
});

test('http: a server that says nothing does not hold up the deadline, and every connection is closed', async () => {
  await using listener = await startTcpListener();
  const words = [`http://127.0.0.1:${listener.port}/`, '--timeout', '100ms', '--deadline', '400ms'];
  const failure = await failureOf(start(words).ended);
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
  const { attempts } = await start([`http://127.0.0.1:${listener.port}/`]).ended;
  assert.equal(attempts, 1);
  await listener.allClosed();
});

test('all: several targets of several kinds are waited for at once, and each is named', async () => {
  const port = await closedPort();
  await using origin = await startOrigin(() => ({}));
  const waiting = start([`tcp://127.0.0.1:${port}`, `${origin.url}/`, 'dns://localhost']);
  await Promise.all([waiting.saw(/^http.* ready/), waiting.saw(/^dns.* ready/), waiting.saw(/^tcp.* not ready/)]);
  await using _ = await startTcpListener(undefined, { port });
  assert.match((await waiting.ended).sentence, /^all 3 targets ready after/);
});

test('all: what is missing at the deadline is named, what is ready is not', async () => {
  const port = await closedPort();
  const failure = await failureOf(start([`tcp://127.0.0.1:${port}`, 'dns://localhost', '--deadline', '200ms']).ended);
  assert.match(failure.message, /^tcp:\/\/127.0.0.1:\d+ not ready after/);
});

test('any: the first one that is ready ends it, and lets go of the others', async () => {
  await using silent = await startTcpListener();
  const waiting = start([`http://127.0.0.1:${silent.port}/`, 'dns://localhost', '--any']);
  assert.match((await waiting.ended).sentence, /^dns:\/\/localhost ready after .*: one of 2 targets is enough$/);
  await silent.allClosed();
});

test('a stop ends it at once with what was missing', async () => {
  await using silent = await startTcpListener();
  const waiting = start([`http://127.0.0.1:${silent.port}/`]);
  await waiting.saw(/^waiting/);
  waiting.stop.abort(new Failure('TERMINATED', 'stopped by SIGTERM'));
  const failure = await failureOf(waiting.ended);
  assert.equal(failure.code, 'TERMINATED');
  assert.match(failure.message, /^stopped by SIGTERM after .* of waiting for http:/);
  await silent.allClosed();
});

test('many attempts of every outcome leave no socket open', async () => {
  const sockets: Socket[] = [];
  const note = (message: unknown) => sockets.push((message as { socket: Socket }).socket);
  // https://nodejs.org/api/diagnostics_channel.html: every socket that this process dials
  subscribe('net.client.socket', note);
  try {
    await using origin = await startOrigin(() => ({ status: 503 }));
    await using resetting = await startTcpListener((socket) => socket.destroy());
    await using silent = await startTcpListener();
    const port = await closedPort();
    const words = [origin.url, `http://127.0.0.1:${resetting.port}/`, `http://127.0.0.1:${silent.port}/`];
    const options = ['--interval', '5ms', '--timeout', '20ms', '--deadline', '500ms'];
    const failure = await failureOf(start([...words, `tcp://127.0.0.1:${port}`, ...options]).ended);
    assert.match(failure.message, /^4 of 4 targets/);
    assert.ok(sockets.length > 40, `only ${sockets.length} sockets`);
    assert.deepEqual(
      sockets.filter(({ destroyed }) => !destroyed),
      [],
    );
  } finally {
    unsubscribe('net.client.socket', note);
  }
});
