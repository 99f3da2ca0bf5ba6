// The built helper on volumes that are full, read-only, another user's, broken or gone: nothing half, a sentence with
// the cure, and an exit code. The mounts are real ones.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { serveObject, startOrigin } from '../../support/http-origin.ts';
import { cannotLoop, cannotMount, mountAt, mountTmpfs, mountVolume } from '../../support/mounted-volume.ts';
import { tarOf } from '../../support/raw-archives.ts';
import { type HelperEnd, helperProgram, runHelper, startHelper } from '../../support/run-helper.ts';
import { createTempDir } from '../../support/temp-dir.ts';

const MiB = 1 << 20;
const body = Buffer.alloc(4 * MiB, 'greenroom ');
const sha256 = createHash('sha256').update(body).digest('hex');
const nobody = 65_532;
const asRoot = process.getuid?.() === 0 ? false : 'left out: it needs root to become another user';
// the programs of the repository may lie where nobody else may look
const unreadable =
  asRoot === false && spawnSync(process.execPath, [helperProgram, 'help'], { uid: nobody, gid: nobody }).status !== 0
    ? 'left out: another user cannot read the built program'
    : asRoot;

function assertFailed(end: HelperEnd, code: string, says: RegExp, cure: RegExp): void {
  assert.equal(end.exitCode, 3, end.stderr);
  const last = end.log.at(-1) ?? {};
  assert.equal(last.code, code, end.stderr);
  assert.match(String(last.msg), says);
  assert.match(String(last.hint), cure);
  assert.match(end.termination ?? '', new RegExp(`"code":"${code}".*"retryable":false`));
}

const published = (folder: string) => readdirSync(folder).filter((name) => name !== '.greenroom');

test('a volume that is too small is told before the body is asked for', { skip: cannotMount }, async () => {
  using volume = mountTmpfs('size=1m');
  await using origin = await startOrigin((request) => serveObject({ body, etag: '"1"' }, request));
  const end = await runHelper(['fetch', `${origin.url}/a`, join(volume.path, 'a')]);
  assertFailed(end, 'NO_SPACE', /4\.0 MiB are needed, [\d.]+ [KM]iB are free/, /emptyDir\.sizeLimit/);
  assert.deepEqual(readdirSync(volume.path), []);
});

test('a volume that fills up midway ends it at once; nothing is published', { skip: cannotMount }, async () => {
  using volume = mountTmpfs('size=1m');
  await using origin = await startOrigin(() => ({ body, contentLength: 'chunked' }));
  const end = await runHelper(['fetch', `${origin.url}/a`, join(volume.path, 'a')]);
  assertFailed(end, 'NO_SPACE', /no space left/, /emptyDir\.sizeLimit/);
  assert.deepEqual(published(volume.path), []);
  assert.equal(origin.requests.length, 1, 'a full volume is not tried again');
});

test('a volume without inodes is told, and what was unpacked so far is cleared away', {
  skip: cannotMount,
}, async () => {
  using volume = mountTmpfs('size=8m,nr_inodes=40');
  const archive = gzipSync(tarOf(...Array.from({ length: 60 }, (_, at) => ({ name: `f${at}`, content: 'x' }))));
  await using origin = await startOrigin(() => ({ body: archive }));
  const end = await runHelper(['fetch', `${origin.url}/a.tgz`, join(volume.path, 'site'), '--unpack']);
  assertFailed(end, 'NO_SPACE', /no space left/, /inodes/);
  assert.deepEqual(published(volume.path), []);
  assert.deepEqual(
    readdirSync(join(volume.path, '.greenroom')).filter((name) => /tree|trash/.test(name)),
    [],
  );
});

test('an archive that fills the volume leaves no part of the folder', { skip: cannotMount }, async () => {
  using volume = mountTmpfs('size=2m');
  const archive = gzipSync(
    tarOf({ name: 'a', content: Buffer.alloc(MiB, 'a').toString() }, { name: 'b', content: 'b'.repeat(2 * MiB) }),
  );
  await using origin = await startOrigin((request) => serveObject({ body: archive, etag: '"1"' }, request));
  const words = ['fetch', `${origin.url}/a.tgz`, join(volume.path, 'site'), '--unpack'];
  assertFailed(await runHelper(words), 'NO_SPACE', /no space left/, /emptyDir\.sizeLimit/);
  assert.deepEqual(published(volume.path), []);
  // made larger, it is gone on with: the archive is still there
  execFileSync('mount', ['-o', 'remount,size=16m', volume.path]);
  assert.equal((await runHelper(words)).exitCode, 0);
  assert.equal(statSync(join(volume.path, 'site/b')).size, 2 * MiB);
  assert.equal(origin.requests.length, 1);
});

test('a read-only volume is told before anybody is asked', { skip: cannotMount }, async () => {
  using volume = mountTmpfs('size=1m,ro');
  await using origin = await startOrigin(() => ({ body }));
  for (const also of [[], ['--unpack']]) {
    const end = await runHelper(['fetch', `${origin.url}/a`, join(volume.path, 'a'), ...also]);
    assertFailed(end, 'READ_ONLY', /read-only/, /readOnly/);
  }
  assert.equal(origin.requests.length, 0);
});

