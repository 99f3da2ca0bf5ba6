import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../../helper/src/core/failure.ts';
import type { Goal, Standing } from '../../../../helper/src/wait/progress.ts';
import { brokenFailure, deadlineFailure, stoppedFailure } from '../../../../helper/src/wait/verdict.ts';

const refused = new Failure('CONNECTION_REFUSED', 'connection refused: 10.0.0.7:5432');
const standing = (target: string, given: Partial<Standing> = {}): Standing => ({
  ...{ target, state: 'waiting', attempts: 12, cause: refused, hint: 'Look at the endpoints', causeSinceMs: 0 },
  ...given,
});

const ending = (standings: readonly Standing[], elapsedMs: number, goal: Goal = 'ready') => ({
  goal,
  standings,
  elapsedMs,
});

test('a deadline names the target, the time, the attempts, the cause and the cure', () => {
  const failure = deadlineFailure(ending([standing('tcp://db:5432')], 60_000));
  assert.equal(failure.code, 'DEADLINE_PASSED');
  assert.equal(failure.message, 'tcp://db:5432 not ready after 1m (12 attempts): connection refused: 10.0.0.7:5432');
  assert.equal(failure.hint, 'Look at the endpoints');
  assert.deepEqual(failure.details, {
    target: 'tcp://db:5432',
    attempts: 12,
    elapsedMs: 60_000,
    cause: 'CONNECTION_REFUSED',
  });
});

test('a deadline names everything that is missing and nothing that is ready', () => {
  const missing = new Failure('NAME_NOT_FOUND', 'no such name');
  const failure = deadlineFailure(
    ending(
      [
        standing('tcp://a:1', { state: 'ready' }),
        standing('tcp://b:1'),
        standing('dns://c', { cause: missing, attempts: 3 }),
      ],
      1_500,
    ),
  );
  assert.equal(
    failure.message,
    '2 of 3 targets not ready after 1.5s: tcp://b:1 (12 attempts): connection refused: 10.0.0.7:5432; dns://c (3 attempts): no such name',
  );
  assert.equal(failure.hint, 'Look at the endpoints');
  assert.equal(failure.details.target, 'tcp://b:1 dns://c');
});

test('what is broken ends with its own code', () => {
  const cause = new Failure('USAGE', 'header X: the environment variable Y is not set');
  const failure = brokenFailure(ending([standing('http://a/', { state: 'broken', cause }), standing('tcp://b:1')], 10));
  assert.equal(failure.code, 'USAGE');
  assert.equal(failure.message, 'http://a/ cannot become ready: header X: the environment variable Y is not set');
});

test('SIGTERM is told with what was still missing', () => {
  const failure = stoppedFailure(
    new Failure('TERMINATED', 'stopped by SIGTERM'),
    ending([standing('tcp://b:1')], 2_000),
  );
  assert.equal(failure.code, 'TERMINATED');
  assert.equal(
    failure.message,
    'stopped by SIGTERM after 2s of waiting for tcp://b:1 (12 attempts): connection refused: 10.0.0.7:5432',
  );
});

test('what was to be gone is said to be not gone', () => {
  const cause = new Failure('STILL_THERE', 'it is still there');
  const failure = deadlineFailure(ending([standing('tcp://old:1', { cause })], 1_000, 'gone'));
  assert.equal(failure.message, 'tcp://old:1 not gone after 1s (12 attempts): it is still there');
});
