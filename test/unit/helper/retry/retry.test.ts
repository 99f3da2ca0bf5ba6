import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../../helper/src/core/failure.ts';
import { type Attempt, type RetryOptions, retry } from '../../../../helper/src/retry/retry.ts';
import { scriptedRandom } from '../../../support/scripted-random.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const backoff = { initialMs: 100, factor: 2, maxMs: 1_000, jitter: 0.5 };

function options(clock: VirtualClock, changes: Partial<RetryOptions> = {}): RetryOptions {
  return {
    clock,
    random: scriptedRandom(0),
    signal: new AbortController().signal,
    deadlineMs: 60_000,
    timeoutMs: 3_000,
    backoff,
    ...changes,
  };
}

const refused = () => new Failure('CONNECTION_REFUSED', 'refused');
const never = () => new Promise<never>(() => {});

/** Fails so many times, then gives 'ready'. */
const failing = (times: number) => async (attempt: Attempt) => {
  if (attempt.number <= times) throw refused();
  return 'ready';
};

/** Runs and collects the pauses. */
async function run<T>(attemptOnce: (attempt: Attempt) => Promise<T>, changes: Partial<RetryOptions> = {}) {
  const clock = new VirtualClock();
  const pauses: number[] = [];
  const outcome = await retry(
    attemptOnce,
    options(clock, { onFailure: (_, { delayMs }) => pauses.push(delayMs), ...changes }),
  );
  return { outcome, pauses, clock };
}

test('a success at once pauses nowhere', async () => {
  const { outcome, pauses } = await run(failing(0));
  assert.deepEqual(outcome, { kind: 'done', value: 'ready', attempts: 1, elapsedMs: 0 });
  assert.deepEqual(pauses, []);
});

test('pauses grow by the factor up to the longest', async () => {
  const { outcome, pauses } = await run(failing(6));
  assert.deepEqual(pauses, [100, 200, 400, 800, 1_000, 1_000]);
  assert.deepEqual(outcome, { kind: 'done', value: 'ready', attempts: 7, elapsedMs: 3_500 });
});

test('chance shortens a pause by at most the jitter', async () => {
  const { pauses } = await run(failing(3), { random: scriptedRandom(0, 0.5, 0.999_999) });
  assert.deepEqual(pauses, [100, 150, 200]);
});

test('progress begins the pauses and the count of failures anew', async () => {
  const { outcome, pauses } = await run(
    async (attempt) => {
      if (attempt.number === 3) attempt.progress();
      throw refused();
    },
    { maxFailures: 3 },
  );
  assert.deepEqual(pauses, [100, 200, 100, 200]);
  assert.equal(outcome.kind === 'failed' && outcome.exhausted, true);
  assert.equal(outcome.attempts, 5);
});

test('a failure that no retry helps ends it at once', async () => {
  const failure = new Failure('HTTP_REFUSED', '404');
  const { outcome, pauses } = await run(async () => {
    throw failure;
  });
  assert.deepEqual(pauses, []);
  assert.deepEqual(outcome, { kind: 'failed', failure, exhausted: false, attempts: 1, elapsedMs: 0 });
});

test('an error that nobody foresaw is a bug, not a reason to go on', async () => {
  const { outcome } = await run(async () => {
    throw new TypeError('x is not a function');
  });
  assert.equal(outcome.kind === 'failed' && outcome.failure.code, 'BUG');
});

test('an attempt that hangs ends with its timeout and is aborted', async () => {
  const aborted: number[] = [];
  const { outcome } = await run(async (attempt) => {
    attempt.signal.addEventListener('abort', () => aborted.push(attempt.number));
    return attempt.number === 1 ? never() : 'ready';
  });
  assert.deepEqual(aborted, [1, 2]);
  assert.deepEqual(outcome, { kind: 'done', value: 'ready', attempts: 2, elapsedMs: 3_100 });
});

test('attempts that all hang end at the deadline, not after it', async () => {
  const { outcome } = await run(never, { deadlineMs: 10_000 });
  assert.equal(outcome.kind, 'deadline');
  assert.equal(outcome.elapsedMs, 10_000);
  assert.equal(outcome.kind === 'deadline' && outcome.last.code, 'TIMED_OUT');
});

test('the last attempt is made just before the deadline, whatever the pause would be', async () => {
  const startedMs: number[] = [];
  const clock = new VirtualClock();
  const outcome = await retry(
    async () => {
      startedMs.push(clock.now());
      throw refused();
    },
    options(clock, { deadlineMs: 60_000, backoff: { initialMs: 40_000, factor: 2, maxMs: 80_000, jitter: 0 } }),
  );
  assert.deepEqual(startedMs, [0, 40_000, 59_500]);
  assert.equal(outcome.kind === 'deadline' && outcome.last.code, 'CONNECTION_REFUSED');
});

