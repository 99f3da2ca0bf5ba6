// fetch --unpack against a scripted origin: the folder appears whole or not at all, and once.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parseStep } from '../../../helper/src/contract/step.ts';
import { Failure } from '../../../helper/src/core/failure.ts';
import { fetch } from '../../../helper/src/fetch/fetch.ts';
import type { Clock } from '../../../helper/src/ports/clock.ts';
import type { StepReport } from '../../../helper/src/runtime.ts';
import { systemClock } from '../../../helper/src/system/clock.ts';
import { corpusLimits, hostileArchives } from '../../support/hostile-archives.ts';
import { type Reply, serveObject, startOrigin } from '../../support/http-origin.ts';
import { memoryLog } from '../../support/memory-log.ts';
import { tarOf, zipOf } from '../../support/raw-archives.ts';
import { createTempDir } from '../../support/temp-dir.ts';

const archive = gzipSync(
  tarOf(
    { name: 'site-1.0/index.html', content: '<h1>it works</h1>' },
    { name: 'site-1.0/assets/', type: '5', mode: 0o500 },
    { name: 'site-1.0/assets/style.css', content: 'h1 {}' },
    { name: 'site-1.0/home', type: '2', link: 'index.html' },
  ),
);
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const strip = ['--unpack', '--strip-components', '1'];

// pauses between attempts are cut short
const clock: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms < 10_000 ? Math.min(ms, 10) : ms, signal),
};

function run(
  words: readonly string[],
  signal = new AbortController().signal,
  time: Clock = clock,
): Promise<StepReport> {
  const step = parseStep(['fetch', ...words]);
  if (step.kind !== 'fetch') throw new Error('no fetch');
  return fetch(step, { clock: time, random: { next: () => 0 }, log: memoryLog(), env: {}, signal });
}

const failureOf = (result: Promise<unknown>): Promise<Failure> =>
  result.then(
    () => assert.fail('it succeeded'),
    (failure) => failure,
  );

/** What is left in `.greenroom` but records of what is published. */
const leftovers = (folder: string) =>
  existsSync(join(folder, '.greenroom'))
    ? readdirSync(join(folder, '.greenroom')).filter((name) => !name.endsWith('.tree.json'))
    : [];

function checkSite(path: string): void {
  assert.deepEqual(readdirSync(path).toSorted(), ['assets', 'home', 'index.html']);
  assert.equal(readFileSync(join(path, 'home'), 'utf8'), '<h1>it works</h1>');
  assert.equal(readFileSync(join(path, 'assets/style.css'), 'utf8'), 'h1 {}');
  assert.equal(statSync(join(path, 'assets')).mode & 0o7777, 0o500);
  assert.equal(statSync(path).mode & 0o7777, 0o755);
  chmodSync(join(path, 'assets'), 0o700);
}

test('the folder appears whole, the archive is dropped, and the second run asks nobody', async () => {
  using folder = createTempDir();
  await using origin = await startOrigin((request) => serveObject({ body: archive, etag: '"1"' }, request));
  const path = join(folder.path, 'deeper', 'site');
  const words = [`${origin.url}/site.tar.gz`, `${path}/`, ...strip];
  assert.match((await run(words)).sentence, /site fetched/);
  checkSite(path);
  assert.deepEqual(leftovers(join(folder.path, 'deeper')), []);
  assert.match((await run(words)).sentence, /there already/);
  // what the app does in it is the app's affair
  writeFileSync(join(path, 'upload'), 'x');
  assert.match((await run([...words, '--sha256', digest(archive)])).sentence, /there already/);
  assert.equal(origin.requests.length, 1);
});

