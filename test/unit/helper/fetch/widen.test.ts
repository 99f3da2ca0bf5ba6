import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWidening } from '../../../../helper/src/fetch/widen.ts';

const MiB = 1 << 20;

interface Line {
  /** Bytes a second that a connection gets, by how long it has been open in milliseconds. */
  readonly each: (ageMs: number) => number;
  /** Bytes a second that all get together. */
  readonly all?: number;
  readonly sizeBytes?: number;
  readonly most?: number;
}

/** How many connections there are in turn, each number with the second in which it began. */
function run({ each, all = 10_000 * MiB, sizeBytes = 100_000 * MiB, most = 16 }: Line, seconds = 3): string {
  const widening = createWidening(most);
  const stepMs = 100;
  let opened = [0];
  let bytes = 0;
  const seen = ['1'];
  for (let nowMs = 0; nowMs < seconds * 1_000; nowMs += stepMs) {
    widening.look(nowMs, bytes, sizeBytes - bytes);
    const { connections } = widening;
    if (connections !== opened.length) seen.push(`${connections} at ${(nowMs / 1_000).toFixed(1)}s`);
    opened = [...opened, ...Array<number>(16).fill(nowMs)].slice(0, connections);
    const wanted = opened.reduce((sum, sinceMs) => sum + each(nowMs - sinceMs), 0);
    bytes += (Math.min(all, wanted) * stepMs) / 1_000;
  }
  return seen.join(', ');
}

const steady = (rate: number) => () => rate;

test('where each connection is held back, there are soon as many as may be', () => {
  assert.equal(run({ each: steady(10 * MiB) }), '1, 4 at 0.4s, 16 at 0.8s');
  assert.equal(run({ each: steady(60 * MiB) }), '1, 4 at 0.4s, 16 at 0.8s');
  assert.equal(run({ each: steady(10 * MiB), most: 6 }), '1, 4 at 0.4s, 6 at 0.8s');
});

test('where the line is what limits, it is one again; asked again later, less and less often', () => {
  const line = { each: steady(10 * MiB), all: 12 * MiB };
  assert.equal(run(line), '1, 4 at 0.4s, 1 at 0.8s');
  assert.equal(run(line, 16), '1, 4 at 0.4s, 1 at 0.8s, 4 at 5.0s, 1 at 5.4s, 4 at 13.6s, 1 at 14.0s');
  assert.equal(run({ each: steady(10 * MiB), all: 41 * MiB }), '1, 4 at 0.4s, 16 at 0.8s, 4 at 1.2s');
});

test('a connection that still gains speed is waited for', () => {
  const rising = (ageMs: number) => Math.min(50, 2 ** (ageMs / 200)) * MiB;
  assert.match(run({ each: rising }), /^1, 4 at 1\.[4-8]s/);
});

test('nothing is tried on a fast line, for what is over in a moment, before anything came, or where one is the most', () => {
  assert.equal(run({ each: steady(300 * MiB) }), '1');
  assert.equal(run({ each: steady(60 * MiB), sizeBytes: 80 * MiB }), '1');
  assert.equal(run({ each: steady(0) }), '1');
  assert.equal(run({ each: steady(MiB), most: 1 }), '1');
});
