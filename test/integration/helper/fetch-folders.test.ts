// The built helper where the folder of a destination is missing, or gone from under its mount: told at once, with the
// true cause. The mounts are real ones.
import assert from 'node:assert/strict';
import { readFileSync, rmdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startOrigin } from '../../support/http-origin.ts';
import { cannotMount, mountAt, mountTmpfs } from '../../support/mounted-volume.ts';
import { runHelper } from '../../support/run-helper.ts';
import { createTempDir } from '../../support/temp-dir.ts';

async function assertRefused(path: string, code: string, says: RegExp, cure: RegExp): Promise<void> {
  const end = await runHelper(['fetch', 'http://127.0.0.1:1/a', path]);
  assert.equal(end.exitCode, 3, end.stderr);
  const { code: told, msg, hint } = end.log.at(-1) ?? {};
  assert.equal(told, code, end.stderr);
  assert.match(String(msg), says);
  assert.match(String(hint), cure);
}

test('missing folders are made', async () => {
  using folder = createTempDir();
  await using origin = await startOrigin(() => ({ body: 'x' }));
  for (const name of ['a/b/c/f', 'a/b/d//./f', 'a/f']) {
    const end = await runHelper(['fetch', `${origin.url}/f`, join(folder.path, name)]);
    assert.equal(end.exitCode, 0, end.stderr);
    assert.equal(readFileSync(join(folder.path, name), 'utf8'), 'x');
  }
});

test('a volume is read-only for a folder that is missing on it as well', { skip: cannotMount }, async () => {
  using volume = mountTmpfs('size=1m,ro');
  await assertRefused(join(volume.path, 'missing/a'), 'READ_ONLY', /read-only/, /readOnly/);
});

test('a volume whose folder was removed on the node is told at once', { skip: cannotMount }, async () => {
  using source = createTempDir();
  using folder = createTempDir();
  using volume = mountAt(folder.path, ['--bind', source.path]);
  rmdirSync(source.path);
  const says = /not there any more, or a symbolic link leads nowhere \(ENOENT/;
  await assertRefused(join(volume.path, 'a'), 'VOLUME_FAILED', says, /the folder behind the volume/);
});

test('a symbolic link that leads nowhere is told', async () => {
  using folder = createTempDir();
  symlinkSync('releases/5', join(folder.path, 'current'));
  for (const name of ['current/a', 'current/sub/a']) {
    await assertRefused(join(folder.path, name), 'VOLUME_FAILED', /a symbolic link leads nowhere/, /Check the path/);
  }
});
