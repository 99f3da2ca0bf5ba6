// Two builds, one digest: the checkout is copied to another folder and built anew there, from its sources on.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { docker, given } from './docker.ts';

const root = join(import.meta.dirname, '../..');
// made by a build; node_modules comes by links, for a copy takes longer than all the rest
const made = ['node_modules', 'dist', '.cache', 'coverage'];

test('a build in another folder gives the image that this one gave, bit by bit', async () => {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const copy = mkdtempSync(join(root, '.cache/again-'));
  try {
    for (const name of readdirSync(root).filter((name) => !made.includes(name))) {
      cpSync(join(root, name), join(copy, name), { recursive: true, verbatimSymlinks: true });
    }
    execFileSync('cp', ['-al', join(root, 'node_modules'), join(copy, 'node_modules')]);
    // the packages of Debian that the first build took; a newer version in between would be no fault
    cpSync(join(root, '.cache/image'), join(copy, '.cache/image'), { recursive: true });
    const archive = join(copy, '.cache/image.tar');
    const words = ['.dev/setup.mjs', 'images/helper/build.ts', '--archive', archive, '--compression', 'none'];
    execFileSync(process.execPath, words, { cwd: copy, stdio: ['ignore', 'ignore', 'inherit'] });

    const read = (path: string) => JSON.parse(execFileSync('tar', ['-xOf', archive, path], { encoding: 'utf8' }));
    const blob = (digest: string) => read(`blobs/${digest.replace(':', '/')}`);
    const { config } = blob(read('index.json').manifests[0].digest);
    const image = JSON.parse(await docker('image', 'inspect', '--format', '{{json .}}', given('HELPER')));
    assert.deepEqual(blob(config.digest).rootfs.diff_ids, image.RootFS.Layers);
    assert.equal(config.digest, image.Id);
  } finally {
    rmSync(copy, { recursive: true });
  }
});
