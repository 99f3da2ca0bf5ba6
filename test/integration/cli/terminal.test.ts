// The built program at a real terminal, which `script` of util-linux gives it: questions there, the manifest to a file.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cliProgram } from '../../support/run-cli.ts';
import { createTempDir } from '../../support/temp-dir.ts';

const skip = /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '')
  ? false
  : 'LEFT OUT: script of util-linux is not on the PATH';

/** Types once the first question stands there; gives what the screen showed and how the program ended. */
async function sitDown(folder: string, typed: string): Promise<{ shown: string; exitCode: number }> {
  const command = `${process.execPath} ${cliProgram} new > app.yaml`;
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: folder,
    env: { PATH: process.env.PATH, TERM: 'xterm', SHELL: '/bin/sh' },
  });
  let shown = '';
  let isTyped = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    if (isTyped || !shown.includes('Kind')) return;
    isTyped = true;
    child.stdin.write(typed);
  });
  const [exitCode] = (await once(child, 'close')) as [number];
  return { shown, exitCode };
}

test('new asks on the screen, and writes to where standard output goes', { skip }, async () => {
  using folder = createTempDir();
  const { shown, exitCode } = await sitDown(folder.path, '\rmy-app\rbusybox:1.28\r\rdns://myappb\r\r\r');
  assert.equal(exitCode, 0, shown);
  assert.match(shown, /greenroom new deployment my-app --image busybox:1\.28 --wait dns:\/\/myappb/);
  const text = readFileSync(join(folder.path, 'app.yaml'), 'utf8');
  assert.match(text, /^apiVersion: apps\/v1\nkind: Deployment\n/);
  assert.doesNotMatch(shown, /apiVersion/);
});

test('Ctrl-C leaves nothing', { skip }, async () => {
  using folder = createTempDir();
  const { shown, exitCode } = await sitDown(folder.path, '\rmy-app\r\x03');
  assert.equal(exitCode, 130, shown);
  assert.match(shown, /stopped; nothing was written/);
  assert.equal(readFileSync(join(folder.path, 'app.yaml'), 'utf8'), '');
});
