import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../../helper/src/core/failure.ts';
import type { Readiness } from '../../../../helper/src/wait/probe.ts';
import { protocols } from '../../../../helper/src/wait/protocols.ts';
import { type Stability, stable } from '../../../../helper/src/wait/stable.ts';
import { waitForOne } from '../../../../helper/src/wait/wait-for-one.ts';
import { scriptedRandom } from '../../../support/scripted-random.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const no: Readiness = { kind: 'not-ready', cause: new Failure('CONNECTION_REFUSED', 'refused') };
const yes: Readiness = { kind: 'ready' };

/** Waits for a probe that answers as scripted, then always ready; notes when it was asked. */
async function run(script: readonly (Readiness | 'hang')[], stability: Stability, deadlineMs = 300_000) {
  const clock = new VirtualClock();
  const askedAtMs: number[] = [];
  const causes: string[] = [];
  const scripted = {
    check: async (): Promise<Readiness> => {
      const said = script[askedAtMs.length] ?? yes;
      askedAtMs.push(clock.now());
      return said === 'hang' ? new Promise(() => {}) : said;
    },
  };
  const world = { clock, random: scriptedRandom(0), signal: new AbortController().signal };
  const outcome = await waitForOne(stable(scripted, stability, clock), world, {
    ...{ deadlineMs, timeoutMs: 3_000, pauses: protocols.tcp.pauses },
    onNotReady: ({ message }) => causes.push(message),
  });
  return { outcome, askedAtMs, causes };
}

test('so many successes in a row are wanted, and the first of them brings short pauses back', async () => {
  const { askedAtMs, causes } = await run([no, no, no, yes, yes, yes], { successes: 3, stableForMs: 0 });
  assert.deepEqual(askedAtMs, [0, 100, 230, 399, 499, 629]);
  assert.deepEqual(causes.slice(3), [
    'ready once, for 0ms; 3 times wanted',
    'ready 2 times in a row, for 100ms; 3 times wanted',
  ]);
});

test('a failure in between begins the count anew', async () => {
  const { outcome } = await run([yes, yes, no, yes, yes, yes], { successes: 3, stableForMs: 0 });
  assert.equal(outcome.attempts, 6);
});

test('an attempt that hangs begins the count anew', async () => {
  const { outcome } = await run([yes, yes, 'hang', yes, yes, yes], { successes: 3, stableForMs: 0 });
  assert.equal(outcome.attempts, 6);
});

test('stable for a time means that the first and the last success lie that far apart', async () => {
  const { askedAtMs, causes } = await run([no], { successes: 1, stableForMs: 2_000 });
  const [, first = 0] = askedAtMs;
  assert.ok((askedAtMs.at(-1) ?? 0) - first >= 2_000 && (askedAtMs.at(-2) ?? 0) - first < 2_000);
  assert.equal(causes.at(-1), 'ready 8 times in a row, for 1.8s; 2s wanted');
});

test('once is enough where nothing else is asked for', async () => {
  const probe = { check: async () => yes };
  assert.equal(stable(probe, { successes: 1, stableForMs: 0 }, new VirtualClock()), probe);
});
