// What is left of a container's memory limit, as both versions of cgroups tell it.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { memoryLeft } from '../../../../helper/src/fetch/backstage/free-space.ts';
import { createTempDir } from '../../../support/temp-dir.ts';

const MiB = 1 << 20;

test('pages of files do not count as used: the kernel drops them', () => {
  using folder = createTempDir();
  folder.write('memory.max', `${256 * MiB}\n`);
  folder.write('memory.current', `${200 * MiB}\n`);
  folder.write('memory.stat', `anon 1\nshmem ${30 * MiB}\ninactive_file ${100 * MiB}\nactive_file ${40 * MiB}\n`);
  assert.equal(memoryLeft(folder.path), 196 * MiB);
});

test('version 1 is understood', () => {
  using folder = createTempDir();
  mkdirSync(join(folder.path, 'memory'));
  folder.write('memory/memory.limit_in_bytes', `${256 * MiB}\n`);
  folder.write('memory/memory.usage_in_bytes', `${100 * MiB}\n`);
  folder.write('memory/memory.stat', `total_inactive_file ${10 * MiB}\ntotal_active_file 0\n`);
  assert.equal(memoryLeft(folder.path), 166 * MiB);
});

test('without a limit, or without cgroups, nothing is said', () => {
  using folder = createTempDir();
  assert.equal(memoryLeft(folder.path), undefined);
  folder.write('memory.max', 'max\n');
  folder.write('memory.current', '1\n');
  folder.write('memory.stat', '');
  assert.equal(memoryLeft(folder.path), undefined);
  mkdirSync(join(folder.path, 'memory'));
  // PAGE_COUNTER_MAX: version 1 has no word for none
  folder.write('memory/memory.limit_in_bytes', '9223372036854771712\n');
  assert.equal(memoryLeft(folder.path), undefined);
});
