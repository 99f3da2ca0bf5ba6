// fetch --cache: one download for all who share the folder, and nothing in it is trusted.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parseStep } from '../../../helper/src/contract/step.ts';
import type { Failure } from '../../../helper/src/core/failure.ts';
import { fetch } from '../../../helper/src/fetch/fetch.ts';
import type { Clock } from '../../../helper/src/ports/clock.ts';
import { systemClock } from '../../../helper/src/system/clock.ts';
import { type Origin, type Script, serveObject, startOrigin } from '../../support/http-origin.ts';
import { memoryLog } from '../../support/memory-log.ts';
import { tarOf } from '../../support/raw-archives.ts';
import { startHelper } from '../../support/run-helper.ts';
import { createTempDir, type TempDir } from '../../support/temp-dir.ts';

const body = Buffer.from('the model, or what stands for it\n'.repeat(4_000));
const digestOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const entryOf = (bytes: Buffer) => `sha256-${digestOf(bytes)}`;

// pauses between attempts are cut short
const clock: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms < 10_000 ? Math.min(ms, 10) : ms, signal),
};

interface World extends AsyncDisposable {
  readonly folder: TempDir;
  readonly origin: Origin;
  readonly cache: string;
  /** Fetches to a destination of its own; gives the log. */
  readonly run: (name: string, also?: readonly string[], content?: Buffer) => Promise<string>;
  readonly failureOf: (name: string, also?: readonly string[]) => Promise<Failure>;
}

