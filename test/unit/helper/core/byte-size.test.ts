import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeByteSize, formatByteSize, parseByteSize } from '../../../../helper/src/core/byte-size.ts';

test('a size is read by its suffix, binary or decimal', () => {
  const cases: [string, number][] = [
    ['0', 0],
    ['1048576', 1_048_576],
    ['1Ki', 1_024],
    ['1.5Gi', 1_610_612_736],
    ['10G', 10_000_000_000],
    ['3k', 3_000],
    ['2M', 2_000_000],
    ['4Mi', 4_194_304],
    ['2T', 2_000_000_000_000],
    ['2Ti', 2_199_023_255_552],
  ];
  for (const [text, expectedBytes] of cases) assert.equal(parseByteSize(text), expectedBytes, text);
});

test('what is no whole number of bytes is refused', () => {
  for (const text of ['', 'Mi', '-1', '1.5', '1 Mi', '1MB', '1mi', '1e3', '99999999Ti']) {
    assert.equal(parseByteSize(text), undefined, text);
  }
});

test('what is written is read back as the same number', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 50 }), (bytes) => {
      assert.equal(parseByteSize(formatByteSize(bytes)), bytes);
    }),
  );
});

test('it is written with the largest suffix that divides it', () => {
  const sizes = [2_048_000_000, 100_000_000, 64 * 2 ** 20, 1.5 * 2 ** 30, 1_000, 1_023];
  assert.deepEqual(sizes.map(formatByteSize), ['2048M', '100M', '64Mi', '1536Mi', '1k', '1023']);
});

test('a measured size is given in the largest unit that fits', () => {
  assert.deepEqual([512, 1_024, 1_536, 10 * 2 ** 30].map(describeByteSize), [
    '512 B',
    '1.0 KiB',
    '1.5 KiB',
    '10.0 GiB',
  ]);
});
