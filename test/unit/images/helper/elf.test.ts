import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readElf, strip } from '../../../../images/helper/elf.ts';
import { createTempDir } from '../../../support/temp-dir.ts';

const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch as string] ?? process.arch;
const isElf = process.platform === 'linux';

test('Node, stripped, is smaller, asks for the same libraries and runs', { skip: !isElf && 'not Linux' }, () => {
  using folder = createTempDir();
  const whole = readFileSync(process.execPath);
  const stripped = strip(whole);
  assert.ok(stripped.length <= whole.length);
  const facts = readElf(stripped, architecture);
  assert.deepEqual(facts, readElf(whole, architecture));
  assert.match(facts.interpreter ?? '', /\/ld-linux/);
  assert.ok(facts.needed.includes('libc.so.6'));
  const path = folder.write('node', stripped);
  chmodSync(path, 0o755);
  assert.equal(execFileSync(path, ['-p', 'process.version'], { encoding: 'utf8' }).trim(), process.version);
});

test('a program for another architecture is refused, and so is what is no program', {
  skip: !isElf && 'not Linux',
}, () => {
  const other = architecture === 'amd64' ? 'arm64' : 'amd64';
  assert.throws(() => readElf(readFileSync(process.execPath), other), new RegExp(`made for ${architecture}`));
  assert.throws(() => readElf(new TextEncoder().encode('#!/bin/sh'), architecture), /no ELF file/);
});
