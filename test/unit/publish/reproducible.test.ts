// The same commit gives the same bytes, wherever it is built: nothing that is published says where that was.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../support/read-imports.ts';

test('no file of dist/, compiled code included, holds the path of the folder that it was built in', () => {
  const files = globSync('dist/**/*.{js,code,txt,json}', { cwd: root });
  assert.ok(files.some((file) => file.endsWith('.code')));
  const telling = files.filter((file) => {
    const bytes = readFileSync(join(root, file));
    return bytes.includes(root, 0, 'latin1') || bytes.includes(root, 0, 'utf16le');
  });
  assert.deepEqual(telling, []);
});
