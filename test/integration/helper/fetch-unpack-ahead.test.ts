// fetch --unpack unpacks what has come, while the rest is still to come; and publishes only what is proven.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { parseStep } from '../../../helper/src/contract/step.ts';
import { Failure } from '../../../helper/src/core/failure.ts';
import { fetch } from '../../../helper/src/fetch/fetch.ts';
import type { Clock } from '../../../helper/src/ports/clock.ts';
import { systemClock } from '../../../helper/src/system/clock.ts';
import { type OriginRequest, type Reply, serveObject, startOrigin } from '../../support/http-origin.ts';
import { memoryLog } from '../../support/memory-log.ts';
import { type RawTarEntry, tarEntry, tarOf } from '../../support/raw-archives.ts';
import { startHelper } from '../../support/run-helper.ts';
import { createTempDir, type TempDir } from '../../support/temp-dir.ts';

const withoutXz = spawnSync('xz', ['--version']).status !== 0 && 'left out: xz is not installed';
const packers = {
  tar: (bytes: Buffer) => bytes,
  'tar.gz': (bytes: Buffer) => gzipSync(bytes),
  'tar.zst': (bytes: Buffer) => zstdCompressSync(bytes),
  'tar.xz': (bytes: Buffer) => spawnSync('xz', ['-0c'], { input: bytes, maxBuffer: 2 ** 30 }).stdout,
};

// together larger than what is gathered before it is written, each far smaller than the half
const files = (version: string): RawTarEntry[] =>
  Array.from({ length: 20 }, (_, at) => ({ name: `${version}${at}`, content: randomBytes(100_000).toString('hex') }));
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

// pauses between attempts are cut short
const clock: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms < 10_000 ? Math.min(ms, 10) : ms, signal),
};

/** What is there of one step, on its way and in its place. */
class Site {
  readonly log = memoryLog();
  readonly #folder: TempDir;
  readonly path: string;
  readonly #words: readonly string[];

  constructor(folder: TempDir, url: string, ...words: string[]) {
    this.#folder = folder;
    this.path = join(folder.path, 'site');
    this.#words = ['fetch', `${url}/site`, this.path, '--unpack', '--timeout', '20s', ...words];
  }

  get words(): readonly string[] {
    return this.#words;
  }

