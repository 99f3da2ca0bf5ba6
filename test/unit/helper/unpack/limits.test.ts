import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Allowance, ratioFromBytes } from '../../../../helper/src/unpack/limits.ts';

const limits = { maxBytes: 1_000, maxEntries: 2, maxRatio: 10 };

test('what is written counts, whatever was announced', () => {
  const allowance = new Allowance(limits, 1);
  allowance.announce(1_000);
  allowance.write(600);
  allowance.write(400);
  assert.equal(allowance.written, 1_000);
  assert.throws(() => allowance.write(1), { code: 'TOO_LARGE', hint: /--max-unpacked-size/ });
  assert.throws(() => new Allowance(limits, 1).announce(1_001), { code: 'TOO_LARGE' });
});

test('so many entries are allowed, and not one more', () => {
  const allowance = new Allowance(limits, 1);
  allowance.entry();
  allowance.entry();
  assert.throws(() => allowance.entry(), { code: 'TOO_LARGE', hint: /--max-entries/ });
});

test('the ratio counts from 16 MiB on', () => {
  const small = new Allowance(limits, 1);
  small.produce(ratioFromBytes);
  assert.throws(() => small.produce(1), { code: 'TOO_LARGE', hint: /--max-ratio/ });
  const large = new Allowance(limits, ratioFromBytes);
  large.produce(10 * ratioFromBytes);
  assert.throws(() => large.produce(1), { code: 'TOO_LARGE' });
});
