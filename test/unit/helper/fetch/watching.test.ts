import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProgress, describeProgress } from '../../../../helper/src/fetch/transfer/progress.ts';
import { createStallWatch } from '../../../../helper/src/fetch/transfer/stall-watch.ts';

test('silence is counted from the last byte on the socket, and not while the server is told to wait', () => {
  const watch = createStallWatch(0);
  assert.equal(watch.look(1_000, 10, false).silentMs, 0);
  assert.equal(watch.look(3_000, 10, false).silentMs, 2_000);
  assert.equal(watch.look(4_000, 11, false).silentMs, 0);
  assert.equal(watch.look(60_000, 11, true).silentMs, 0, 'a slow volume is not the fault of the server');
  assert.equal(watch.look(61_000, 11, false).silentMs, 1_000);
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

test('the speed is that of the last minute in which something could come', () => {
  const watch = createStallWatch(0);
  let bytes = 0;
  const look = (ms: number, paused = false) => watch.look(ms, bytes, paused).bytesPerSecond;
  for (let ms = 1_000; ms < 60_000; ms += 1_000) {
    bytes += 1_000;
    assert.equal(look(ms), undefined, 'too soon to tell');
  }
  bytes += 1_000;
  assert.equal(look(60_000), 1_000);
  for (let ms = 61_000; ms <= 90_000; ms += 1_000) look(ms, true);
  assert.equal(look(90_000, true), 1_000, 'a pause of ours is not counted');
  for (let ms = 91_000; ms < 150_000; ms += 1_000) look(ms);
  assert.equal(look(150_000), 0);
});
