import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../../support/read-imports.ts';

// --archive: needs no Docker, so that nothing but the option is at fault
const build = (...args: string[]) =>
  spawnSync(process.execPath, [join(root, 'images/helper/build.ts'), '--archive=/nowhere/helper.tar', ...args], {
    encoding: 'utf8',
  });

test('an option that it cannot follow is refused with 2, before any work', () => {
  for (const [option = '', said] of [
    ['--compression=lzma', /gzip, zstd or none, not lzma/],
    ['--arch=mips', /no image for mips/],
    ['--arhc=amd64', /'--arhc'/],
  ] as const) {
    const { status, stderr, stdout } = build(option);
    assert.equal(status, 2, stderr);
    assert.match(stderr, said);
    assert.doesNotMatch(stderr, /Making/);
    assert.equal(stdout, '');
  }
});

test('without a Docker engine it ends with 1, and says what to do', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'images/helper/build.ts')], {
    encoding: 'utf8',
    env: { ...process.env, DOCKER_HOST: 'tcp://127.0.0.1:1' },
  });
  assert.equal(status, 1);
  assert.match(stderr, /npm run image -- --archive/);
  assert.doesNotMatch(stderr, /Making/);
});