test('a volume of another user is told with its cure', { skip: unreadable }, async () => {
  using folder = createTempDir();
  chmodSync(folder.path, 0o755);
  await using origin = await startOrigin(() => ({ body }));
  for (const also of [[], ['--unpack']]) {
    const words = ['fetch', `${origin.url}/a`, join(folder.path, 'a'), ...also];
    const end = await startHelper(words, {}, nobody).ended;
    assertFailed(end, 'PERMISSION_DENIED', /permission denied/, /fsGroup/);
  }
  assert.equal(origin.requests.length, 0);
  assert.deepEqual(readdirSync(folder.path), []);
});

test('a user without rights of its own publishes in a folder of its group', { skip: unreadable }, async () => {
  using folder = createTempDir();
  chmodSync(folder.path, 0o777);
  await using origin = await startOrigin(() => ({ body }));
  const end = await startHelper(['fetch', `${origin.url}/a`, join(folder.path, 'a')], {}, nobody).ended;
  assert.equal(end.exitCode, 0, end.stderr);
  assert.equal(statSync(join(folder.path, 'a')).uid, nobody);
  assert.equal(statSync(join(folder.path, 'a')).mode & 0o777, 0o644);
});

test("another user's partial file is no hindrance", { skip: unreadable }, async () => {
  using folder = createTempDir();
  chmodSync(folder.path, 0o777);
  await using origin = await startOrigin((request) =>
    serveObject({ body, etag: '"1"' }, request, request.number === 1 ? { stallAt: MiB } : {}),
  );
  const words = ['fetch', `${origin.url}/a`, join(folder.path, 'a'), '--connections', '1'];
  const first = startHelper(words);
  const room = join(folder.path, '.greenroom');
  const held = () =>
    existsSync(room) && readdirSync(room).some((name) => name.endsWith('.part') && statSync(join(room, name)).size > 0);
  while (!held()) await new Promise((resolve) => setTimeout(resolve, 10));
  first.child.kill('SIGKILL');
  await first.ended;
  const end = await startHelper(words, {}, nobody).ended;
  assert.equal(end.exitCode, 0, end.stderr);
  assert.deepEqual(readFileSync(join(folder.path, 'a')), body);
});

test('names of 255 bytes are taken, longer ones are refused before anybody is asked', async () => {
  using folder = createTempDir();
  await using origin = await startOrigin(() => ({ body: 'x' }));
  assert.equal((await runHelper(['fetch', `${origin.url}/a`, join(folder.path, 'n'.repeat(255))])).exitCode, 0);
  for (const also of [[], ['--unpack']]) {
    const end = await runHelper(['fetch', `${origin.url}/a`, join(folder.path, 'n'.repeat(256)), ...also]);
    assertFailed(end, 'DESTINATION_INVALID', /name is too long/, /255 bytes/);
  }
  assert.equal(origin.requests.length, 1);
});

test('a destination that is itself a mount is refused', { skip: cannotMount }, async () => {
  using folder = createTempDir();
  await using origin = await startOrigin(() => ({ body }));
  const file = folder.write('config', 'mounted by subPath');
  using _ = mountAt(file, ['--bind', folder.write('other', 'subPath')]);
  assertFailed(
    await runHelper(['fetch', `${origin.url}/a`, file]),
    'DESTINATION_INVALID',
    /itself a mount/,
    /without subPath/,
  );
  using volume = mountTmpfs('size=1m');
  const end = await runHelper(['fetch', `${origin.url}/a`, volume.path, '--unpack']);
  assertFailed(end, 'DESTINATION_INVALID', /is a mount/, /subPath/);
  assert.equal(readFileSync(file, 'utf8'), 'subPath');
});

test('an error that shows only when it is flushed is one: nothing is published', {
  skip: cannotLoop('mkfs.ext4'),
}, async () => {
  // a disk that promises more than it has: what is written goes to the page cache, and fails on its way to the disk
  using disk = mountTmpfs('size=6m');
  const image = join(disk.path, 'image');
  execFileSync('truncate', ['-s', '64m', image]);
  execFileSync('mkfs.ext4', ['-q', '-O', '^has_journal', '-E', 'lazy_itable_init=1', '-m', '0', image], {
    stdio: 'pipe',
  });
  using volume = mountVolume(['-o', 'loop', image]);
  const large = Buffer.alloc(24 * MiB, 'greenroom ');
  await using origin = await startOrigin(({ path }) => ({
    body: path === '/a' ? large : tarOf({ name: 'large', content: large.toString() }),
  }));
  for (const words of [['a'], ['site', '--unpack']]) {
    const [name = ''] = words;
    const end = await runHelper(['fetch', `${origin.url}/${name}`, join(volume.path, name), ...words.slice(1)]);
    assert.equal(end.exitCode, 3, end.stderr);
    assert.match(String(end.log.at(-1)?.code), /VOLUME_FAILED|NO_SPACE/);
    assert.ok(!existsSync(join(volume.path, name)));
  }
});

