// A wait step that runs in the test's own process, over the real network of the machine.
import assert from 'node:assert/strict';
import { parseStep, type WaitStep } from '../../helper/src/contract/step.ts';
import { Failure } from '../../helper/src/core/failure.ts';
import type { Clock } from '../../helper/src/ports/clock.ts';
import type { Runtime, StepReport } from '../../helper/src/runtime.ts';
import { systemClock } from '../../helper/src/system/clock.ts';
import { systemRandom } from '../../helper/src/system/random.ts';
import { wait } from '../../helper/src/wait/wait.ts';
import { type MemoryLog, memoryLog } from './memory-log.ts';

export interface RunningWait {
  readonly ended: Promise<StepReport>;
  readonly log: MemoryLog;
  /** Resolves with the next line of the log that fits; rejects where it ends without one. */
  readonly saw: (pattern: RegExp) => Promise<void>;
  /** What SIGTERM would do. */
  readonly stop: AbortController;
}

/** Starts the step that the words, without `wait`, stand for. */
export function startWait(words: readonly string[], env: Runtime['env'] = {}, clock: Clock = systemClock): RunningWait {
  const log = memoryLog();
  const stop = new AbortController();
  const waiting: [RegExp, () => void][] = [];
  const push = log.entries.push.bind(log.entries);
  log.entries.push = (...entries) => {
    for (const [pattern, resolve] of waiting) if (pattern.test(entries[0]?.message ?? '')) resolve();
    return push(...entries);
  };
  const runtime = { clock, random: systemRandom, log, env, signal: stop.signal };
  // an attempt that a slow machine cut short would be one more than a test counts
  const patient = words.includes('--timeout') ? words : [...words, '--timeout', '30s'];
  const ended = wait(parseStep(['wait', ...patient]) as WaitStep, runtime);
  ended.catch(() => {});
  const saw = (pattern: RegExp) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    waiting.push([pattern, resolve]);
    const unseen = () => reject(new Error(`it ended, and nothing of it was like ${pattern}`));
    ended.then(unseen, unseen);
    promise.catch(() => {});
    return promise;
  };
  return { ended, log, saw, stop };
}

/** Waits until it says why its target is not ready, then ends it: the message after "not ready:", and the hint. */
export async function firstCause(
  words: readonly string[],
  env: Runtime['env'] = {},
): Promise<{ readonly message: string; readonly hint: string }> {
  // a minute, since nothing is shown by how long it takes
  const waiting = startWait([...words, '--deadline', '60s'], env);
  await Promise.race([waiting.saw(/ not (?:ready|gone): /), waiting.ended]);
  waiting.stop.abort(new Failure('TERMINATED', 'seen enough'));
  await waiting.ended.catch(() => {});
  const line = waiting.log.entries.find(({ message }) => / not (?:ready|gone): /.test(message));
  assert.ok(line !== undefined, `ready: ${words.join(' ')}`);
  return { message: line.message.replace(/^.*? not (?:ready|gone): /, ''), hint: String(line.fields.hint ?? '') };
}

/** The failure that it ends with; anything else is a fault of the test. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const thrown = await promise.then(
    () => assert.fail('did not fail'),
    (reason: unknown) => reason,
  );
  assert.ok(thrown instanceof Failure, String(thrown));
  return thrown;
}
