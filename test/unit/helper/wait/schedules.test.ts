// test/bench/schedules.ts, which the simulations are made of, says when the helper's loop asks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../../helper/src/core/failure.ts';
import { backoff, delayMs } from '../../../../helper/src/fetch/asking/patience.ts';
import { retry } from '../../../../helper/src/retry/retry.ts';
import { protocols } from '../../../../helper/src/wait/protocols.ts';
import { waitForOne } from '../../../../helper/src/wait/wait-for-one.ts';
import { attemptsMs, fetchPolicies, policies, seeded } from '../../../bench/schedules.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const refused = new Failure('CONNECTION_REFUSED', 'refused');
const never = new AbortController().signal;

for (const kind of ['tcp', 'http', 'dns'] as const) {
  test(`the loop asks for ${kind} at the moments of the schedule`, async () => {
    for (const [seed, readyAtMs] of [900, 30_000, 400_000].entries()) {
      const clock = new VirtualClock();
      const asked: number[] = [];
      const check = async () => {
        asked.push(clock.now());
        return clock.now() >= readyAtMs
          ? ({ kind: 'ready' } as const)
          : ({ kind: 'not-ready', cause: refused } as const);
      };
      const world = { clock, random: { next: seeded(seed) }, signal: never };
      const { pauses } = protocols[kind];
      await waitForOne({ check }, world, { deadlineMs: 900_000, timeoutMs: 3_000, pauses, onNotReady: () => {} });
      assert.deepEqual(asked, attemptsMs(policies[`greenroom ${kind}`], readyAtMs, seeded(seed)));
    }
  });
}

test('the loop of a fetch tries at the moments of the schedule', async () => {
  const clock = new VirtualClock();
  const tried: number[] = [];
  const unavailable = new Failure('HTTP_UNAVAILABLE', '503');
  const once = async () => {
    tried.push(clock.now());
    if (clock.now() < 90_000) throw unavailable;
  };
  const limits = { deadlineMs: 900_000, timeoutMs: Number.POSITIVE_INFINITY, signal: never };
  await retry(once, { clock, random: { next: seeded(7) }, ...limits, backoff, delayMs });
  assert.deepEqual(tried, attemptsMs(fetchPolicies['greenroom fetch'], 90_000, seeded(7)));
});