test('an empty folder is filled by the switch; one that holds anything is left alone', async () => {
  using folder = createTempDir();
  await using origin = await startOrigin(() => ({ body: archive }));
  const path = join(folder.path, 'site');
  mkdirSync(path);
  await run([`${origin.url}/a.tgz`, path, ...strip]);
  checkSite(path);
  for (const other of [
    [`${origin.url}/b.tgz`, path, ...strip],
    [`${origin.url}/a.tgz`, path, '--unpack'],
    [`${origin.url}/a.tgz`, path, ...strip, '--sha256', '0'.repeat(64)],
  ]) {
    const failure = await failureOf(run(other));
    assert.equal(failure.code, 'DESTINATION_INVALID');
    assert.match(failure.hint ?? '', /not there yet/);
  }
  mkdirSync(join(folder.path, 'other'));
  folder.write('other/mine', 'mine');
  const failure = await failureOf(run([`${origin.url}/a.tgz`, join(folder.path, 'other'), '--unpack']));
  assert.match(failure.message, /there, and not empty/);
  assert.deepEqual(readdirSync(join(folder.path, 'other')), ['mine']);
  assert.equal(origin.requests.length, 1);
});

test('files, symbolic links and mounts cannot be the destination', async () => {
  using folder = createTempDir();
  folder.write('file', '');
  symlinkSync('.', join(folder.path, 'link'));
  for (const [path, says, cure] of [
    [join(folder.path, 'file'), /no folder/, /not there yet/],
    [join(folder.path, 'link'), /symbolic link/, /not there yet/],
    ['/proc', /is a mount/, /such as \/proc\/site;.*subPath: site/],
    ['/', /is a mount/, /such as \/data\/site/],
  ] as const) {
    const failure = await failureOf(run(['http://127.0.0.1:9/a.tgz', path, '--unpack']));
    assert.equal(failure.code, 'DESTINATION_INVALID');
    assert.match(failure.message, says);
    assert.match(failure.hint ?? '', cure);
  }
});

test('cuts and restarts of the origin do not show', async () => {
  using folder = createTempDir();
  const body = gzipSync(
    tarOf(...Array.from({ length: 40 }, (_, at) => ({ name: `f${at}`, content: `${at}`.repeat(at * 300) }))),
    { level: 0 },
  );
  const faults: Partial<Reply>[] = [
    { cutAt: 1_000 },
    { cutAt: 60_000, reset: true },
    { hangUp: true },
    { status: 503 },
  ];
  await using origin = await startOrigin((request) =>
    serveObject({ body, etag: '"1"' }, request, faults[request.number - 1]),
  );
  const path = join(folder.path, 'tree');
  await run([`${origin.url}/a`, path, '--unpack', '--sha256', digest(body)]);
  assert.equal(readdirSync(path).length, 40);
  assert.equal(readFileSync(join(path, 'f39'), 'utf8'), '39'.repeat(39 * 300));
  assert.ok(origin.requests.length > faults.length);
});

test('an archive with the wrong digest is never unpacked', async () => {
  using folder = createTempDir();
  await using origin = await startOrigin(() => ({ body: archive }));
  const failure = await failureOf(
    run([`${origin.url}/a`, join(folder.path, 'site'), '--unpack', '--sha256', '0'.repeat(64)]),
  );
  assert.equal(failure.code, 'INTEGRITY_MISMATCH');
  assert.equal(existsSync(join(folder.path, 'site')), false);
});

test('of a hostile archive nothing is published, and nothing is left', async () => {
  const limits = [
    ...['--max-unpacked-size', String(corpusLimits.maxBytes)],
    ...['--max-entries', String(corpusLimits.maxEntries)],
    ...['--max-ratio', String(corpusLimits.maxRatio)],
  ];
  for (const { title, archive: make, code, says } of hostileArchives) {
    using folder = createTempDir();
    const body = make();
    await using origin = await startOrigin(() => ({ body, headers: { etag: '"1"' } }));
    const failure = await failureOf(run([`${origin.url}/a`, join(folder.path, 'site'), '--unpack', ...limits]));
    assert.ok(failure instanceof Failure, `${title}: ${failure}`);
    assert.equal(failure.code, code, `${title}: ${failure.message}`);
    assert.match(failure.message, says);
    assert.match(failure.message, /was fetched, but not unpacked to .*site: /);
    assert.deepEqual(readdirSync(folder.path), [], title);
  }
});

