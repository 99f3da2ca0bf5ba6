import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as soon } from 'node:timers/promises';
import { takingTurns } from '../../../../helper/src/wait/turns.ts';

const never = new AbortController().signal;

test('so many at once, the others in their order', async () => {
  const turn = takingTurns(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  for (const number of [1, 2, 3, 4]) {
    void turn(never).then((end) => {
      begun.push(number);
      ends.push(end);
    });
  }
  await soon();
  assert.deepEqual(begun, [1, 2]);
  ends[1]?.();
  ends[1]?.();
  await soon();
  assert.deepEqual(begun, [1, 2, 3], 'an end counts once');
  ends[0]?.();
  await soon();
  assert.deepEqual(begun, [1, 2, 3, 4]);
});

test('who gives up while waiting is passed over, and holds nothing', async () => {
  const turn = takingTurns(1);
  const end = await turn(never);
  const stop = new AbortController();
  const given = turn(stop.signal);
  const third = turn(never);
  stop.abort(new Error('enough'));
  await assert.rejects(given, /enough/);
  end();
  (await third)();
  await assert.rejects(turn(stop.signal), /enough/);
  (await turn(never))();
});
