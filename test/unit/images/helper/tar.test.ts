import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { file, link, readTar, writeTar } from '../../../../images/helper/tar.ts';
import { createTempDir } from '../../../support/temp-dir.ts';

const entries = [
  file('usr/bin/program', 'x'.repeat(1_000), 0o755),
  link('usr/lib/name.so', 'name.so.1'),
  file('etc/empty', ''),
];

test('what was written is read back, with the folders above it', () => {
  const read = readTar(writeTar(entries));
  assert.deepEqual(
    [...read.keys()],
    ['etc', 'etc/empty', 'usr', 'usr/bin', 'usr/bin/program', 'usr/lib', 'usr/lib/name.so'],
  );
  assert.equal(read.get('usr/bin/program')?.data.length, 1_000);
  assert.equal(read.get('usr/bin/program')?.mode, 0o755);
  assert.equal(read.get('usr/lib/name.so')?.target, 'name.so.1');
});

test('the bytes do not depend on the order in which entries come', () => {
  assert.deepEqual(writeTar(entries.toReversed()), writeTar(entries));
});

test('tar(1) reads what was written, and what it wrote is read, long names too', () => {
  using folder = createTempDir();
  execFileSync('tar', ['-xf', '-', '-C', folder.path], { input: writeTar(entries) });
  assert.equal(execFileSync('cat', [`${folder.path}/usr/bin/program`]).length, 1_000);
  const long = `${'n'.repeat(120)}.txt`;
  folder.write(long, 'here');
  for (const format of ['gnu', 'posix']) {
    const written = execFileSync('tar', ['--format', format, '-cf', '-', '.'], {
      cwd: folder.path,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const read = readTar(written);
    assert.equal(new TextDecoder().decode(read.get('usr/bin/program')?.data.subarray(0, 2)), 'xx', format);
    assert.equal(new TextDecoder().decode(read.get(long)?.data), 'here', format);
  }
});

test('an archive that is cut is refused, and so is what is none', () => {
  const whole = writeTar(entries);
  assert.throws(() => readTar(whole.subarray(0, whole.length - 2_400)), /ends within/);
  assert.throws(() => readTar(new Uint8Array(512).fill(65)), /no tar header/);
});