  run(signal = new AbortController().signal) {
    const step = parseStep(this.#words);
    if (step.kind !== 'fetch') throw new Error('no fetch');
    return fetch(step, { clock, random: { next: () => 0 }, log: this.log, env: {}, signal });
  }

  async failure(): Promise<Failure> {
    return this.run().then(
      () => assert.fail('it succeeded'),
      (failure) => failure,
    );
  }

  /** What lies beside it but records of what is published. */
  get left(): string[] {
    const room = join(this.#folder.path, '.greenroom');
    return existsSync(room) ? readdirSync(room).filter((name) => !name.endsWith('.tree.json')) : [];
  }

  /** The names that are unpacked, and not published. */
  get staged(): string[] {
    const trees = this.left.filter((name) => name.endsWith('.tree'));
    return trees.flatMap((name) => {
      try {
        return readdirSync(join(this.#folder.path, '.greenroom', name));
      } catch {
        return [];
      }
    });
  }

  /** Fails unless exactly these are published, and nothing is left. */
  check(entries: readonly RawTarEntry[]): void {
    assert.deepEqual(readdirSync(this.path).toSorted(), entries.map(({ name }) => String(name)).toSorted());
    for (const { name, content } of entries) {
      assert.ok(readFileSync(join(this.path, String(name)), 'utf8') === content, `${name} is not what was packed`);
    }
    assert.deepEqual(this.left, []);
  }
}

/** Resolves when it is so; the test's own timeout bounds it. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const half = (body: Buffer): Reply => ({ cutAt: body.length >> 1 });

for (const [format, pack] of Object.entries(packers)) {
  const skip = format === 'tar.xz' && withoutXz;
  test(`what has come of a ${format} is unpacked before the rest of it comes`, { timeout: 60_000, skip }, async () => {
    using folder = createTempDir();
    const entries = files('v');
    const body = pack(tarOf(...entries));
    await using origin = await startOrigin(async (request) => {
      if (request.number === 1) return serveObject({ body, etag: '"1"' }, request, half(body));
      await until(() => site.staged.includes('v0'));
      assert.ok(!existsSync(site.path));
      assert.ok(!site.staged.includes('v19'));
      return serveObject({ body, etag: '"1"' }, request);
    });
    const site = new Site(folder, origin.url, '--sha256', digest(body));
    await site.run();
    assert.deepEqual(
      origin.requests.map(({ headers }) => headers.range !== undefined),
      [false, true],
    );
    site.check(entries);
  });
}

test('a zip is unpacked when it is whole', { timeout: 60_000 }, async () => {
  using folder = createTempDir();
  await using origin = await startOrigin(() => ({ body: Buffer.from('504b0506'.padEnd(44, '0'), 'hex') }));
  const site = new Site(folder, origin.url);
  assert.match((await site.failure()).message, /there is nothing in it/);
  assert.deepEqual(readdirSync(folder.path), []);
});

test('an object that changes midway leaves nothing of what was', { timeout: 60_000 }, async () => {
  for (const words of [[], ['--connections', '4']]) {
    using folder = createTempDir();
    const [before, after] = [files('old'), files('new')];
    const [old, body] = [gzipSync(tarOf(...before)), gzipSync(tarOf(...after))];
    await using origin = await startOrigin(async (request) => {
      if (request.number === 1) return serveObject({ body: old, etag: '"1"' }, request, half(old));
      await until(() => site.staged.includes('old0'));
      return serveObject({ body, etag: '"2"' }, request);
    });
    const site = new Site(folder, origin.url, ...words);
    await site.run();
    site.check(after);
  }
});

test('a digest that is wrong in the end publishes nothing, and leaves nothing', { timeout: 60_000 }, async () => {
  using folder = createTempDir();
  const body = gzipSync(tarOf(...files('v')));
  await using origin = await startOrigin(async (request) => {
    if (request.number === 1) return serveObject({ body, etag: '"1"' }, request, half(body));
    if (request.number === 2) await until(() => site.staged.includes('v0'));
    return serveObject({ body, etag: '"1"' }, request);
  });
  const site = new Site(folder, origin.url, '--sha256', '0'.repeat(64));
  assert.equal((await site.failure()).code, 'INTEGRITY_MISMATCH');
  assert.deepEqual(readdirSync(folder.path), []);
});

const evil: RawTarEntry = { name: '../evil', content: 'x' };
const hostile = tarOf(...files('a'), evil, ...files('b'));
/** The first half of what is hostile, the evil entry being in it; the rest when nothing of it is left on the volume. */
const inTwo = (body: Buffer, site: () => Site) => async (request: OriginRequest) => {
  const cutAt = Math.floor(body.length * 0.7);
  if (request.number === 1) return serveObject({ body, etag: '"1"' }, request, { cutAt });
  await until(() => /nothing more is unpacked/.test(site().log.messages('warn').join()));
  await until(() => !site().left.some((name) => /\.(tree|trash)$/.test(name)));
  return serveObject({ body, etag: '"1"' }, request);
};

for (const words of [[], ['--sha256', digest(hostile)]]) {
  test(`a hostile entry midway frees the volume, and is told in the end (${words[0] ?? 'no digest'})`, {
    timeout: 60_000,
  }, async () => {
    using folder = createTempDir();
    await using origin = await startOrigin(inTwo(hostile, () => site));
    const site = new Site(folder, origin.url, ...words);
    const failure = await site.failure();
    assert.equal(failure.code, 'ARCHIVE_REFUSED');
    assert.match(failure.message, /was fetched, but not unpacked to .*"\.\.\/evil" leads outside/);
    assert.deepEqual(readdirSync(folder.path), []);
  });
}

test('bytes that went wrong on their way are no fault of the archive', { timeout: 60_000 }, async () => {
  using folder = createTempDir();
  const entries = files('v');
  const body = tarOf(...entries);
  const broken = Buffer.from(body);
  // in the header of the second entry, its checksum
  broken.write('999999', tarEntry(entries[0] as RawTarEntry).length + 148);
  await using origin = await startOrigin(async (request) => {
    if (request.number === 1) return serveObject({ body: broken, etag: '"1"' }, request, half(body));
    if (request.number === 2) {
      await until(() => /nothing more is unpacked/.test(site.log.messages('warn').join()));
    }
    return serveObject({ body, etag: '"1"' }, request);
  });
  const site = new Site(folder, origin.url, '--sha256', digest(body));
  await site.run();
  assert.equal(origin.requests.length, 3, 'the half, the rest, and the whole once more');
  site.check(entries);
});

test('killed with SIGKILL midway, the next run goes on and publishes', { timeout: 60_000 }, async () => {
  using folder = createTempDir();
  const entries = files('v');
  const body = zstdCompressSync(tarOf(...entries));
  await using origin = await startOrigin((request) =>
    serveObject({ body, etag: '"1"' }, request, request.number === 1 ? { stallAt: body.length >> 1 } : {}),
  );
  const site = new Site(folder, origin.url);
  const helper = startHelper(site.words);
  await until(() => site.staged.includes('v0'));
  helper.child.kill('SIGKILL');
  await helper.ended;
  assert.ok(!existsSync(site.path));
  const { exitCode, stderr } = await startHelper(site.words).ended;
  assert.equal(exitCode, 0, stderr);
  assert.match(String(origin.requests[1]?.headers.range), /^bytes=[1-9]/);
  site.check(entries);
});

test('stopped midway it ends at once, keeps what came, and leaves no descriptor open', {
  timeout: 60_000,
}, async () => {
  using folder = createTempDir();
  const body = gzipSync(tarOf(...files('v')));
  await using origin = await startOrigin((request) =>
    serveObject({ body, etag: '"1"' }, request, { stallAt: body.length >> 1 }),
  );
  const site = new Site(folder, origin.url);
  const inFolder = () =>
    readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder.path);
      } catch {
        return false;
      }
    });
  const stop = new AbortController();
  const stopped = site.run(stop.signal).then(
    () => assert.fail('it succeeded'),
    (failure: Failure) => failure.code,
  );
  await until(() => site.staged.includes('v0'));
  assert.ok(inFolder().length > 0);
  stop.abort(new Failure('TERMINATED', 'stopped by SIGTERM'));
  assert.equal(await stopped, 'TERMINATED');
  assert.deepEqual(inFolder(), []);
  assert.ok(site.left.some((name) => name.endsWith('.part')));
  assert.ok(!existsSync(site.path));
});
