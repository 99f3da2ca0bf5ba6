// The lock of a cache's entry: one holder, however many ask, and a dead one is followed by one.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Lock, type Locked, takeLock } from '../../../../helper/src/fetch/cache/cache-lock.ts';
import type { Clock } from '../../../../helper/src/ports/clock.ts';
import { systemClock } from '../../../../helper/src/system/clock.ts';
import { createTempDir } from '../../../support/temp-dir.ts';

// the holder's pulse waits until it is let go on
const stopped: Clock = { ...systemClock, sleep: () => new Promise(() => {}) };
const isLock = (taken: Lock | Locked): taken is Lock => 'release' in taken;
const other = JSON.stringify({ pod: 'pod-b', processNamespace: 'pid:[1]', process: 7, started: '99' });

test('of many that ask at once, one gets it; when it is released, the next', async () => {
  using folder = createTempDir();
  const nowMs = async () => Date.now();
  const ask = () => takeLock(folder.path, 'entry', nowMs, stopped);
  const taken = await Promise.all(Array.from({ length: 20 }, ask));
  const [lock, ...more] = taken.filter(isLock);
  assert.equal(more.length, 0);
  assert.ok(!isLock(await ask()));
  await lock?.release();
  assert.deepEqual(readdirSync(folder.path), []);
  assert.ok(isLock(await ask()));
});

test('one that was silent for a minute, by the clock of the volume, is followed by exactly one', async () => {
  using folder = createTempDir();
  const path = folder.write('entry.lock-3', other);
  const later = (ms: number) => {
    const { mtimeMs } = statSync(path);
    return async () => mtimeMs + ms;
  };
  assert.deepEqual(await takeLock(folder.path, 'entry', later(59_999), stopped), { pod: 'pod-b' });
  const now = later(60_000);
  const taken = await Promise.all(Array.from({ length: 20 }, () => takeLock(folder.path, 'entry', now, stopped)));
  assert.equal(taken.filter(isLock).length, 1);
  assert.deepEqual(readdirSync(folder.path), ['entry.lock-4']);
});

test('one whose process is gone is followed at once', async () => {
  using folder = createTempDir();
  const lock = await takeLock(folder.path, 'entry', async () => Date.now(), stopped);
  assert.ok(isLock(lock));
  const [name = ''] = readdirSync(folder.path);
  const path = join(folder.path, name);
  const owner = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...owner, started: '1' }));
  assert.ok(isLock(await takeLock(folder.path, 'entry', async () => Date.now(), stopped)));
});

test('one that is just being written counts as held', async () => {
  using folder = createTempDir();
  folder.write('entry.lock-1', '');
  assert.deepEqual(await takeLock(folder.path, 'entry', async () => Date.now(), stopped), { pod: 'another pod' });
});

test('a holder stamps it by writing, so that the clock of the volume counts', async () => {
  using folder = createTempDir();
  let beat = () => {};
  const clock: Clock = {
    ...systemClock,
    sleep: (_, signal) =>
      new Promise((resolve, reject) => {
        beat = resolve;
        signal?.addEventListener('abort', reject);
      }),
  };
  const lock = await takeLock(folder.path, 'entry', async () => Date.now(), clock);
  assert.ok(isLock(lock));
  const path = join(folder.path, 'entry.lock-1');
  const text = readFileSync(path, 'utf8');
  utimesSync(path, 1_000, 1_000);
  beat();
  while (statSync(path).mtimeMs === 1_000_000) await systemClock.sleep(1);
  assert.equal(readFileSync(path, 'utf8'), text);
  await lock.release();
  assert.ok(!existsSync(path));
});

test('after a long sleep, the lock of another under the same number is not removed', async () => {
  using folder = createTempDir();
  const lock = await takeLock(folder.path, 'entry', async () => Date.now(), stopped);
  assert.ok(isLock(lock));
  const path = join(folder.path, 'entry.lock-1');
  folder.write('theirs', other);
  renameSync(join(folder.path, 'theirs'), path);
  await lock.release();
  assert.equal(readFileSync(path, 'utf8'), other);
});
