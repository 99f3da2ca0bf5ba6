import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeDuration, formatDuration, parseDuration } from '../../../../helper/src/core/duration.ts';

test('a duration is read by its units', () => {
  const cases: [string, number][] = [
    ['5m', 300_000],
    ['1m30s', 90_000],
    ['250ms', 250],
    ['1.5s', 1_500],
    ['1h2m3s4ms', 3_723_004],
    ['0s', 0],
  ];
  for (const [text, expectedMs] of cases) assert.equal(parseDuration(text), expectedMs, text);
});

test('what is no duration, or has no unit, is refused', () => {
  for (const text of ['', '5', '5 m', '-5s', '5x', 's', '5m5m', '30s1m', '1e3s', '١s']) {
    assert.equal(parseDuration(text), undefined, text);
  }
});

test('what is written is read back as the same number', () => {
  fc.assert(
    fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (ms) => {
      assert.equal(parseDuration(formatDuration(ms)), ms);
    }),
  );
});

test('a measured time is given with no more digits than help', () => {
  assert.deepEqual([0.4, 12.6, 999, 3_240, 59_960, 125_400].map(describeDuration), [
    '0ms',
    '13ms',
    '999ms',
    '3.2s',
    '60s',
    '2m5s',
  ]);
});