test('attempts that are cheap go on to the very end', async () => {
  const startedMs: number[] = [];
  const clock = new VirtualClock();
  const outcome = await retry(
    async () => {
      startedMs.push(clock.now());
      throw refused();
    },
    options(clock, {
      deadlineMs: 2_000,
      toTheEnd: true,
      backoff: { ...backoff, initialMs: 300, factor: 1, jitter: 0 },
    }),
  );
  assert.deepEqual(startedMs, [0, 300, 600, 900, 1_200, 1_500, 1_800, 1_950]);
  assert.equal(outcome.kind, 'deadline');
});

test('an attempt that the deadline cuts short does not hide the cause before it', async () => {
  const { outcome } = await run(async (attempt) => (attempt.number === 1 ? Promise.reject(refused()) : never()), {
    deadlineMs: 2_000,
  });
  assert.equal(outcome.kind === 'deadline' && outcome.last.code, 'CONNECTION_REFUSED');
  assert.equal(outcome.elapsedMs, 2_000);
});

test('nor is one that was gaining when it was cut short laid at the door of that cause', async () => {
  const { outcome } = await run(
    async (attempt) => {
      if (attempt.number === 1) throw refused();
      attempt.progress();
      return never();
    },
    { deadlineMs: 2_000, timeoutMs: Number.POSITIVE_INFINITY },
  );
  assert.ok(outcome.kind === 'deadline');
  assert.deepEqual([outcome.last.code, outcome.gaining], ['TIMED_OUT', true]);
});

test('a pause may be lengthened, but never over the deadline', async () => {
  const { pauses, outcome } = await run(failing(9), {
    deadlineMs: 10_000,
    delayMs: (_, backoffMs) => backoffMs + 6_000,
  });
  assert.deepEqual(pauses, [6_100, 3_400]);
  assert.equal(outcome.kind, 'deadline');
});

test('an abort ends a pause and an attempt at once, with its reason', async () => {
  for (const attemptOnce of [failing(9), never]) {
    const controller = new AbortController();
    const clock = new VirtualClock();
    const reason = new Failure('TERMINATED', 'stopped');
    const running = retry(attemptOnce, options(clock, { signal: controller.signal }));
    controller.abort(reason);
    await assert.rejects(running, reason);
    assert.equal(clock.now(), 0);
  }
});

test('no attempt is made after an abort', async () => {
  const attempts: number[] = [];
  const signal = AbortSignal.abort(new Failure('TERMINATED', 'stopped'));
  const running = retry(async (attempt) => attempts.push(attempt.number), options(new VirtualClock(), { signal }));
  await assert.rejects(running, { code: 'TERMINATED' });
  assert.deepEqual(attempts, []);
});

/** A clock beside which the process may stand still (SIGSTOP, a node that sleeps). */
class StoppingClock extends VirtualClock {
  #stoodStillMs = 0;
  standStill(durationMs: number): void {
    this.#stoodStillMs += durationMs;
  }
  override now(): number {
    return super.now() + this.#stoodStillMs;
  }
}

test('whoever stood still in a pause until the deadline had passed asks once more, for as long as a last attempt', async () => {
  const clock = new StoppingClock();
  const stand = async () => clock.standStill(100_000);
  const answers = async ({ number, signal }: Attempt) => {
    if (number === 1) throw refused();
    await clock.sleep(499, signal);
    return 'ready';
  };
  const outcome = await retry(answers, options(clock, { pause: stand }));
  assert.deepEqual(outcome, { kind: 'done', value: 'ready', attempts: 2, elapsedMs: 100_499 });

  const late = new StoppingClock();
  const tooLate = await retry(
    async ({ number, signal }) => {
      if (number === 1) throw refused();
      await late.sleep(501, signal);
    },
    options(late, { pause: async () => late.standStill(100_000) }),
  );
  assert.equal(tooLate.kind, 'deadline');
  assert.deepEqual([tooLate.attempts, tooLate.elapsedMs], [2, 100_500]);
});

test('whoever stood still in an attempt until the deadline had passed asks once more', async () => {
  const clock = new StoppingClock();
  const outcome = await retry(async ({ number }) => {
    if (number > 1) return 'ready';
    clock.standStill(100_000);
    return never();
  }, options(clock));
  assert.deepEqual(outcome, { kind: 'done', value: 'ready', attempts: 2, elapsedMs: 103_000 });
});
