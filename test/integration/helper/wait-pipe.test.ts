// A pipe where a file is waited for: whoever opens one waits for its writer, and no deadline nor signal ends that.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { runHelper } from '../../support/run-helper.ts';
import { createTempDir } from '../../support/temp-dir.ts';

test('a pipe that nobody writes to is there, and has no content', async () => {
  using folder = createTempDir();
  const path = join(folder.path, 'pipe');
  execFileSync('mkfifo', [path]);
  const there = await runHelper(['wait', `file://${path}`, '--deadline', '20s']);
  assert.equal(there.exitCode, 0, there.stderr);
  const content = await runHelper(['wait', `file://${path}`, '--contains', 'x', '--deadline', '1s']);
  assert.equal(content.exitCode, 124, content.stderr);
});
