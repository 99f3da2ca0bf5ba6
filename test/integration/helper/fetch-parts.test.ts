// One object over several connections, from an origin that gives each of them so much a turn. Time is made of turns: a
// tenth of a second passes with each, however long it takes.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseStep } from '../../../helper/src/contract/step.ts';
import { Failure } from '../../../helper/src/core/failure.ts';
import { fetch } from '../../../helper/src/fetch/fetch.ts';
import type { Clock } from '../../../helper/src/ports/clock.ts';
import { type OriginRequest, type Reply, serveObject } from '../../support/http-origin.ts';
import { memoryLog } from '../../support/memory-log.ts';
import { createTempDir } from '../../support/temp-dir.ts';

const turnMs = 100;
const body = randomBytes(6 << 20);
const sha256 = createHash('sha256').update(body).digest('hex');

/** Time that passes in turns. */
class TurnClock implements Clock {
  #nowMs = 0;
  #sleepers = new Set<{ atMs: number; wake: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  wallTime(): number {
    return Date.UTC(2026, 0, 1) + this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const sleeper = { atMs: this.#nowMs + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason);
      });
    });
  }

  turn(): void {
    this.#nowMs += turnMs;
    for (const sleeper of [...this.#sleepers]) {
      if (sleeper.atMs > this.#nowMs) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
  }
}

interface Sending {
  readonly response: ServerResponse;
  readonly bytes: Buffer;
  readonly reply: Reply;
  at: number;
}

/** Serves the script's answers, to each connection `eachBytes` a turn and to all together `allBytes`. */
async function startPaced(
  script: (request: OriginRequest) => Reply,
  { eachBytes = 64 << 10, allBytes = Number.POSITIVE_INFINITY } = {},
) {
  const clock = new TurnClock();
  const requests: OriginRequest[] = [];
  const sending = new Set<Sending>();
  let most = 0;
  let sentBytes = 0;
  let aloneBytes = 0;
  const server = createServer((incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    const request = { method, path: url, headers, port: incoming.socket.remotePort ?? 0, number: requests.length + 1 };
    requests.push(request);
    const reply = script(request);
    const bytes = Buffer.from(reply.body ?? '');
    response.writeHead(reply.status ?? 200, { 'content-length': bytes.length, ...reply.headers });
    response.flushHeaders();
    const one = { response, bytes, reply, at: 0 };
    sending.add(one);
    response.on('close', () => sending.delete(one));
    response.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));

  const turn = () => {
    most = Math.max(most, sending.size);
    const share = Math.min(eachBytes, Math.floor(allBytes / Math.max(1, sending.size)));
    for (const one of sending) {
      const end = Math.min(one.bytes.length, one.reply.stallAt ?? one.bytes.length, one.at + share);
      sentBytes += end - one.at;
      if (sending.size === 1) aloneBytes += end - one.at;
      one.response.write(one.bytes.subarray(one.at, end));
      one.at = end;
      if (one.reply.cutAt !== undefined && end >= one.reply.cutAt) one.response.socket?.destroySoon();
      else if (end === one.bytes.length) one.response.end();
    }
    clock.turn();
  };
  let over = false;
  const turning = (async () => {
    while (!over) {
      turn();
      // both sides are in this process: in so many rounds of its loop what was sent has arrived and was written
      for (let round = 0; round < 12; round++) await new Promise(setImmediate);
      // and the threads that write and hash get their turn
      await sleep(1);
    }
  })();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/f`,
    clock,
    requests,
    get most() {
      return most;
    },
    get sentBytes() {
      return sentBytes;
    },
    /** Of these, what was sent while there was only one answer under way. */
    get aloneBytes() {
      return aloneBytes;
    },
    [Symbol.asyncDispose]: async () => {
      over = true;
      await turning;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Paced = Awaited<ReturnType<typeof startPaced>>;

async function fetchFrom(
  origin: Paced,
  path: string,
  words: readonly string[] = [],
  { signal, partBytes = 256 << 10 }: { signal?: AbortSignal; partBytes?: number } = {},
) {
  const step = parseStep(['fetch', origin.url, path, '--deadline', '100h', ...words]);
  if (step.kind !== 'fetch') throw new Error('no fetch');
  const { clock } = origin;
  const stop = signal ?? new AbortController().signal;
  const small = { ...step, options: { ...step.options, partBytes } };
  return await fetch(small, { clock, random: { next: () => 0 }, log: memoryLog(), env: {}, signal: stop });
}

const object = { body, etag: '"v1"' };
const isPart = ({ headers }: OriginRequest) => /^bytes=\d+-\d+$/.test(headers.range ?? '');
const options = { timeout: 60_000 };

test(
  'where each connection is slow, more of them are used, and each part is asked for on condition',
  options,
  async () => {
    using folder = createTempDir();
    await using origin = await startPaced((request) => serveObject(object, request));
    const path = join(folder.path, 'f');
    await fetchFrom(origin, path, ['--sha256', sha256]);
    assert.ok(readFileSync(path).equals(body));
    assert.ok(origin.most >= 4, `${origin.most} at once`);
    for (const { headers } of origin.requests.slice(1)) assert.equal(headers['if-range'], '"v1"');
    // a connection that has brought its part brings another one
    assert.ok(new Set(origin.requests.map(({ port }) => port)).size < origin.requests.length);
    // what the first connection had on its way when it was cut short
    assert.ok(origin.sentBytes < body.length * 1.2, `${origin.sentBytes} sent`);
  },
);

test('where the line is what limits, one connection brings the most of it', options, async () => {
  using folder = createTempDir();
  await using origin = await startPaced((request) => serveObject(object, request), { allBytes: 75 << 10 });
  await fetchFrom(origin, join(folder.path, 'f'), ['--sha256', sha256], { partBytes: 64 << 10 });
  assert.ok(origin.most > 1 && origin.most <= 9, `${origin.most} at once`);
  assert.ok(origin.aloneBytes > body.length / 2, `${origin.aloneBytes} by one alone`);
});

test('one connection is used where no more are wanted, and a number that is given at once', options, async () => {
  for (const [given, least, most] of [
    ['1', 1, 1],
    ['6', 5, 7],
  ] as const) {
    using folder = createTempDir();
    await using origin = await startPaced((request) => serveObject(object, request));
    await fetchFrom(origin, join(folder.path, 'f'), ['--connections', given, '--sha256', sha256]);
    assert.ok(origin.most >= least && origin.most <= most, `${origin.most} at once of ${given}`);
  }
});

const refusals: Readonly<Record<string, (request: OriginRequest) => Reply>> = {
  'the whole object': () => ({ body, headers: { etag: '"v1"' } }),
  'another version': (request) => serveObject({ body: Buffer.alloc(body.length), etag: '"v2"' }, request),
  '403': () => ({ status: 403 }),
  '503': () => ({ status: 503 }),
  'no ETag': (request) => {
    const { headers: { etag: _, ...headers } = {}, ...reply } = serveObject(object, request);
    return { ...reply, headers };
  },
  'another place': (request) => {
    const from = Number(/=(\d+)/.exec(request.headers.range ?? '')?.[1]);
    return serveObject(object, {
      ...request,
      headers: { ...request.headers, range: `bytes=${from + 7}-${from + 99}` },
    });
  },
};

for (const [name, refuse] of Object.entries(refusals)) {
  test(
    `a server that answers parts with ${name} loses nothing of what the first connection brings`,
    options,
    async () => {
      using folder = createTempDir();
      await using origin = await startPaced((request) =>
        isPart(request) ? refuse(request) : serveObject(object, request),
      );
      const path = join(folder.path, 'f');
      const { attempts } = await fetchFrom(origin, path);
      assert.ok(readFileSync(path).equals(body));
      assert.equal(attempts, 1);
      assert.equal(origin.requests.filter((request) => !isPart(request)).length, 1);
    },
  );
}

test('parts that break off or fall silent are brought by other connections, in one attempt', options, async () => {
  for (const fault of [{ cutAt: 100_000 }, { stallAt: 100_000 }]) {
    using folder = createTempDir();
    let parts = 0;
    await using origin = await startPaced((request) =>
      serveObject(object, request, isPart(request) && [2, 4].includes(parts++) ? fault : {}),
    );
    const path = join(folder.path, 'f');
    const { attempts } = await fetchFrom(origin, path, ['--connections', '8', '--sha256', sha256, '--timeout', '2m']);
    assert.ok(readFileSync(path).equals(body));
    assert.equal(attempts, 1);
  }
});

test('a run that goes on asks only for what is missing, wherever that is', options, async () => {
  using folder = createTempDir();
  const path = join(folder.path, 'f');
  const stop = new AbortController();
  await using origin = await startPaced((request) => {
    if (request.number === 12) setImmediate(() => stop.abort(new Failure('TERMINATED', 'stopped')));
    // a part that does not come leaves a gap
    return serveObject(object, request, request.number === 3 ? { stallAt: 10_000 } : {});
  });
  const room = join(folder.path, '.greenroom');
  await assert.rejects(fetchFrom(origin, path, ['--connections', '6'], { signal: stop.signal }), {
    code: 'TERMINATED',
  });
  assert.ok(!existsSync(path));
  // the run shares this process, which is alive: makes it that of a dead one
  const name = readdirSync(room).find((one) => one.endsWith('.json')) ?? '';
  const state = JSON.parse(readFileSync(join(room, name), 'utf8'));
  assert.equal(state.version, 2);
  const kept = state.parts.written.reduce((sum: number, [from, to]: [number, number]) => sum + to - from, 0);
  assert.ok(state.parts.written.length > 1 && kept > 256 << 10, JSON.stringify(state.parts));
  writeFileSync(join(room, name), JSON.stringify({ ...state, owner: { ...state.owner, started: 'over' } }));
  const before = origin.sentBytes;
  await fetchFrom(origin, path, ['--connections', '1', '--sha256', sha256]);
  assert.ok(readFileSync(path).equals(body));
  assert.ok(
    origin.sentBytes - before <= body.length - kept + (256 << 10),
    `${origin.sentBytes - before} of ${kept} kept`,
  );
});

test('a digest that is wrong after parts is given one more chance, in one answer, and no third', options, async () => {
  using folder = createTempDir();
  await using origin = await startPaced((request) => serveObject(object, request), { eachBytes: 1 << 20 });
  const words = ['--connections', '4', '--sha256', '0'.repeat(64)];
  await assert.rejects(fetchFrom(origin, join(folder.path, 'f'), words), { code: 'INTEGRITY_MISMATCH' });
  const wholes = origin.requests.filter((request) => !isPart(request));
  assert.equal(wholes.length, 2);
  assert.equal(origin.requests.at(-1), wholes[1]);
});
