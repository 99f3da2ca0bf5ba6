import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createPartialFile, highBytes } from '../../../../helper/src/fetch/partial-file.ts';
import { createTempDir } from '../../../support/temp-dir.ts';

test('whoever was told to wait is told to go on, also when a little more came meanwhile', {
  timeout: 20_000,
}, async () => {
  using folder = createTempDir();
  const partial = await createPartialFile(join(folder.path, 'p'), ['sha512']);
  const pieces = [randomBytes(1 << 20), randomBytes(highBytes - (800 << 10))];
  let relieved = false;
  partial.onRelief = () => {
    relieved = true;
  };
  assert.equal(partial.append(pieces[0] as Buffer), false);
  assert.equal(partial.append(pieces[1] as Buffer), true);
  while (!relieved) {
    // what was on its way already
    const late = randomBytes(1);
    pieces.push(late);
    partial.append(late);
    await new Promise(setImmediate);
  }
  await partial.drain();
  const whole = Buffer.concat(pieces);
  assert.deepEqual(readFileSync(partial.path), whole);
  for (const algorithm of ['sha256', 'sha384', 'sha512'] as const) {
    assert.equal(await partial.digest(algorithm), createHash(algorithm).update(whole).digest('hex'));
  }
  await partial.close();
});
