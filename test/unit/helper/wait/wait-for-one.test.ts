import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TargetKind } from '../../../../helper/src/contract/target.ts';
import { formatDuration } from '../../../../helper/src/core/duration.ts';
import { Failure } from '../../../../helper/src/core/failure.ts';
import type { Ask, Probe, Readiness } from '../../../../helper/src/wait/probe.ts';
import { protocols } from '../../../../helper/src/wait/protocols.ts';
import { waitForOne } from '../../../../helper/src/wait/wait-for-one.ts';
import { scriptedRandom } from '../../../support/scripted-random.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const refused = new Failure('CONNECTION_REFUSED', 'connection refused');
const notReady: Readiness = { kind: 'not-ready', cause: refused };

/** Waits for a probe that does as told; notes when it was asked, in virtual milliseconds. */
async function run(check: (ask: Ask, number: number) => Promise<Readiness>, { deadlineMs = 300_000, random = 0 } = {}) {
  const clock = new VirtualClock();
  const askedAtMs: number[] = [];
  const causes: string[] = [];
  const probe: Probe = {
    check: (ask) => {
      askedAtMs.push(clock.now());
      return check(ask, askedAtMs.length);
    },
  };
  const world = { clock, random: scriptedRandom(random), signal: new AbortController().signal };
  const outcome = await waitForOne(probe, world, {
    ...{ deadlineMs, timeoutMs: 3_000, pauses: protocols.tcp.pauses },
    onNotReady: ({ message }) => causes.push(message),
  });
  return { outcome, askedAtMs, causes, clock };
}

test('ready at once needs one attempt and no pause', async () => {
  const { outcome, askedAtMs } = await run(async () => ({ kind: 'ready' }));
  assert.deepEqual({ outcome, askedAtMs }, { outcome: { kind: 'ready', attempts: 1, elapsedMs: 0 }, askedAtMs: [0] });
});

// every kind stands here, so that none changes its pauses unseen
const tcp = [100, 130, 169, 220, 286, 371, 483, 500];
const http = [100, 150, 225, 338, 506, 759, 1000, 1000];
const dns = [250, 400, 640, 1024, 1638, 2000, 2000];
const servers = {
  postgres: http,
  mysql: http,
  redis: http,
  memcached: http,
  nats: http,
  amqp: http,
  grpc: http,
  mongodb: http,
  kafka: http,
};
const everyKind: Readonly<Record<TargetKind, readonly number[]>> = {
  ...{ tcp, unix: tcp, file: tcp, dns, k8s: dns, http, tls: http },
  ...servers,
};
for (const [kind, delaysMs] of Object.entries(everyKind)) {
  test(`the pauses of ${kind} are ${delaysMs.map(formatDuration).join(', ')} without chance`, async () => {
    const clock = new VirtualClock();
    const askedAtMs: number[] = [];
    const probe: Probe = {
      check: async () => {
        askedAtMs.push(clock.now());
        return askedAtMs.length > delaysMs.length ? { kind: 'ready' } : notReady;
      },
    };
    const world = { clock, random: scriptedRandom(0), signal: new AbortController().signal };
    const { pauses } = protocols[kind as keyof typeof protocols];
    await waitForOne(probe, world, { deadlineMs: 300_000, timeoutMs: 3_000, pauses, onNotReady: () => {} });
    assert.deepEqual(
      askedAtMs.slice(1).map((atMs, index) => atMs - (askedAtMs[index] ?? 0)),
      delaysMs,
    );
  });
}

test('after a long wait a pause is a 120th of it, and no longer than the longest', async () => {
  const { askedAtMs } = await run(async () => notReady, { deadlineMs: 600_000 });
  const pauseAt = (ms: number) => {
    const index = askedAtMs.findIndex((atMs) => atMs >= ms);
    return (askedAtMs[index + 1] ?? 0) - (askedAtMs[index] ?? 0);
  };
  assert.deepEqual([30_000, 60_000, 120_000, 500_000].map(pauseAt), [500, 502, 1_008, 2_000]);
});

test('chance takes up to a fifth off each pause', async () => {
  const { askedAtMs } = await run(async (_, number) => (number > 3 ? { kind: 'ready' } : notReady), { random: 1 });
  assert.deepEqual(askedAtMs, [0, 80, 184, 319]);
});

test('attempts that hang end by their timeout, and the deadline holds', async () => {
  const { outcome, askedAtMs, clock } = await run(() => new Promise(() => {}), { deadlineMs: 10_000 });
  assert.equal(outcome.kind, 'not-ready');
  assert.equal(clock.now(), 10_000);
  assert.deepEqual(askedAtMs, [0, 3_100, 6_230, 9_399]);
});

test('an attempt that hangs is aborted, so that it can close what it opened', async () => {
  const aborted: boolean[] = [];
  await run(
    ({ signal }) => {
      signal.addEventListener('abort', () => aborted.push(true));
      return new Promise(() => {});
    },
    { deadlineMs: 7_000 },
  );
  assert.deepEqual(aborted, [true, true, true]);
});

test('a cause says what the attempt hung on', async () => {
  const { causes } = await run(
    ({ onPhase }, number) => {
      onPhase({ kind: 'resolve', name: 'db' });
      if (number > 1) onPhase({ kind: 'connect', endpoint: '10.0.0.7:5432' });
      if (number > 2) onPhase({ kind: 'answer', endpoint: '10.0.0.7:5432' });
      return new Promise(() => {});
    },
    { deadlineMs: 9_000 },
  );
  assert.deepEqual(causes, [
    'no answer in time to the question for the name db',
    'no answer in time to the connection attempt: 10.0.0.7:5432',
    'connected, but no answer in time: 10.0.0.7:5432',
  ]);
});

test('what is broken is not asked again', async () => {
  const cause = new Failure('UNEXPECTED_ANSWER', 'never');
  const { outcome, causes } = await run(async () => ({ kind: 'broken', cause }));
  assert.deepEqual({ outcome, causes }, { outcome: { kind: 'broken', attempts: 1, elapsedMs: 0 }, causes: ['never'] });
});

test('an error that nobody foresaw is broken, never ready', async () => {
  const { outcome, causes } = await run(async () => {
    throw new TypeError('undefined is not a function');
  });
  assert.equal(outcome.kind, 'broken');
  assert.deepEqual(causes, ['undefined is not a function']);
});
