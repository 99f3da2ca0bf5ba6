import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProgress, describeProgress } from '../../../../helper/src/fetch/progress.ts';
import { createStallWatch } from '../../../../helper/src/fetch/stall-watch.ts';

test('silence is counted from the last byte on the socket, and not while the server is told to wait', () => {
  const watch = createStallWatch(0);
  assert.equal(watch.look(1_000, 10, false), 0);
  assert.equal(watch.look(3_000, 10, false), 2_000);
  assert.equal(watch.look(4_000, 11, false), 0);
  assert.equal(watch.look(60_000, 11, true), 0, 'a slow volume is not the fault of the server');
  assert.equal(watch.look(61_000, 11, false), 1_000);
});

test('an hour of download makes less than seventy lines, and the first comes after five seconds', () => {
  const progress = createProgress(0, 0);
  const lines: number[] = [];
  for (let ms = 1_000; ms <= 3_600_000; ms += 1_000) if (progress.look(ms, ms, undefined)) lines.push(ms);
  assert.equal(lines[0], 5_000);
  assert.ok(lines.length > 50 && lines.length < 70, `${lines.length}`);
});

test('a line says how much, how fast and how long yet', () => {
  assert.equal(
    describeProgress(50 << 20, 200 << 20, 10 << 20).message,
    '50.0 MiB of 200.0 MiB (25 %), 10.0 MiB/s, 15s left',
  );
  assert.equal(describeProgress(50 << 20, undefined, 10 << 20).message, '50.0 MiB so far, 10.0 MiB/s');
  assert.equal(describeProgress(0, 200 << 20, 0).message, '0 B of 200.0 MiB (0 %), 0 B/s');
});
