import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { type Agent, createAgent, type HttpRequest } from '../../../helper/src/http/agent.ts';
import { createNetwork } from '../../../helper/src/network/network.ts';
import { systemClock } from '../../../helper/src/system/clock.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { startOrigin } from '../../support/http-origin.ts';

const agent = (): Agent => createAgent(createNetwork({ env: {}, clock: systemClock }));
const request = (url: string, also: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url,
  headers: [],
  maxRedirects: 5,
  signal: new AbortController().signal,
  ...also,
});

async function bodyOf(answer: { receive(onData: (piece: Buffer) => void): Promise<void> }): Promise<string> {
  const pieces: Buffer[] = [];
  await answer.receive((piece) => pieces.push(piece));
  return Buffer.concat(pieces).toString();
}

test('a redirect to another origin is followed without the headers of the user', async () => {
  await using other = await startOrigin(() => ({ body: 'there' }));
  await using origin = await startOrigin(({ path }) => ({
    status: 302,
    headers: { location: path === '/a' ? '/b' : `${other.url}/c` },
  }));
  const headers = [
    ['Authorization', 'Bearer t'],
    ['PRIVATE-TOKEN', 'p'],
  ] as const;
  const answer = await agent().request(request(`${origin.url.replace('//', '//u:pw@')}/a`, { headers }));
  assert.equal(await bodyOf(answer), 'there');
  assert.equal(answer.trusted, false);
  assert.deepEqual(
    origin.requests.map(({ headers }) => headers['private-token']),
    ['p', 'p'],
  );
  const [seen] = other.requests;
  assert.deepEqual(Object.keys(seen?.headers ?? {}).sort(), [
    'accept',
    'accept-encoding',
    'connection',
    'host',
    'user-agent',
  ]);
});

test('a connection is used again once its answer was read to the end, and not after it was closed', async () => {
  const ports = new Set<number>();
  await using origin = await startOrigin(({ port }) => {
    ports.add(port);
    return { body: 'x' };
  });
  const one = agent();
  for (let i = 0; i < 3; i++) await bodyOf(await one.request(request(origin.url)));
  assert.equal(ports.size, 1);
  (await one.request(request(origin.url))).close();
  await bodyOf(await one.request(request(origin.url)));
  assert.equal(ports.size, 2);
  one.close();
});

test('large bodies are brought to their place, with pauses, over a connection that is used again', async (t) => {
  const body = randomBytes((3 << 20) + 500_000);
  const tls = makeCertificate(['localhost']);
  for (const secure of [false, true]) {
    await t.test(secure ? 'https' : 'http', async () => {
      const ports = new Set<number>();
      await using origin = await startOrigin(
        ({ port }) => {
          ports.add(port);
          return { body };
        },
        secure ? { tls } : {},
      );
      const one = createAgent(createNetwork({ env: {}, clock: systemClock }), { extraCa: tls.cert });
      const url = origin.url.replace('127.0.0.1', 'localhost');
      for (let i = 0; i < 2; i++) {
        const answer = await one.request(request(url));
        const place = Buffer.alloc(body.length);
        let at = 0;
        let pauses = 0;
        const cameInPauses: number[] = [];
        const pause = async (from: number) => {
          for (let turn = 0; turn < 100; turn++) await turnOfLoop();
          cameInPauses.push(at - from);
          answer.resume();
        };
        await answer.receiveInto({
          room: () => place.subarray(at, at + 100_000),
          filled: (bytes) => {
            at += bytes;
            if (at < (pauses + 1) << 20) return false;
            pauses++;
            void pause(at);
            return true;
          },
        });
        assert.ok(place.equals(body));
        assert.equal(cameInPauses.length, 3);
        // what TLS has read already, it hands over
        assert.ok(
          cameInPauses.every((bytes) => bytes <= 64 << 10),
          `${cameInPauses}`,
        );
      }
      assert.equal(ports.size, 1);
      one.close();
    });
  }
});

test('what goes wrong has its code', async () => {
  await using origin = await startOrigin(({ path }) =>
    path === '/hang-up'
      ? { hangUp: true }
      : path === '/cut'
        ? { body: 'abcdef', cutAt: 3 }
        : { body: 'abcdef', cutAt: 3, reset: true },
  );
  const one = agent();
  await assert.rejects(one.request(request(`${origin.url}/hang-up`)), { code: 'CONNECTION_RESET' });
  for (const path of ['/cut', '/reset']) {
    const reading = one.request(request(origin.url + path)).then(bodyOf);
    await assert.rejects(reading, { code: 'CONNECTION_RESET' });
  }
  const garbage = createServer((socket) => socket.resume().end('SSH-2.0-OpenSSH_9.2\r\n')).listen(0, '127.0.0.1');
  await once(garbage, 'listening');
  const { port } = garbage.address() as AddressInfo;
  await assert.rejects(one.request(request(`http://127.0.0.1:${port}/`)), { code: 'UNEXPECTED_ANSWER' });
  await assert.rejects(one.request(request(`https://127.0.0.1:${port}/`)), { code: 'TLS_FAILED' });
  garbage.close();
  await assert.rejects(one.request(request('http://127.0.0.1:1/')), { code: 'CONNECTION_REFUSED' });
});

test('the signal ends a request and the reading of its body, with its reason', async () => {
  await using origin = await startOrigin(({ path }) =>
    path === '/silent' ? new Promise(() => {}) : { body: 'abcdef', stallAt: 3 },
  );
  for (const path of ['/silent', '/stall']) {
    const stop = new AbortController();
    const reason = new Error('enough');
    const reading = agent()
      .request(request(origin.url + path, { signal: stop.signal }))
      .then((answer) => answer.receive(() => stop.abort(reason)));
    if (path === '/silent') while (origin.requests.length === 0) await new Promise(setImmediate);
    if (path === '/silent') stop.abort(reason);
    await assert.rejects(reading, reason);
  }
});
