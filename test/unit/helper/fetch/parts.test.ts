import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addExtent,
  beginning,
  type Extents,
  gaps,
  totalBytes,
} from '../../../../helper/src/fetch/backstage/extents.ts';
import { nextPart, slowest } from '../../../../helper/src/fetch/transfer/parts.ts';

const MiB = 1 << 20;

test('ranges are kept in order, and those that meet become one', () => {
  const range = fc.tuple(fc.nat(40), fc.nat(40)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  fc.assert(
    fc.property(fc.array(range, { maxLength: 12 }), (ranges) => {
      const there = new Set<number>();
      let extents: Extents = [];
      for (const [from, to] of ranges) {
        extents = addExtent(extents, from, to);
        for (let at = from; at < to; at++) there.add(at);
      }
      const has = (list: Extents, at: number) => list.some(([from, to]) => from <= at && at < to);
      for (let at = 0; at < 45; at++) {
        assert.equal(has(extents, at), there.has(at));
        assert.equal(has(gaps(extents, 45), at), !there.has(at));
      }
      assert.ok(extents.every(([from, to], index) => from < to && from > (extents[index - 1]?.[1] ?? -1)));
      assert.equal(totalBytes(extents), there.size);
      let first = 0;
      while (there.has(first)) first++;
      assert.equal(beginning(extents), first);
    }),
  );
});

test('a free connection takes the next part that nobody brings', () => {
  const size = 1024 * MiB;
  const of = (received: Extents, claimed: Extents, connections: number, rate = 8 * MiB, sizeBytes = size) => {
    const part = nextPart({ sizeBytes, received, claimed, connections, rate });
    return part?.map((at) => at / MiB);
  };
  // alone: all that is missing in one place
  assert.deepEqual(of([[0, 10 * MiB]], [], 1), [10, 1024]);
  assert.deepEqual(
    of(
      [
        [0, 10 * MiB],
        [20 * MiB, size],
      ],
      [],
      1,
    ),
    [10, 20],
  );
  // several: parts of about a second, within bounds
  assert.deepEqual(of([[0, 10 * MiB]], [], 4), [10, 18]);
  assert.deepEqual(of([[0, 10 * MiB]], [], 4, MiB), [10, 14]);
  assert.deepEqual(of([[0, 10 * MiB]], [], 4, 50 * MiB), [10, 26]);
  // on trial: of about a second when they only share what one has
  const onTrial = { sizeBytes: size, received: [], claimed: [], connections: 8, trying: true };
  assert.deepEqual(nextPart({ ...onTrial, rate: 16 * MiB }), [0, 2 * MiB]);
  assert.deepEqual(nextPart({ ...onTrial, rate: MiB }), [0, MiB]);
  assert.deepEqual(nextPart({ ...onTrial, rate: 90 * MiB }), [0, 4 * MiB]);
  assert.deepEqual(of([[0, 10 * MiB]], [[10 * MiB, 18 * MiB]], 4), [18, 26]);
  assert.deepEqual(
    of(
      [
        [0, 10 * MiB],
        [12 * MiB, 14 * MiB],
      ],
      [],
      4,
    ),
    [10, 12],
  );
  // not so far ahead that it is out of the page cache when its turn for the digest comes
  assert.deepEqual(of([[0, 10 * MiB]], [[10 * MiB, 74 * MiB]], 4), undefined);
  assert.deepEqual(of([[0, 10 * MiB]], [[10 * MiB, 73 * MiB]], 4), [73, 81]);
  // at the end smaller ones, so that all end together; and then none
  assert.deepEqual(of([[0, 16 * MiB]], [], 4, MiB, 32 * MiB), [16, 20]);
  assert.deepEqual(of([[0, 16 * MiB]], [], 16, MiB, 18 * MiB), [16, 17]);
  assert.deepEqual(of([[0, 16 * MiB]], [[16 * MiB, 32 * MiB]], 4, MiB, 32 * MiB), undefined);
});

test('the slowest is helped when it is slow beside the others, has had its time, and nobody helps yet', () => {
  const one = { at: 1 * MiB, to: 8 * MiB, elapsedMs: 1_000, bytes: MiB, hedged: false };
  assert.equal(slowest([one], 10 * MiB), one);
  assert.equal(slowest([one], MiB), undefined);
  assert.equal(slowest([{ ...one, hedged: true }], 10 * MiB), undefined);
  assert.equal(slowest([{ ...one, elapsedMs: 400 }], 10 * MiB), undefined);
  assert.equal(slowest([{ ...one, at: one.to }], 10 * MiB), undefined);
  const stuck = { ...one, bytes: 0 };
  assert.equal(slowest([one, stuck], 10 * MiB), stuck);
  assert.equal(slowest([], 10 * MiB), undefined);
  assert.equal(slowest([one], 0), undefined);
});
