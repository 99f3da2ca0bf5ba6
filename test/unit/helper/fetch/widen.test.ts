import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWidening } from '../../../../helper/src/fetch/transfer/widen.ts';

const MiB = 1 << 20;

interface Line {
  /** Bytes a second that a connection gets, by how long ago it was answered in milliseconds. */
  readonly each: (ageMs: number) => number;
  /** Bytes a second that all get together. */
  readonly all?: number;
  /** From the decision to open a connection to its answer. */
  readonly setUpMs?: number;
  readonly sizeBytes?: number;
  readonly most?: number;
}

/** How many connections there are in turn, each number with the second in which it began. */
function run(
  { each, all = 10_000 * MiB, setUpMs = 0, sizeBytes = 100_000 * MiB, most = 16 }: Line,
  seconds = 3,
): string {
  const widening = createWidening(most);
  const stepMs = 25;
  let answeredMs = [0];
  let bytes = 0;
  const seen = ['1'];
  for (let nowMs = 0; nowMs < seconds * 1_000; nowMs += stepMs) {
    const ages = answeredMs.map((sinceMs) => nowMs - sinceMs).filter((ageMs) => ageMs >= 0);
    widening.look({ nowMs, bytes, leftBytes: sizeBytes - bytes, answered: ages.length });
    const { connections } = widening;
    if (connections !== answeredMs.length) seen.push(`${connections} at ${(nowMs / 1_000).toFixed(2)}s`);
    answeredMs = [...answeredMs, ...Array<number>(16).fill(nowMs + setUpMs)].slice(0, connections);
    bytes +=
      (Math.min(
        all,
        ages.reduce((sum, ageMs) => sum + each(ageMs), 0),
      ) *
        stepMs) /
      1_000;
  }
  return seen.join(', ');
}

const steady = (rate: number) => () => rate;

test('where each connection is held back, there are soon as many as may be', () => {
  assert.equal(run({ each: steady(10 * MiB) }), '1, 8 at 0.15s, 16 at 0.23s');
  assert.equal(run({ each: steady(60 * MiB) }), '1, 8 at 0.15s, 16 at 0.23s');
  assert.equal(run({ each: steady(10 * MiB), most: 6 }), '1, 6 at 0.15s');
});

test('a connection may take its time to be dialled', () => {
  assert.equal(run({ each: steady(10 * MiB), setUpMs: 450 }), '1, 8 at 0.15s, 16 at 0.68s');
});

test('where the line is what limits, it is one again; asked again later, less and less often', () => {
  const line = { each: steady(10 * MiB), all: 12 * MiB };
  assert.equal(run(line), '1, 8 at 0.15s, 1 at 0.45s');
  assert.equal(run(line, 16), '1, 8 at 0.15s, 1 at 0.45s, 8 at 4.53s, 1 at 4.83s, 8 at 12.90s, 1 at 13.20s');
});

test('where some more bring more, there are as many as that takes, and a reserve', () => {
  assert.equal(run({ each: steady(10 * MiB), all: 15.5 * MiB }), '1, 8 at 0.15s, 3 at 0.45s');
  assert.equal(run({ each: steady(10 * MiB), all: 41 * MiB }), '1, 8 at 0.15s, 6 at 0.45s');
  assert.equal(run({ each: steady(10 * MiB), all: 82 * MiB }), '1, 8 at 0.15s, 16 at 0.23s, 8 at 0.53s');
});

test('a connection that still gains speed is waited for', () => {
  const rising = (ageMs: number) => Math.min(50, 2 ** (ageMs / 100)) * MiB;
  assert.match(run({ each: rising }), /^1, 8 at 0\.[6-8]/);
});

test('a line that seems fast is looked at for longer', () => {
  assert.equal(run({ each: steady(200 * MiB) }), '1, 8 at 0.45s, 16 at 0.53s');
});

test('nothing is tried on a fast line, for what is over in a moment, before anything came, or where one is the most', () => {
  assert.equal(run({ each: steady(300 * MiB) }), '1');
  assert.equal(run({ each: steady(60 * MiB), sizeBytes: 30 * MiB }), '1');
  assert.equal(run({ each: steady(200 * MiB), sizeBytes: 280 * MiB }), '1');
  assert.equal(run({ each: steady(0) }), '1');
  assert.equal(run({ each: steady(MiB), most: 1 }), '1');
});
