import assert from 'node:assert/strict';
import type { FileHandle } from 'node:fs/promises';
import { test } from 'node:test';
import { Archive } from '../../../../helper/src/unpack/archive.ts';
import { Allowance, ratioFromBytes } from '../../../../helper/src/unpack/limits.ts';

const limits = { maxBytes: 1_000, maxEntries: 2, maxRatio: 10 };
const whole = (bytes: number) => ({ bytes, goesBeyond: async () => false });

test('what is written counts, whatever was announced', () => {
  const allowance = new Allowance(limits, whole(1));
  allowance.announce(1_000);
  allowance.write(600);
  allowance.write(400);
  assert.equal(allowance.written, 1_000);
  assert.throws(() => allowance.write(1), { code: 'TOO_LARGE', hint: /--max-unpacked-size/ });
  assert.throws(() => new Allowance(limits, whole(1)).announce(1_001), { code: 'TOO_LARGE' });
});

test('so many entries are allowed, and not one more', () => {
  const allowance = new Allowance(limits, whole(1));
  allowance.entry();
  allowance.entry();
  assert.throws(() => allowance.entry(), { code: 'TOO_LARGE', hint: /--max-entries/ });
});

test('the ratio counts from 16 MiB on', async () => {
  const small = new Allowance(limits, whole(1));
  await small.produce(ratioFromBytes);
  await assert.rejects(small.produce(1), { code: 'TOO_LARGE', hint: /--max-ratio/ });
  const large = new Allowance(limits, whole(ratioFromBytes));
  await large.produce(10 * ratioFromBytes);
  await assert.rejects(large.produce(1), { code: 'TOO_LARGE' });
});

test('of an archive that is still coming, what is beyond the ratio waits until it is known how large it is', async () => {
  for (const grown of [1, 2]) {
    const archive = new Archive({} as FileHandle);
    archive.grow(ratioFromBytes);
    const allowance = new Allowance(limits, archive);
    await allowance.produce(10 * ratioFromBytes);
    let allowed: string | undefined;
    const waiting = allowance.produce(20).then(
      () => 'allowed',
      ({ code }) => code,
    );
    waiting.then((what) => {
      allowed = what;
    });
    archive.grow(ratioFromBytes + 1);
    await new Promise(setImmediate);
    assert.equal(allowed, undefined);
    archive.grow(ratioFromBytes + grown, true);
    assert.equal(await waiting, grown === 1 ? 'TOO_LARGE' : 'allowed');
  }
});
