// Files are replaced whole, or not at all.
import assert from 'node:assert/strict';
import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeFiles } from '../../../../cli/src/manifest/write.ts';
import { createTempDir } from '../../../support/temp-dir.ts';

test('keeps the mode, and a symbolic link what it is', async () => {
  using folder = createTempDir();
  const path = folder.write('app.yaml', 'before');
  chmodSync(path, 0o640);
  const link = join(folder.path, 'link.yaml');
  symlinkSync('app.yaml', link);
  await writeFiles([{ path: link, text: 'after \u00e9' }]);
  assert.equal(readFileSync(path, 'utf8'), 'after \u00e9');
  assert.equal(statSync(path).mode & 0o777, 0o640);
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.deepEqual(readdirSync(folder.path), ['app.yaml', 'link.yaml']);
});

test('writes none where one cannot be written', async () => {
  using folder = createTempDir();
  const path = folder.write('app.yaml', 'before');
  const missing = join(folder.path, 'missing/app.yaml');
  await assert.rejects(
    writeFiles([
      { path, text: 'after' },
      { path: missing, text: 'after' },
    ]),
    /cannot write .*missing/,
  );
  assert.equal(readFileSync(path, 'utf8'), 'before');
  assert.deepEqual(readdirSync(folder.path), ['app.yaml']);
});