test('a volume that is taken away midway is an error, and nothing lands below it', { skip: cannotMount }, async () => {
  using volume = mountTmpfs('size=16m');
  let goOn = () => {};
  const going = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  await using origin = await startOrigin(async (request) => {
    if (request.number === 1) return { ...serveObject({ body, etag: '"1"' }, request), cutAt: MiB };
    await going;
    return serveObject({ body, etag: '"1"' }, request);
  });
  const helper = startHelper(['fetch', `${origin.url}/a`, join(volume.path, 'a')]);
  while (origin.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  volume.unmount();
  goOn();
  const end = await helper.ended;
  assert.equal(end.exitCode, 3, end.stderr);
  assert.equal(end.log.at(-1)?.code, 'VOLUME_FAILED');
  assert.deepEqual(readdirSync(volume.path), []);
});

test('what is in a read-only cache is used; what is not goes past it', { skip: cannotMount }, async () => {
  using folder = createTempDir();
  const cache = join(folder.path, 'cache');
  mkdirSync(cache);
  writeFileSync(join(cache, `sha256-${sha256}`), body);
  using _ = mountAt(cache, ['--bind', '-o', 'ro', cache]);
  await using origin = await startOrigin(() => ({ body: 'small' }));
  const words = (name: string, digest: string) => [
    'fetch',
    `${origin.url}/${name}`,
    join(folder.path, name),
    '--sha256',
    digest,
    '--cache',
    cache,
  ];
  const hit = await runHelper(words('a', sha256));
  assert.equal(hit.exitCode, 0, hit.stderr);
  assert.match(hit.stderr, /taken from the cache/);
  assert.equal(origin.requests.length, 0);
  const miss = await runHelper(words('b', createHash('sha256').update('small').digest('hex')));
  assert.equal(miss.exitCode, 0, miss.stderr);
  assert.match(miss.stderr, /without the cache: it is not in the cache/);
});

test('a cache whose volume is full is gone without, and nothing of it is left there', {
  skip: cannotMount,
}, async () => {
  using folder = createTempDir();
  using cache = mountTmpfs('size=1m');
  for (const contentLength of [body.length, 'chunked'] as const) {
    await using origin = await startOrigin(() => ({ body, contentLength }));
    const words = [
      'fetch',
      `${origin.url}/a`,
      join(folder.path, String(contentLength)),
      '--sha256',
      sha256,
      '--cache',
      cache.path,
    ];
    const end = await runHelper(words);
    assert.equal(end.exitCode, 0, end.stderr);
    assert.match(end.stderr, /fetching without the cache/);
    assert.deepEqual(readdirSync(join(cache.path, '.greenroom')), []);
  }
});

test("another user's cache is read, and not written to", { skip: unreadable }, async () => {
  using folder = createTempDir();
  chmodSync(folder.path, 0o777);
  const cache = join(folder.path, 'cache');
  mkdirSync(cache, { mode: 0o755 });
  writeFileSync(join(cache, `sha256-${sha256}`), body, { mode: 0o644 });
  await using origin = await startOrigin(() => ({ body }));
  const words = ['fetch', `${origin.url}/a`, join(folder.path, 'a'), '--sha256', sha256, '--cache', cache];
  const hit = await startHelper(words, {}, nobody).ended;
  assert.equal(hit.exitCode, 0, hit.stderr);
  assert.equal(origin.requests.length, 0);
  chmodSync(join(cache, `sha256-${sha256}`), 0o600);
  const miss = await startHelper([...words.slice(0, 2), join(folder.path, 'b'), ...words.slice(3)], {}, nobody).ended;
  assert.equal(miss.exitCode, 0, miss.stderr);
  assert.match(miss.stderr, /cannot be used/);
});

for (const [name, ...make] of [
  ['btrfs', 'mkfs.btrfs', '-q'],
  ['xfs', 'mkfs.xfs', '-q'],
] as const) {
  test(`${name} shares the blocks of what comes out of the cache`, { skip: cannotLoop(make[0]) }, async () => {
    using disk = createTempDir();
    const image = join(disk.path, 'image');
    execFileSync('truncate', ['-s', '512m', image]);
    execFileSync(make[0], [...make.slice(1), image], { stdio: 'pipe' });
    using volume = mountVolume(['-o', 'loop', image]);
    await using origin = await startOrigin((request) => serveObject({ body, etag: '"1"' }, request));
    for (const at of [1, 2]) {
      const path = join(volume.path, `pod-${at}`, 'a');
      const words = ['fetch', `${origin.url}/a`, path, '--sha256', sha256, '--cache', join(volume.path, 'cache')];
      const end = await runHelper(words);
      assert.equal(end.exitCode, 0, end.stderr);
      assert.match(end.stderr, /sharing its blocks/);
      assert.deepEqual(readFileSync(path), body);
    }
    writeFileSync(join(volume.path, 'pod-1/a'), 'changed by an app');
    assert.deepEqual(readFileSync(join(volume.path, 'pod-2/a')), body);
    assert.deepEqual(readFileSync(join(volume.path, 'cache', `sha256-${sha256}`)), body);
    assert.equal(origin.requests.length, 1);
  });
}
