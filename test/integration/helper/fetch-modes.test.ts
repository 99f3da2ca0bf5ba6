// Who can read what the built helper has fetched: everybody, whatever the umask that it was started with.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { cleanEnv } from '../../support/environment.ts';
import { tarOf } from '../../support/raw-archives.ts';
import { helperProgram } from '../../support/run-helper.ts';
import { createTempDir } from '../../support/temp-dir.ts';

for (const also of [[], ['--unpack']]) {
  test(`whatever the umask, what is fetched and the folders above it are open ${also.join('')}`, () => {
    using folder = createTempDir();
    chmodSync(folder.path, 0o755);
    const source = folder.write('archive', tarOf({ name: 'd/f', content: 'x' }));
    const path = join(folder.path, 'made', 'deep', 'f');
    const words = [process.execPath, helperProgram, 'fetch', `file://${source}`, path, ...also];
    execFileSync('sh', ['-c', 'umask 077; exec "$@"', 'sh', ...words], { env: cleanEnv(), stdio: 'ignore' });
    const file = also.length === 0 ? path : join(path, 'd', 'f');
    for (let at = file; at !== folder.path; at = dirname(at)) {
      assert.equal((statSync(at).mode & 0o777).toString(8), at === file ? '644' : '755', at);
    }
  });
}
