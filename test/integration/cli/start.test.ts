// `npm start`, without what it installs and builds first: the main job on real parts.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { root } from '../../support/read-imports.ts';
import { createTempDir } from '../../support/temp-dir.ts';

function start(tmpdir: string) {
  const child = spawn(process.execPath, [join(root, 'cli/demo/start.ts')], {
    env: { PATH: process.env.PATH, TMPDIR: tmpdir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return { child, output: () => output };
}

test('the page that the app would serve is that of the site, and nothing is left behind', async () => {
  using folder = createTempDir();
  const { child, output } = start(folder.path);
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 0, output());
  const [, source, served] = /source {2}(\d+ bytes.*)\n {2}served {2}(\d+ bytes.*)\n/.exec(output()) ?? [];
  assert.ok(source?.includes('sha256'), output());
  assert.equal(served, source);
  assert.match(output(), /Pod php-updated: the app would start after/);
  assert.match(output(), /Service myappb appears/);
  assert.match(output(), /Deployment my-app: the app would start after/);
  assert.deepEqual(readdirSync(folder.path), []);
});

test('Ctrl-C ends it with 130, with all that it started', async () => {
  using folder = createTempDir();
  const { child, output } = start(folder.path);
  const exit = once(child, 'exit');
  for await (const line of createInterface(child.stderr)) {
    // the wait for the Service has begun; what it finds first, a slow machine may see too late
    if (line.includes('starts: wait dns://myappb')) break;
  }
  child.kill('SIGINT');
  const [code] = (await exit) as [number];
  assert.equal(code, 130, output());
  assert.deepEqual(readdirSync(folder.path), []);
});