test('after a faulty archive, the next run takes what the source has then', async () => {
  using folder = createTempDir();
  let body = gzipSync(tarOf({ name: '../evil', content: 'x' }));
  await using origin = await startOrigin((request) => serveObject({ body, etag: `"${digest(body)}"` }, request));
  const words = [`${origin.url}/a`, join(folder.path, 'site'), ...strip];
  await failureOf(run(words));
  body = archive;
  await run(words);
  checkSite(join(folder.path, 'site'));
});

test('two runs at once both succeed, and one of them publishes', async () => {
  using folder = createTempDir();
  await using origin = await startOrigin((request) => serveObject({ body: archive, etag: '"1"' }, request));
  const words = [`${origin.url}/a`, join(folder.path, 'site'), ...strip];
  await Promise.all([run(words), run(words), run(words)]);
  checkSite(join(folder.path, 'site'));
  assert.deepEqual(leftovers(folder.path), []);
});

// not begun before it is whole, see fetch-unpack-ahead.test.ts
const manyFiles = zipOf(...Array.from({ length: 900 }, (_, at) => ({ name: `f${at}`, content: `${at}` })));
const hasBegun = (folder: string) =>
  leftovers(folder).some((name) => name.endsWith('.tree') && readdirSync(join(folder, '.greenroom', name)).length > 0);

test('stopped while it unpacks, it publishes nothing, and keeps the archive', async () => {
  using folder = createTempDir();
  const body = manyFiles;
  const stop = new AbortController();
  await using origin = await startOrigin((request) => serveObject({ body, etag: '"1"' }, request));
  const words = [`${origin.url}/a`, join(folder.path, 'tree'), '--unpack'];
  const stopped = failureOf(run(words, stop.signal));
  while (!hasBegun(folder.path)) await systemClock.sleep(1);
  stop.abort(new Failure('TERMINATED', 'stopped by SIGTERM'));
  assert.equal((await stopped).code, 'TERMINATED');
  assert.equal(existsSync(join(folder.path, 'tree')), false);
  assert.ok(leftovers(folder.path).some((name) => name.endsWith('.part')));
});

test('unpacking counts against the deadline', async () => {
  using folder = createTempDir();
  await using origin = await startOrigin((request) => serveObject({ body: manyFiles, etag: '"1"' }, request));
  // the deadline, as soon as anything is unpacked
  const late: Clock = {
    ...clock,
    sleep: async (ms, signal) => {
      if (ms < 200_000) return clock.sleep(ms, signal);
      while (!hasBegun(folder.path)) {
        signal?.throwIfAborted();
        await systemClock.sleep(1);
      }
    },
  };
  const failure = await failureOf(run([`${origin.url}/a`, join(folder.path, 'tree'), '--unpack'], undefined, late));
  assert.equal(failure.code, 'DEADLINE_PASSED');
  assert.match(failure.message, /was fetched, but not unpacked to .*tree in time/);
  assert.equal(existsSync(join(folder.path, 'tree')), false);
  assert.ok(leftovers(folder.path).some((name) => name.endsWith('.part')));
});

test('a slash at the end of the destination changes nothing', () => {
  const read = (destination: string) => parseStep(['fetch', 'http://a/b.tgz', destination, '--unpack']);
  assert.deepEqual(read('/data/site/'), read('/data/site'));
});

test('options of archives without --unpack, and a mode with it, are faults of usage', () => {
  for (const words of [
    ['--strip-components', '1'],
    ['--include', 'a'],
    ['--unpack', '--mode', '0600'],
  ]) {
    assert.throws(() => parseStep(['fetch', 'http://a/b', '/data/b', ...words]), { code: 'USAGE' });
  }
});
