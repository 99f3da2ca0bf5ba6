// Schedules of faults, stops and restarts that chance makes up, against the room itself. At every moment the
// destination holds nothing or a whole object that an origin did serve, and every run ends in bounded time.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { parseStep } from '../../../helper/src/contract/step.ts';
import { Failure } from '../../../helper/src/core/failure.ts';
import { fetch } from '../../../helper/src/fetch/fetch.ts';
import type { Clock } from '../../../helper/src/ports/clock.ts';
import { systemClock } from '../../../helper/src/system/clock.ts';
import {
  type OriginRequest,
  type Reply,
  type ServedObject,
  serveObject,
  startOrigin,
} from '../../support/http-origin.ts';
import { memoryLog } from '../../support/memory-log.ts';
import { tarOf } from '../../support/raw-archives.ts';
import { createTempDir } from '../../support/temp-dir.ts';

const runs = Number(process.env.GREENROOM_SCHEDULES ?? 150);
// Most of a schedule is waiting, so many of them run side by side.
const sideBySide = 8;
// A small object comes through the HTTP client, a large one past it.
const sizes = [20_480, 409_600] as const;
type Size = (typeof sizes)[number];
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const entryNames = ['a', 'b', 'c'];
/** What is whole: a file, or the files of a folder. */
const served = new Set<string>();
/** An archive of that size, which one may unpack or not. */
function version(size: Size): Buffer {
  const contents = entryNames.map(() => randomBytes(Math.floor(size / 4)));
  const archive = tarOf(...contents.map((content, at) => ({ name: entryNames[at] ?? '', content })));
  const body = Buffer.concat([archive, Buffer.alloc(size - archive.length)]);
  served.add(sha256(body)).add(sha256(Buffer.concat(contents)));
  return body;
}
const versions = new Map<Size, readonly Buffer[]>(
  sizes.map((size) => [size, Array.from({ length: 3 }, () => version(size))]),
);

type Validator = 'strong' | 'weak' | 'date' | 'fresh date' | 'none';

/** The object as a server would give it, by the version and by what its server can say of versions. */
function objectOf(size: Size, version: number, validator: Validator): ServedObject {
  const body = versions.get(size)?.[version] as Buffer;
  const date = new Date((validator === 'date' ? Date.UTC(2020, 0, 1) : Date.now()) + version * 1_000).toUTCString();
  if (validator === 'strong') return { body, etag: `"${version}"` };
  // a weak ETag may be the same for two versions: that is what weak means
  if (validator === 'weak') return { body, etag: 'W/"x"' };
  return validator === 'none' ? { body } : { body, lastModified: date };
}

// what breaks off and what lies meet often: that is where bytes of two versions could be joined
const fault = fc.oneof(
  { weight: 1, arbitrary: fc.constant('none' as const) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('cut' as const, 'cut' as const, 'reset' as const, 'stall' as const),
      at: fc.nat(1000),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'ignore If-Range',
      'no ETag on 206',
      'shifted range',
      'wrong Content-Range',
      'drop Range',
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'hang up',
      '503',
      '429',
      'refuse ranges',
      '416',
      'gzip',
      'no length',
      'chunked',
      'redirect',
    ),
  },
);
type Fault = typeof fault extends fc.Arbitrary<infer T> ? T : never;

const step = fc.record({ fault, version: fc.nat(2) });

type Step = { readonly fault: Fault; readonly version: number };

function reply(request: OriginRequest, at: Step, size: Size, validator: Validator): Reply {
  const object = objectOf(size, at.version, validator);
  const plain = (also: OriginRequest['headers']) => serveObject(object, { ...request, headers: also });
  const { range: _, ...unranged } = request.headers;
  const { 'if-range': __, ...unconditional } = request.headers;
  const right = plain(request.headers);
  if (typeof at.fault === 'object') {
    const { kind, at: thousandth } = at.fault;
    const byte = Math.floor((size * thousandth) / 1_000);
    return kind === 'stall' ? { ...right, stallAt: byte } : { ...right, cutAt: byte, reset: kind === 'reset' };
  }
  switch (at.fault) {
    case 'hang up':
      return { hangUp: true };
    case '503':
    case '429':
      return { status: Number(at.fault), headers: { 'retry-after': '1' } };
    case 'refuse ranges':
      return request.headers.range === undefined ? right : { status: 400 };
    case 'drop Range':
      return plain(unranged);
    case 'ignore If-Range':
      // sends the range of whatever version there is, and honestly says which
      return plain(unconditional);
    case '416':
      return request.headers.range === undefined
        ? right
        : { status: 416, headers: { 'content-range': `bytes */${size}` } };
    case 'gzip':
      return { ...right, headers: { ...right.headers, ...(request.headers.range && { 'content-encoding': 'gzip' }) } };
    case 'wrong Content-Range':
      return right.status === 206 ? { ...right, headers: { ...right.headers, 'content-range': 'bytes x' } } : right;
    case 'shifted range': {
      const from = Number(/=(\d+)/.exec(request.headers.range ?? '')?.[1] ?? 0);
      return from > 10 ? plain({ ...request.headers, range: `bytes=${from - 10}-` }) : right;
    }
    case 'no ETag on 206': {
      const moved = plain(unconditional);
      const headers = { ...moved.headers };
      if (moved.status === 206) delete headers.etag;
      return { ...moved, headers };
    }
    case 'chunked':
      return { ...right, contentLength: 'chunked' };
    // a connection that ends is all that ends such a body: only a whole one is served here
    case 'no length':
      return { ...right, contentLength: 'none' };
    case 'redirect':
      return request.path === '/moved' ? right : { status: 302, headers: { location: '/moved' } };
    case 'none':
      return right;
  }
}

