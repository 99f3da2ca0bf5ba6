import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatQuantity, parseQuantity } from '../../../../cli/src/manifest/quantity.ts';

test('a quantity is read as Kubernetes does', () => {
  const cases = [
    ['250m', 0.25],
    ['1', 1],
    ['0.5', 0.5],
    ['64Mi', 67_108_864],
    ['1G', 1e9],
    ['1e3', 1_000],
    ['1Ei', 2 ** 60],
  ] as const;
  for (const [text, expected] of cases) assert.equal(parseQuantity(text), expected, text);
});

test('what is none is told', () => {
  for (const text of ['', '64MB', 'm', '1 Gi', 'lots', '0x10']) assert.equal(parseQuantity(text), undefined, text);
});

test('an amount is written in the unit of its resource', () => {
  assert.deepEqual(
    [formatQuantity('cpu', 0.25), formatQuantity('cpu', 2), formatQuantity('memory', 67_108_864)],
    ['250m', '2', '64Mi'],
  );
});