/** An origin that serves `body` at every path, a cache, and pods that fetch. */
async function createWorld(script?: Script): Promise<World> {
  const folder = createTempDir();
  const origin = await startOrigin(script ?? ((request) => serveObject({ body, etag: '"1"' }, request)));
  const cache = join(folder.path, 'cache');
  const run: World['run'] = async (name, also = [], content = body) => {
    const path = join(folder.path, name, 'file');
    const step = parseStep([
      ...['fetch', `${origin.url}/${name}`, path, '--sha256', digestOf(content), '--cache', cache],
      ...also,
    ]);
    if (step.kind !== 'fetch') throw new Error('no fetch');
    const log = memoryLog();
    const signal = new AbortController().signal;
    await fetch(step, { clock, random: { next: () => 0 }, log, env: {}, signal });
    if (!also.includes('--unpack')) assert.deepEqual(readFileSync(path), content);
    return log.messages().join('\n');
  };
  return {
    ...{ folder, origin, cache, run },
    failureOf: (name, also) =>
      run(name, also).then(
        () => assert.fail('it succeeded'),
        (failure) => failure,
      ),
    [Symbol.asyncDispose]: async () => {
      await origin[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

test('the second destination is copied from the cache, verified, and nobody is asked', async () => {
  await using world = await createWorld();
  await world.run('a');
  assert.match(await world.run('b'), /taken from the cache, .* verified/);
  assert.equal(world.origin.requests.length, 1);
  assert.deepEqual(readdirSync(world.cache).toSorted(), ['.greenroom', entryOf(body)]);
  assert.deepEqual(readdirSync(join(world.cache, '.greenroom')), [`${entryOf(body)}.json`], 'no lock is left');
});

test('no name of the entry reaches a destination: writing there changes neither cache nor another pod', async () => {
  await using world = await createWorld();
  await world.run('a');
  await world.run('b');
  writeFileSync(join(world.folder.path, 'a/file'), 'changed by the app');
  assert.equal(statSync(join(world.cache, entryOf(body))).nlink, 1);
  await world.run('c');
  assert.equal(world.origin.requests.length, 1);
});

test('an archive is unpacked from the cache', async () => {
  const archive = gzipSync(tarOf({ name: 'index.html', content: 'it works' }));
  await using world = await createWorld(() => ({ body: archive }));
  await world.run('a', ['--unpack'], archive);
  await world.run('b', ['--unpack'], archive);
  assert.equal(readFileSync(join(world.folder.path, 'b/file/index.html'), 'utf8'), 'it works');
  assert.equal(world.origin.requests.length, 1);
});

for (const [what, spoil] of [
  ['has another byte', (path) => writeFileSync(path, Buffer.concat([body.subarray(0, -1), Buffer.from('x')]))],
  ['was cut short', (path) => truncateSync(path, 10)],
  ['is empty', (path) => truncateSync(path, 0)],
] as const satisfies readonly (readonly [string, (path: string) => void])[]) {
  test(`an entry that ${what} is dropped and downloaded anew`, async () => {
    await using world = await createWorld();
    await world.run('a');
    spoil(join(world.cache, entryOf(body)));
    assert.match(await world.run('b'), /something else under this digest, which was removed/);
    assert.equal(world.origin.requests.length, 2);
    await world.run('c');
    assert.equal(world.origin.requests.length, 2);
  });
}

test('a symbolic link under the name of an entry is removed, and what it leads to is neither read nor written', async () => {
  await using world = await createWorld();
  const secret = world.folder.write('secret', body);
  mkdirSync(world.cache);
  symlinkSync(secret, join(world.cache, entryOf(body)));
  assert.match(await world.run('a'), /symbolic link/);
  assert.equal(world.origin.requests.length, 1);
  assert.ok(lstatSync(join(world.cache, entryOf(body))).isFile());
  assert.deepEqual(readFileSync(secret), body);
});

test('where a folder or a pipe has the name of an entry, it goes without the cache', async () => {
  for (const plant of [(path: string) => mkdirSync(path), (path: string) => execFileSync('mkfifo', [path])]) {
    await using world = await createWorld();
    mkdirSync(world.cache);
    plant(join(world.cache, entryOf(body)));
    assert.match(await world.run('a'), /fetching without the cache: .*no file/);
    assert.ok(!lstatSync(join(world.cache, entryOf(body))).isFile(), 'what is not ours stays');
  }
});

test('a symbolic link in the place of .greenroom is not followed', async () => {
  await using world = await createWorld();
  mkdirSync(world.cache);
  mkdirSync(join(world.folder.path, 'elsewhere'));
  symlinkSync(join(world.folder.path, 'elsewhere'), join(world.cache, '.greenroom'));
  assert.match(await world.run('a'), /\.greenroom: it is no folder/);
  assert.deepEqual(readdirSync(join(world.folder.path, 'elsewhere')), []);
});

test('where the cache cannot be made, it goes without', async () => {
  await using world = await createWorld();
  world.folder.write('cache', 'a file');
  assert.match(await world.run('a'), /nothing can be put into the cache/);
});

test('what does not fit goes past the cache; what was not asked for the longest makes room', async () => {
  const bodies = new Map<string, Buffer>(['a', 'b', 'c'].map((name) => [`/${name}`, Buffer.alloc(100_000, name)]));
  await using world = await createWorld(({ path }) => ({ body: bodies.get(path) ?? Buffer.alloc(0) }));
  const get = (name: string, size = '250k') =>
    world.run(name, ['--cache-size', size], bodies.get(`/${name}`) ?? Buffer.alloc(0));
  assert.match(await get('a', '99k'), /without the cache: .*do not fit/);
  assert.deepEqual(readdirSync(world.cache), ['.greenroom']);
  world.folder.write('cache/notes.txt', 'not ours');
  mkdirSync(join(world.folder.path, 'again'));
  const used = (name: string, seconds: number) =>
    utimesSync(join(world.cache, entryOf(bodies.get(`/${name}`) as Buffer)), seconds, seconds);
  const has = () =>
    ['a', 'b', 'c'].filter((name) => existsSync(join(world.cache, entryOf(bodies.get(`/${name}`) as Buffer))));
  // under another name: that of the first try is there already
  const asName = (name: string) => world.run(`${name}/2`, ['--cache-size', '250k'], bodies.get(`/${name}`));
  bodies.set('/a/2', bodies.get('/a') as Buffer);
  await asName('a');
  await get('b');
  used('a', 2_000);
  used('b', 1_000);
  assert.match(await world.run('a/3', ['--cache-size', '250k'], bodies.get('/a')), /taken from the cache/);
  await get('c');
  assert.deepEqual(has(), ['a', 'c'], 'b was not asked for the longest, though it came later');
  assert.equal(readFileSync(join(world.cache, 'notes.txt'), 'utf8'), 'not ours');
});

test('a failure of the origin is one, and leaves no lock', async () => {
  await using world = await createWorld(() => ({ status: 404 }));
  const { code } = await world.failureOf('a');
  assert.equal(code, 'HTTP_REFUSED');
  assert.deepEqual(readdirSync(join(world.cache, '.greenroom')), []);
});

test('eight programs at once download once; when the one that does is killed, another goes on where it was', {
  timeout: 120_000,
}, async () => {
  using folder = createTempDir();
  const large = Buffer.alloc(4 << 20, 'greenroom ');
  let mayGoOn = () => {};
  const going = new Promise<void>((resolve) => {
    mayGoOn = resolve;
  });
  await using origin = await startOrigin(async (request) => {
    const reply = serveObject({ body: large, etag: '"1"' }, request);
    if (request.number === 1) return { ...reply, stallAt: 2 << 20 };
    await going;
    return reply;
  });
  const cache = join(folder.path, 'cache');
  const words = ['--sha256', digestOf(large), '--cache', cache, '--deadline', '90s'];
  const start = (name: string) =>
    startHelper(['fetch', `${origin.url}/model`, join(folder.path, name, 'model'), ...words]);
  const first = start('pod-0');
  const size = () =>
    Math.max(
      0,
      ...readdirSync(join(cache, '.greenroom'))
        .filter((name) => name.endsWith('.part'))
        .map((name) => statSync(join(cache, '.greenroom', name)).size),
    );
  await first.logged('fetching');
  while (!existsSync(join(cache, '.greenroom')) || size() < 1 << 20) await systemClock.sleep(10);
  const others = Array.from({ length: 7 }, (_, at) => start(`pod-${at + 1}`));
  await Promise.all(others.map(({ logged }) => logged('is fetching it into the cache')));
  assert.equal(origin.requests.length, 1);
  first.child.kill('SIGKILL');
  assert.equal((await first.ended).signal, 'SIGKILL');
  while (origin.requests.length < 2) await systemClock.sleep(10);
  mayGoOn();
  const ends = await Promise.all(others.map(({ ended }) => ended));
  for (const { exitCode, stderr } of ends) assert.equal(exitCode, 0, stderr);
  for (const at of ends.keys()) {
    assert.equal(digestOf(readFileSync(join(folder.path, `pod-${at + 1}`, 'model'))), digestOf(large));
  }
  assert.equal(origin.requests.length, 2, 'one that was killed, and one for all');
  assert.match(String(origin.requests[1]?.headers.range), /^bytes=[1-9]\d*-/, 'the second goes on where the first was');
  assert.deepEqual(readdirSync(join(cache, '.greenroom')), [`${entryOf(large)}.json`]);
});

test('what a killed run left beside the destination goes with the next one that begins anew', async () => {
  const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
  await using world = await createWorld((request) => ({
    ...serveObject({ body, etag: '"1"' }, request),
    headers: { 'repr-digest': digest },
  }));
  await world.run('first');
  const file = join(world.folder.path, 'first', 'file');
  const backstageOf = (name: string) => {
    const room = join(world.folder.path, name, '.greenroom');
    return existsSync(room) ? readdirSync(room) : [];
  };
  const fetchTo = async (name: string, source: string, ...also: readonly string[]) => {
    const step = parseStep(['fetch', source, join(world.folder.path, name, 'file'), ...also]);
    if (step.kind !== 'fetch') throw new Error('no fetch');
    const signal = new AbortController().signal;
    await fetch(step, { clock, random: { next: () => 0 }, log: memoryLog(), env: {}, signal });
  };
  const copies = {
    cached: () => world.run('cached'),
    local: () => fetchTo('local', `file://${file}`),
    // a download that cannot know beforehand what would prove a part of it
    required: () => fetchTo('required', `${world.origin.url}/digest`, '--require-integrity'),
  };
  for (const [name, copy] of Object.entries(copies)) {
    const room = join(world.folder.path, name, '.greenroom');
    mkdirSync(room, { recursive: true });
    const owner = { pod: 'killed', processNamespace: 'pid:[1]', process: 1, started: 'over' };
    const state = { version: 1, source: 'a', validators: {}, sizeBytes: body.length, flushedBytes: 0, boot: '', owner };
    for (const id of ['0123456789ab', 'ba9876543210']) {
      writeFileSync(join(room, `file.${id}.part`), body);
      writeFileSync(join(room, `file.${id}.json`), JSON.stringify(state));
      // of another pod, which only its silence tells from one that is alive
      for (const end of ['part', 'json']) utimesSync(join(room, `file.${id}.${end}`), 1, 1);
    }
    await copy();
    assert.deepEqual(backstageOf(name), ['file.json'], name);
  }
});