/** Fails if the destination holds anything but nothing or a whole object. */
function check(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  const bytes = stats.isDirectory()
    ? Buffer.concat(entryNames.map((name) => readFileSync(join(path, name))))
    : readFileSync(path);
  assert.ok(served.has(sha256(bytes)), 'spliced or half-made');
}

/** Time that passes two hundred times as fast: ten seconds of silence are fifty milliseconds. */
const haste = 200;
const clock: Clock = {
  now: () => systemClock.now() * haste,
  wallTime: systemClock.wallTime,
  sleep: (ms, signal) => systemClock.sleep(ms / haste, signal),
};

const schedule = fc.record({
  validator: fc.constantFrom<Validator>('strong', 'strong', 'strong', 'weak', 'date', 'fresh date', 'none'),
  size: fc.constantFrom(...sizes),
  // where a digest is known it finds every mistake; the rest must find it without one
  digest: fc.nat(3).map((one) => one === 0),
  mirror: fc.boolean(),
  unpack: fc.boolean(),
  connections: fc.constantFrom('1', 'auto', '4'),
  steps: fc.array(step, { minLength: 1, maxLength: 12 }),
  stops: fc.array(fc.nat(30), { maxLength: 3 }),
});
type Schedule = typeof schedule extends fc.Arbitrary<infer T> ? T : never;

async function play({ validator, size, digest, mirror, unpack, connections, steps, stops }: Schedule): Promise<void> {
  using folder = createTempDir();
  const path = join(folder.path, 'f');
  const room = join(folder.path, '.greenroom');
  const last = steps.at(-1)?.version ?? 0;
  const right = sha256(versions.get(size)?.[last] as Buffer);
  let asked = 0;
  const script = (request: OriginRequest) => {
    check(path);
    // after the schedule the weather is fine
    return reply(request, steps[asked++] ?? { fault: 'none', version: last }, size, validator);
  };
  await using origin = await startOrigin(script);
  await using other = await startOrigin(script);
  const words = [
    'fetch',
    `${origin.url}/f`,
    path,
    '--timeout',
    '10s',
    '--deadline',
    '30h',
    '--connections',
    connections,
  ];
  if (unpack) words.push('--unpack');
  if (digest) words.push('--sha256', right);
  if (digest && mirror) words.push('--mirror', `${other.url}/f`);
  const parsed = parseStep(words);
  if (parsed.kind !== 'fetch') throw new Error('no fetch');
  const hurried = { ...parsed, options: { ...parsed.options, partBytes: Math.ceil(size / 7) } };
  const run = (signal: AbortSignal) =>
    fetch(hurried, { clock, random: { next: () => 0 }, log: memoryLog(), env: {}, signal });
  for (const afterMs of stops) {
    const stop = new AbortController();
    const running = run(stop.signal);
    running.catch(() => {});
    await Promise.race([sleep(afterMs), running.catch(() => {})]);
    stop.abort(new Failure('TERMINATED', 'stopped'));
    await running.catch((failure: Failure) => {
      assert.ok(['TERMINATED', 'INTEGRITY_MISMATCH', 'HTTP_REFUSED'].includes(failure.code), failure.stack);
    });
    check(path);
    orphan(room);
  }
  const outcome = await run(new AbortController().signal).then(
    () => 'done',
    (failure: Failure) => failure.code,
  );
  check(path);
  if (outcome === 'done') {
    assert.ok(existsSync(path));
    if (digest && !unpack) assert.equal(sha256(readFileSync(path)), right);
    const left = existsSync(room) ? readdirSync(room) : [];
    assert.deepEqual(
      left.filter((name) => /\.(part|tree|trash)$/.test(name)),
      [],
    );
  } else {
    // an older version, served whole, is not what the digest names; nothing else may fail
    assert.ok(digest && outcome === 'INTEGRITY_MISMATCH', outcome);
  }
}

test('whatever goes wrong, the destination holds nothing or a whole object', {
  timeout: 600_000 + 1_000 * runs,
}, async (t) => {
  const seed = Number(process.env.GREENROOM_SEED ?? Date.now() % 2 ** 31);
  const seeds = Array.from({ length: Math.min(runs, sideBySide) }, (_, index) => seed + index);
  t.diagnostic(`seeds ${seeds.join(' ')}, ${runs} schedules in all (GREENROOM_SCHEDULES for more)`);
  const numRuns = Math.ceil(runs / seeds.length);
  const property = () =>
    fc.asyncProperty(schedule, async (one) => {
      // a schedule that hangs is a failure with a name, not a test that never ends
      await Promise.race([play(one), hung()]);
    });
  await Promise.all(seeds.map((own) => fc.assert(property(), { numRuns, seed: own, endOnFailure: true })));
});

async function hung(): Promise<never> {
  await sleep(300_000, undefined, { ref: false });
  throw new Error('a schedule did not end within five minutes');
}

/** The runs of this test share a process, which is alive: makes what they left that of a dead one. */
function orphan(room: string): void {
  if (!existsSync(room)) return;
  for (const name of readdirSync(room).filter((one) => /\.[0-9a-f]{12}\.json$/.test(one))) {
    const state = JSON.parse(readFileSync(join(room, name), 'utf8'));
    writeFileSync(join(room, name), JSON.stringify({ ...state, owner: { ...state.owner, started: 'over' } }));
  }
}
