// The image itself: what lies in it, who runs it, and that what is said of it is true.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { docker, given, runHelper } from './docker.ts';

const root = join(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

test('runs as a numeric user that is not root, and carries the labels of the OCI', async () => {
  const { Config } = JSON.parse(await docker('image', 'inspect', '--format', '{{json .}}', given('HELPER')));
  assert.equal(Config.User, '65532:65532');
  assert.equal(Config.Labels['org.opencontainers.image.version'], version);
  for (const name of ['title', 'description', 'licenses', 'created']) {
    assert.ok(Config.Labels[`org.opencontainers.image.${name}`], name);
  }
});

test('prints its version on stdout, without network, rights or a file system that it can write', async () => {
  const { exitCode, container } = await runHelper(['--network=none'], ['version']);
  assert.equal(exitCode, 0);
  assert.equal(await docker('logs', container.id), version);
});

test('any user may run it, as clusters that choose the user themselves do', async () => {
  const { exitCode, log } = await runHelper(['--network=none', '--user=1000730000:0'], ['version']);
  assert.equal(exitCode, 0, log);
});

test('holds nothing that could be run but Node, its libraries and their loader: no shell, and nothing set-uid', async () => {
  const id = await docker('create', `--label=${given('LABEL')}`, given('HELPER'));
  const tar = execFileSync('sh', ['-c', `docker export ${id} | tar -tvf -`], { encoding: 'utf8' });
  const lines = tar.split('\n').map((line) => line.trim().split(/\s+/));
  // what has no contents are the places where Docker mounts its own files
  const files = lines.filter(([mode = '', , sizeBytes]) => mode.startsWith('-') && sizeBytes !== '0');
  const runnable = files.filter(([mode]) => /^-..[xs]/.test(mode ?? '')).map((words) => words.at(-1) ?? '');
  assert.deepEqual(
    runnable.filter((path) => path !== 'usr/bin/node' && !/\/[^/]+\.so\.\d+$/.test(path)),
    [],
  );
  assert.ok(runnable.includes('usr/bin/node'));
  assert.deepEqual(
    files.filter(([mode = '']) => /[sS]/.test(mode)),
    [],
  );
});
