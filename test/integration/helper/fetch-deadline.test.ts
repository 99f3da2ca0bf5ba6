// What a fetch says at its end: when its time is up, that more was coming, and how much of it is kept.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseStep } from '../../../helper/src/contract/step.ts';
import { describeByteSize } from '../../../helper/src/core/byte-size.ts';
import type { Failure } from '../../../helper/src/core/failure.ts';
import { fetch } from '../../../helper/src/fetch/fetch.ts';
import type { Clock } from '../../../helper/src/ports/clock.ts';
import { systemClock } from '../../../helper/src/system/clock.ts';
import { serveObject, startOrigin } from '../../support/http-origin.ts';
import { JumpingClock } from '../../support/jumping-clock.ts';
import { memoryLog } from '../../support/memory-log.ts';
import { createTempDir } from '../../support/temp-dir.ts';

/** Stands at the beginning until it is told that the deadline has come; pauses take no time. */
function deadlineClock(deadlineMs: number): { readonly clock: Clock; readonly pass: () => void } {
  let nowMs = 0;
  let pass = () => {};
  const passed = new Promise<void>((resolve) => {
    pass = () => {
      nowMs = deadlineMs;
      resolve();
    };
  });
  const pause = (ms: number, signal?: AbortSignal) => (ms < 10_000 ? systemClock.sleep(1, signal) : passed);
  return { clock: { ...systemClock, now: () => nowMs, sleep: pause }, pass: () => pass() };
}

test('time that is up while bytes come is no silence, nor what failed before them', async () => {
  const body = randomBytes(300_000);
  using folder = createTempDir();
  await using origin = await startOrigin((request) =>
    request.number === 1 ? { status: 503 } : serveObject({ body, etag: '"1"' }, request, { stallAt: 150_000 }),
  );
  const { clock, pass } = deadlineClock(3_600_000);
  const step = parseStep(['fetch', `${origin.url}/f`, join(folder.path, 'f'), '--deadline', '1h', '--timeout', '1h']);
  assert.ok(step.kind === 'fetch');
  const { signal } = new AbortController();
  const result = fetch(step, { clock, random: { next: () => 0 }, log: memoryLog(), env: {}, signal });
  const room = join(folder.path, '.greenroom');
  const kept = () => {
    const name = existsSync(room) ? readdirSync(room).find((one) => one.endsWith('.part')) : undefined;
    return name === undefined ? 0 : statSync(join(room, name)).size;
  };
  while (kept() === 0) await sleep(10);
  pass();
  const failure: Failure = await result.then(
    () => assert.fail('it succeeded'),
    (error) => error,
  );
  assert.equal(failure.code, 'DEADLINE_PASSED');
  assert.equal(failure.details.cause, 'TIMED_OUT');
  const end = `time was up before all of it had come; ${describeByteSize(kept())} of 293.0 KiB are kept for the next try`;
  assert.ok(failure.message.endsWith(end), failure.message);
  assert.match(failure.hint ?? '', /--deadline/);
});

test('whoever waits for another at a cache says for whom, and its deadline counts', async () => {
  const body = randomBytes(1_000);
  const sha256 = createHash('sha256').update(body).digest('hex');
  using folder = createTempDir();
  await using origin = await startOrigin(() => ({ body }));
  const path = join(folder.path, 'f');
  const room = join(folder.path, 'cache', '.greenroom');
  mkdirSync(room, { recursive: true });
  const lock = join(room, `sha256-${sha256}.lock-1`);
  writeFileSync(lock, JSON.stringify({ pod: 'pod-b', processNamespace: 'other', process: 1, started: '1' }));
  const words = ['--sha256', sha256, '--cache', join(folder.path, 'cache'), '--deadline', '1h'];
  const step = parseStep(['fetch', `${origin.url}/f`, path, ...words]);
  assert.ok(step.kind === 'fetch');
  const { signal } = new AbortController();
  const [clock, log] = [new JumpingClock(), memoryLog()];
  const run = () => fetch(step, { clock, random: { next: () => 0 }, log, env: {}, signal });

  let failure: Failure | undefined;
  const failed = run().catch((error) => {
    failure = error;
  });
  while (failure === undefined && !log.messages('warn').some((line) => line.includes('is fetching it'))) {
    clock.jump(1_000);
    await sleep(5);
  }
  clock.jump(3_600_000);
  await failed;
  assert.equal(failure?.code, 'DEADLINE_PASSED');
  assert.match(failure.message, /pod-b is fetching it into the cache/);
  assert.equal(origin.requests.length, 0);
  // silent for a minute, by the clock of the volume
  utimesSync(lock, Date.now() / 1_000 - 61, Date.now() / 1_000 - 61);
  await run();
  assert.equal(origin.requests.length, 1);
  assert.deepEqual(readFileSync(path), body);
});

test('the source is named once, and nothing is left where it stood again', async () => {
  using folder = createTempDir();
  await using origin = await startOrigin(() => ({ status: 302 }));
  const step = parseStep(['fetch', `${origin.url}/f`, join(folder.path, 'f'), '--max-failures', '1']);
  assert.ok(step.kind === 'fetch');
  const { signal } = new AbortController();
  const runtime = { clock: systemClock, random: { next: () => 0 }, log: memoryLog(), env: {}, signal };
  await assert.rejects(fetch(step, runtime), { code: 'GAVE_UP', message: /: HTTP 302 without a Location$/ });
});
