import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  createPartialFile,
  highBytes,
  reopenPartialFile,
  type Writer,
} from '../../../../helper/src/fetch/backstage/partial-file.ts';
import { createTempDir } from '../../../support/temp-dir.ts';

/** @returns what the last piece of it was answered with */
function give(writer: Writer, bytes: Buffer): boolean {
  let full = false;
  for (let rest = bytes; rest.length > 0; ) {
    const room = writer.room();
    const count = Math.min(room.length, rest.length);
    room.set(rest.subarray(0, count));
    rest = rest.subarray(count);
    full = writer.filled(count);
  }
  return full;
}

const digest = (algorithm: string, bytes: Buffer) => createHash(algorithm).update(bytes).digest('hex');

test('whoever was told to wait is told to go on, also when a little more came meanwhile', {
  timeout: 60_000,
}, async () => {
  using folder = createTempDir();
  const partial = await createPartialFile(join(folder.path, 'p'), ['sha512']);
  const pieces = [randomBytes(1 << 20), randomBytes(highBytes)];
  const writer = partial.writer(0);
  let relieved = false;
  writer.onRelief = () => {
    relieved = true;
  };
  assert.equal(give(writer, pieces[0] as Buffer), false);
  assert.equal(give(writer, pieces[1] as Buffer), true);
  while (!relieved) {
    // what was on its way already
    const late = randomBytes(1);
    pieces.push(late);
    give(writer, late);
    await new Promise(setImmediate);
  }
  await partial.drain();
  const whole = Buffer.concat(pieces);
  assert.deepEqual(readFileSync(partial.path), whole);
  assert.equal(partial.bytes, whole.length);
  for (const algorithm of ['sha256', 'sha384', 'sha512'] as const) {
    assert.equal(await partial.digest(algorithm), digest(algorithm, whole));
  }
  await partial.close();
});

test('parts that come in any order give one file with one digest, also of a size that a thread hashes', {
  timeout: 60_000,
}, async () => {
  for (const size of [300_000, 20 << 20]) {
    using folder = createTempDir();
    const whole = randomBytes(size);
    const middle = Math.floor(size / 3);
    const partial = await createPartialFile(join(folder.path, 'p'), []);
    const [first, second] = [partial.writer(0), partial.writer(middle)];
    give(second, whole.subarray(middle));
    assert.equal(partial.bytes, 0);
    give(first, whole.subarray(0, middle - 1));
    await second.end();
    assert.equal(partial.bytes, middle - 1);
    await first.end();
    assert.deepEqual(partial.written, [
      [0, middle - 1],
      [middle, size],
    ]);
    await partial.close();
    const again = await reopenPartialFile(partial.path, partial.written, []);
    give(again.writer(middle - 1), whole.subarray(middle - 1, middle));
    await again.drain();
    assert.deepEqual(again.written, [[0, size]]);
    assert.equal(await again.digest('sha256'), digest('sha256', whole));
    await again.close();
  }
});

test('what two bring of one part is written once: the digest is that of the file', async () => {
  using folder = createTempDir();
  const partial = await createPartialFile(join(folder.path, 'p'), []);
  const good = randomBytes(400_000);
  const [first, slow, ahead] = [partial.writer(0), partial.writer(100_000), partial.writer(300_000)];
  give(ahead, good.subarray(300_000, 350_000));
  await ahead.end();
  give(first, good.subarray(0, 250_000));
  await first.end();
  const before = await partial.digest('sha256');
  assert.equal(before, digest('sha256', good.subarray(0, 250_000)));
  // from within what is there, over what is not, over what is there, to what is not
  const evil = Buffer.from(good.subarray(100_000)).map((byte, at) =>
    (at >= 150_000 && at < 200_000) || at >= 250_000 ? byte : byte ^ 1,
  );
  give(slow, Buffer.from(evil));
  await partial.drain();
  try {
    assert.ok(readFileSync(partial.path).equals(good));
    assert.equal(await partial.digest('sha256'), digest('sha256', good));
  } finally {
    await partial.close();
  }
});

test('nor does it matter who of two that bring the same at once is first', async () => {
  using folder = createTempDir();
  const partial = await createPartialFile(join(folder.path, 'p'), []);
  const writers = [partial.writer(0), partial.writer(0), partial.writer(1 << 20)];
  for (let turn = 0; turn < 8; turn++) for (const writer of writers) give(writer, randomBytes(500_000));
  await partial.drain();
  const there = readFileSync(partial.path);
  assert.equal(there.length, (1 << 20) + 4_000_000);
  try {
    assert.equal(await partial.digest('sha256'), digest('sha256', there));
  } finally {
    await partial.close();
  }
});
