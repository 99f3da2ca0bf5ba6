// The image as a KRM function: started as kustomize and kpt start one, without arguments, network or rights.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { given } from './docker.ts';

// kyaml, fn/runtime/container: `docker run --rm -i -a … --network none --user nobody --security-opt=no-new-privileges`
const asFunction = ['--rm', '--interactive', '--network=none', '--user=nobody', '--security-opt=no-new-privileges'];

function run(input: string) {
  const args = ['run', `--label=${given('LABEL')}`, ...asFunction, '--read-only', given('HELPER')];
  return spawnSync('docker', args, { input, encoding: 'utf8' });
}

test('given a ResourceList and no arguments, it puts the steps in', () => {
  const folder = join(import.meta.dirname, '../golden/fn/deployment');
  const { status, stdout, stderr } = run(readFileSync(join(folder, 'input.yaml'), 'utf8'));
  assert.equal(status, 0, stderr);
  const kept = readFileSync(join(folder, 'output.yaml'), 'utf8');
  // which image it writes depends on its version alone
  assert.equal(stdout.replace(/greenroom\/helper:[\w.-]+/, 'greenroom/helper:test'), kept);
});

test('given neither, it is the helper that misses its command', () => {
  const { status, stderr } = run('');
  assert.equal(status, 2);
  assert.match(stderr, /no command; it is one of wait/);
});
