// What a file may be: not too long, not named for nothing, and free of what ties it to one machine.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { root } from '../support/read-imports.ts';

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && !file.startsWith('test/golden/'));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const sources = tracked.filter((file) => /^(helper|cli)\/.*\.ts$/.test(file));

// one idea a file: most have far less, and a longer one is two
const mostLines = 300;

test('no source file is longer than it can be read at once', () => {
  const long = sources
    .map((file) => [file, read(file).split('\n').length] as const)
    .filter(([, lines]) => lines > mostLines);
  assert.deepEqual(long, []);
});

test('each source file begins with what it is for', () => {
  const silent = sources.filter((file) => !/^(#!.*\n)?(\/\/|\/\*)/.test(read(file)));
  assert.deepEqual(silent, []);
});

test('no file is named for nothing', () => {
  const vague = tracked.filter((file) => /^(utils?|helpers?|common|misc|manager)\.\w+$/.test(basename(file)));
  assert.deepEqual(vague, []);
});

test('the lock file pins no address of a registry', () => {
  const addresses = [...read('package-lock.json').matchAll(/"resolved": "(https?:[^"]*)"/g)].map((match) => match[1]);
  assert.deepEqual(addresses, []);
});

test('the package brings no other package along: both programs are bundled', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
  assert.equal(dependencies, undefined);
  for (const [name, version] of Object.entries(devDependencies ?? {})) assert.match(version, /^\d+\.\d+\.\d+$/, name);
});
