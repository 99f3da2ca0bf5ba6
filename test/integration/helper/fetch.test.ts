import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseStep } from '../../../helper/src/contract/step.ts';
import type { Failure } from '../../../helper/src/core/failure.ts';
import { fetch } from '../../../helper/src/fetch/fetch.ts';
import type { Clock } from '../../../helper/src/ports/clock.ts';
import type { StepReport } from '../../../helper/src/runtime.ts';
import { systemClock } from '../../../helper/src/system/clock.ts';
import { type OriginRequest, type Reply, serveObject, startOrigin } from '../../support/http-origin.ts';
import { JumpingClock } from '../../support/jumping-clock.ts';
import { type MemoryLog, memoryLog } from '../../support/memory-log.ts';
import { createTempDir } from '../../support/temp-dir.ts';

const body = randomBytes(300_000);
const changed = randomBytes(300_000);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const etag = '"v1"';

/** A clock whose time is not spent in pauses: only what is shorter than every timeout here is cut short. */
const withoutPauses = (clock: Clock): Clock => ({
  now: () => clock.now(),
  wallTime: () => clock.wallTime(),
  sleep: (ms, signal) => clock.sleep(ms < 10_000 ? Math.min(ms, 10) : ms, signal),
});
const realClock = withoutPauses(systemClock);

interface Run {
  readonly log: MemoryLog;
  readonly result: Promise<StepReport>;
}

function start(words: string[], also: { signal?: AbortSignal; env?: Record<string, string>; clock?: Clock } = {}): Run {
  const log = memoryLog();
  const step = parseStep(['fetch', ...words]);
  if (step.kind !== 'fetch') throw new Error('no fetch');
  const { signal = new AbortController().signal, env = {}, clock = realClock } = also;
  const runtime = { clock, random: { next: () => 0 }, log, env, signal };
  return { log, result: fetch(step, runtime) };
}

const failureOf = (run: Run): Promise<Failure> =>
  run.result.then(
    () => assert.fail('it succeeded'),
    (failure) => failure,
  );

/** What of the helper's is left beside the destination. */
const leftovers = (folder: string) => {
  const room = join(folder, '.greenroom');
  return existsSync(room) ? readdirSync(room).filter((name) => /part|\.[0-9a-f]{12}\./.test(name)) : [];
};

/** How much of a download lies in that folder, unfinished. */
const partBytes = (folder: string) => {
  const parts = leftovers(folder).filter((name) => name.endsWith('.part'));
  return Math.max(0, ...parts.map((name) => statSync(join(folder, '.greenroom', name)).size));
};

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await systemClock.sleep(5);
}

/** The process that left a state is this one, which is alive: makes it another's. @returns the states */
const makeOver = (room: string) =>
  readdirSync(room)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const text = readFileSync(join(room, name), 'utf8');
      const state = JSON.parse(text);
      writeFileSync(join(room, name), JSON.stringify({ ...state, owner: { ...state.owner, started: '1' } }));
      return text;
    });

test('the file appears whole, with its mode and digest, and the second run asks nobody', async () => {
  using folder = createTempDir();
  await using origin = await startOrigin((request) => serveObject({ body, etag }, request));
  const path = join(folder.path, 'a', 'b', 'index.php');
  const words = [`${origin.url}/index.php`, path, '--mode', '0640'];
  const { sentence } = await start(words).result;
  assert.match(sentence, new RegExp(`fetched: 293.0 KiB in .*, sha256 ${sha256(body)}$`));
  assert.deepEqual(readFileSync(path), body);
  assert.equal(statSync(path).mode & 0o7777, 0o640);
  assert.deepEqual(leftovers(join(folder.path, 'a', 'b')), []);
  assert.match((await start(words).result).sentence, /there already/);
  assert.equal(origin.requests.length, 1);
});

test('a file that somebody changed since is fetched again, and so is one from another source', async () => {
  using folder = createTempDir();
  await using origin = await startOrigin((request) => serveObject({ body, etag }, request));
  const path = join(folder.path, 'f');
  await start([`${origin.url}/a`, path]).result;
  writeFileSync(path, changed);
  await start([`${origin.url}/a`, path]).result;
  assert.deepEqual(readFileSync(path), body);
  await start([`${origin.url}/b`, path]).result;
  assert.equal(origin.requests.length, 3);
});

test('with a digest, what is there is proven by reading it, whoever put it there', async () => {
  using folder = createTempDir();
  await using origin = await startOrigin(() => ({ status: 500 }));
  const path = folder.write('f', body);
  const words = [`${origin.url}/a`, path, '--sha256', sha256(body).toUpperCase(), '--mode', '0600'];
  assert.match((await start(words).result).sentence, /there already/);
  assert.equal(statSync(path).mode & 0o7777, 0o600);
  assert.equal(origin.requests.length, 0);
});

test('ending in a slash, the destination takes the name of the source', async () => {
  using folder = createTempDir();
  await using origin = await startOrigin(() => ({ body }));
  await start([`${origin.url}/x/a%20b.bin?v=1`, `${folder.path}/`]).result;
  assert.deepEqual(readFileSync(join(folder.path, 'a b.bin')), body);
  const failure = await failureOf(start([`${origin.url}/x/..%2fpasswd`, `${folder.path}/`]));
  assert.equal(failure.code, 'USAGE');
});

test('what a starting cluster answers is tried again: refused, hung up, 503, 429, a body that breaks', async () => {
  using folder = createTempDir();
  const replies: Reply[] = [
    { hangUp: true },
    { status: 503, headers: { 'retry-after': '1' } },
    { status: 429 },
    { body, cutAt: 100_000 },
    { body, cutAt: 100_000, reset: true },
    { body, contentLength: 'chunked', cutAt: 100_000 },
    { body },
  ];
  await using origin = await startOrigin(({ number }) => replies[number - 1] ?? { status: 500 });
  const path = join(folder.path, 'f');
  const run = start([`${origin.url}/f`, path]);
  assert.equal((await run.result).attempts, replies.length);
  assert.deepEqual(readFileSync(path), body);
  assert.ok(run.log.messages('warn').some((message) => /HTTP 503 .*; trying again in 1s/.test(message)));
});

test('a status that will not change ends it at once, says why, and leaves nothing', async () => {
  using folder = createTempDir();
  for (const status of [400, 401, 403, 404, 410, 501]) {
    await using origin = await startOrigin(() => ({ status, body: 'no' }));
    const failure = await failureOf(start([`${origin.url}/f?sig=secret`, join(folder.path, 'f')]));
    assert.equal(failure.code, 'HTTP_REFUSED');
    assert.match(failure.message, new RegExp(`failed after .* \\(1 attempt\\): HTTP ${status}`));
    assert.ok(!failure.message.includes('secret'));
  }
  assert.deepEqual(readdirSync(folder.path), []);
});

test('the deadline ends it, and the last cause is told', async () => {
  using folder = createTempDir();
  await using origin = await startOrigin(() => ({ status: 503 }));
  const clock = new JumpingClock();
  const run = start([`${origin.url}/f`, join(folder.path, 'f'), '--deadline', '5m'], { clock });
  await until(() => run.log.messages('warn').some((message) => message.includes('HTTP 503')));
  clock.jump(300_000);
  const failure = await failureOf(run);
  assert.equal(failure.code, 'DEADLINE_PASSED');
  assert.equal(failure.details.cause, 'HTTP_UNAVAILABLE');
  assert.match(failure.message, /not fetched to .*\/f within .*: HTTP 503/);
});

test('a server that falls silent, before its answer or within it, is left and asked again', {
  timeout: 60_000,
}, async () => {
  using folder = createTempDir();
  await using origin = await startOrigin((request) =>
    request.number === 1
      ? new Promise<Reply>(() => {})
      : serveObject({ body, etag }, request, request.number === 2 ? { stallAt: 100_000 } : {}),
  );
  const path = join(folder.path, 'f');
  const clock = new JumpingClock();
  const silence = () => clock.jump(600_000);
  const words = [`${origin.url}/f`, path, '--timeout', '10m', '--min-speed', '0', '--deadline', '1000h'];
  const run = start(words, { clock: withoutPauses(clock) });
  await until(() => origin.requests.length === 1);
  silence();
  await until(() => partBytes(folder.path) === 100_000);
  // the silence counts from when somebody looked at what had come
  await until(() => {
    if (run.log.entries.some(({ fields }) => fields.code === 'STALLED')) return true;
    silence();
    return false;
  });
  await run.result;
  assert.deepEqual(readFileSync(path), body);
  assert.deepEqual(
    run.log.entries.flatMap(({ fields }) => (fields.code === undefined ? [] : [fields.code])),
    ['TIMED_OUT', 'STALLED'],
  );
  assert.ok(run.log.messages('warn').some((message) => message.startsWith('nothing came for ')));
  assert.equal(origin.requests[2]?.headers.range, 'bytes=100000-');
});

/** Cuts the first answer, then goes on by the script; gives the requests after the first and the outcome. */
async function resumed(
  first: Reply,
  then: (request: OriginRequest) => Reply,
  words: string[] = [],
): Promise<{ bytes: Buffer | undefined; ranges: (string | undefined)[]; failure: Failure | undefined }> {
  using folder = createTempDir();
  await using origin = await startOrigin((request) =>
    request.number === 1 ? { body, cutAt: 200_000, ...first } : then(request),
  );
  const path = join(folder.path, 'f');
  const failure = await start([`${origin.url}/f`, path, ...words]).result.then(
    () => undefined,
    (error: Failure) => error,
  );
  return {
    bytes: existsSync(path) ? readFileSync(path) : undefined,
    ranges: origin.requests.slice(1).map(({ headers }) => headers.range),
    failure,
  };
}

test('the rest is asked for on the condition that the object is the same, and appended', async () => {
  const lastModified = 'Wed, 01 Jul 2020 00:00:00 GMT';
  const cases: { headers: Record<string, string>; object: Parameters<typeof serveObject>[0] }[] = [
    { headers: { etag }, object: { body, etag } },
    { headers: { 'last-modified': lastModified }, object: { body, lastModified } },
  ];
  for (const { headers, object } of cases) {
    const { bytes, ranges } = await resumed({ headers }, (request) => serveObject(object, request));
    assert.deepEqual(bytes, body);
    assert.deepEqual(ranges, ['bytes=200000-']);
  }
});

test('an object that changed in between is fetched anew, never joined', async () => {
  const lastModified = 'Wed, 01 Jul 2020 00:00:00 GMT';
  const later = 'Thu, 02 Jul 2020 00:00:00 GMT';
  const {
    0: strong,
    1: dated,
    2: weak,
    3: none,
    4: liar,
  } = await Promise.all([
    resumed({ headers: { etag } }, (request) => serveObject({ body: changed, etag: '"v2"' }, request)),
    resumed({ headers: { 'last-modified': lastModified } }, (r) =>
      serveObject({ body: changed, lastModified: later }, r),
    ),
    resumed({ headers: { etag: 'W/"v1"' } }, (r) => serveObject({ body: changed, etag: 'W/"v1"' }, r)),
    resumed({}, (request) => serveObject({ body: changed }, request)),
    // honours the range, and not the condition
    resumed({ headers: { etag } }, (request) => {
      const { 'if-range': _, ...headers } = request.headers;
      return serveObject({ body: changed, etag: '"v2"' }, { ...request, headers });
    }),
  ]);
  for (const { bytes } of [strong, dated, weak, none, liar]) assert.deepEqual(bytes, changed);
  assert.deepEqual(liar?.ranges, ['bytes=200000-', undefined]);
  assert.deepEqual(weak?.ranges, [undefined]);
});

test('a server that drops the range when If-Range holds an ETag is asked without it', async () => {
  const { bytes, ranges } = await resumed({ headers: { etag } }, (request) =>
    request.headers['if-range'] === undefined ? serveObject({ body, etag }, request) : { body, headers: { etag } },
  );
  assert.deepEqual(bytes, body);
  assert.deepEqual(ranges, ['bytes=200000-', 'bytes=200000-']);
});

test('without a validator a known digest decides, and a wrong splice is noticed and fetched anew', async () => {
  const words = ['--sha256', sha256(changed)];
  const { bytes, ranges } = await resumed({}, (request) => serveObject({ body: changed }, request), words);
  assert.deepEqual(bytes, changed);
  assert.deepEqual(ranges, ['bytes=200000-', undefined]);
});

test('a wrong digest leaves what was there before, and is not tried again', async () => {
  using folder = createTempDir();
  await using origin = await startOrigin(() => ({ body }));
  const path = folder.write('f', 'old');
  const failure = await failureOf(start([`${origin.url}/f`, path, '--sha256', sha256(changed)]));
  assert.equal(failure.code, 'INTEGRITY_MISMATCH');
  assert.ok(failure.message.includes(sha256(body)));
  assert.equal(readFileSync(path, 'utf8'), 'old');
  assert.deepEqual(leftovers(folder.path), []);
  assert.equal(origin.requests.length, 1);
});

test('what a stopped run left is taken up by the next, without asking for it again', async () => {
  using folder = createTempDir();
  await using origin = await startOrigin((request) =>
    serveObject({ body, etag }, request, request.number === 1 ? { stallAt: 200_000 } : {}),
  );
  const path = join(folder.path, 'f');
  const stop = new AbortController();
  const reason = new Error('SIGTERM');
  const first = start([`${origin.url}/f`, path], { signal: stop.signal });
  await until(() => partBytes(folder.path) > 0);
  stop.abort(reason);
  await assert.rejects(first.result, reason);
  assert.equal(existsSync(path), false);
  for (const state of makeOver(join(folder.path, '.greenroom'))) assert.ok(!state.includes(origin.url));
  const second = start([`${origin.url}/f`, path]);
  await second.result;
  assert.deepEqual(readFileSync(path), body);
  assert.match(origin.requests[1]?.headers.range ?? '', /^bytes=[1-9]\d*-$/);
  assert.deepEqual(leftovers(folder.path), []);
});

test('two runs for one destination at once do not disturb each other', async () => {
  using folder = createTempDir();
  await using origin = await startOrigin(({ number }) => ({
    body: number === 1 ? body : changed,
    trickle: { pieceBytes: 60_000, everyMs: 5 },
  }));
  const path = join(folder.path, 'f');
  await Promise.all([start([`${origin.url}/f`, path]).result, start([`${origin.url}/f`, path]).result]);
  const digest = sha256(readFileSync(path));
  assert.ok(digest === sha256(body) || digest === sha256(changed));
  assert.deepEqual(leftovers(folder.path), []);
});

test('a body without any length is taken, and said to be unproven', async () => {
  using folder = createTempDir();
  await using origin = await startOrigin(() => ({ body, contentLength: 'none' }));
  const run = start([`${origin.url}/f`, join(folder.path, 'f')]);
  await run.result;
  assert.ok(run.log.messages('warn').some((message) => message.startsWith('nothing proves that the file is whole')));
});

test('a source that is too large is refused, by its announcement and by what comes', async () => {
  using folder = createTempDir();
  for (const contentLength of [body.length, 'chunked'] as const) {
    await using origin = await startOrigin(() => ({ body, contentLength }));
    const failure = await failureOf(start([`${origin.url}/f`, join(folder.path, 'f'), '--max-size', '100k']));
    assert.equal(failure.code, 'TOO_LARGE');
  }
  assert.equal(existsSync(join(folder.path, 'f')), false);
});

test('a source that cannot fit is refused before its body is fetched', async () => {
  using folder = createTempDir();
  await using origin = await startOrigin(() => ({ body: 'x', contentLength: 2 ** 49 }));
  const failure = await failureOf(start([`${origin.url}/f`, join(folder.path, 'f')]));
  assert.equal(failure.code, 'NO_SPACE');
  assert.match(failure.hint ?? '', /emptyDir\.sizeLimit/);
});

test('a destination that cannot be published at is refused before any traffic', async () => {
  using folder = createTempDir();
  await using origin = await startOrigin(() => ({ body }));
  mkdirSync(join(folder.path, 'folder'));
  const file = folder.write('file', 'x');
  symlinkSync(file, join(folder.path, 'link'));
  for (const name of ['folder', 'link', 'file/below', 'link/below']) {
    const failure = await failureOf(start([`${origin.url}/f`, join(folder.path, name)]));
    assert.equal(failure.code, 'DESTINATION_INVALID', name);
  }
  const inPod = { env: { KUBERNETES_SERVICE_HOST: '10.96.0.1' } };
  if (statSync(folder.path).dev === statSync('/').dev) {
    const failure = await failureOf(start([`${origin.url}/f`, join(folder.path, 'no/volume')], inPod));
    assert.match(failure.hint ?? '', /Mount a volume/);
  }
  assert.equal(origin.requests.length, 0);
});

test('in a pod, and not in a rehearsal, it says of a destination that it is on no volume', async () => {
  using folder = createTempDir();
  if (statSync(folder.path).dev !== statSync('/').dev) return;
  await using origin = await startOrigin((request) => serveObject({ body, etag }, request));
  const told = async (name: string, env: Record<string, string>) => {
    const run = start([`${origin.url}/f`, join(folder.path, name)], { env });
    await run.result;
    return run.log.messages('warn').filter((message) => message.includes('is on no volume')).length;
  };
  const pod = { KUBERNETES_SERVICE_HOST: '10.96.0.1' };
  assert.equal(await told('pod', pod), 1);
  assert.equal(await told('machine', {}), 0);
  assert.equal(await told('rehearsal', { ...pod, GREENROOM_CONNECT_TO: '10.96.0.1:443=127.0.0.1:9' }), 0);
  // a folder is missing there, too, and is made: volumes are folders
  assert.equal(await told('new/folder', { ...pod, GREENROOM_CONNECT_TO: '10.96.0.1:443=127.0.0.1:9' }), 0);
});

test('headers come from the environment and files, and stay out of everything that is written', async () => {
  using folder = createTempDir();
  await using other = await startOrigin(() => ({ body }));
  await using origin = await startOrigin(() => ({
    status: 302,
    headers: { location: `${other.url}/moved?token=t0ken` },
  }));
  const token = folder.write('token', 's3cret\n');
  const path = join(folder.path, 'f');
  const words = [`${origin.url}/f`, path, '--header-env', 'X-A: SECRET', '--header-file', `X-B: ${token}`];
  const run = start(words, { env: { SECRET: 'v4riable' } });
  await run.result;
  assert.equal(origin.requests[0]?.headers['x-a'], 'v4riable');
  assert.equal(origin.requests[0]?.headers['x-b'], 's3cret');
  assert.equal(other.requests[0]?.headers['x-a'], undefined);
  const room = join(folder.path, '.greenroom');
  const written =
    JSON.stringify(run.log.entries) + readdirSync(room).map((name) => readFileSync(join(room, name), 'utf8'));
  assert.ok(!/s3cret|v4riable|t0ken/.test(written));
  const unset = await failureOf(start([`${origin.url}/f`, path, '--header-env', 'X-A: SECRET']));
  assert.equal(unset.code, 'USAGE');
});

test('the digest is found in a list of checksums, and a list that lies is noticed', async () => {
  using folder = createTempDir();
  await using origin = await startOrigin(({ path, number }) =>
    path === '/tool'
      ? { body }
      : path === '/SHA256SUMS' && number > 1
        ? { body: `${sha256(changed)}  other\n${sha256(body)}  tool\n` }
        : path === '/SHA512SUMS'
          ? { body: `${'0'.repeat(128)}  tool` }
          : { status: 503 },
  );
  const path = join(folder.path, 'x');
  const words = [`${origin.url}/tool`, path, '--checksum-from'];
  await start([...words, `${origin.url}/SHA256SUMS`, '--require-integrity']).result;
  assert.deepEqual(readFileSync(path), body);
  writeFileSync(path, 'old');
  const failure = await failureOf(start([...words, `${origin.url}/SHA512SUMS`]));
  assert.equal(failure.code, 'INTEGRITY_MISMATCH');
  assert.match(failure.message, /SHA512SUMS/);
  assert.equal(readFileSync(path, 'utf8'), 'old');
});

test('the digest that the server gives is checked', async () => {
  using folder = createTempDir();
  const reprDigest = (bytes: Buffer) => `sha-512=:${createHash('sha512').update(bytes).digest('base64')}:`;
  for (const [bytes, code] of [
    [body, undefined],
    [changed, 'INTEGRITY_MISMATCH'],
  ] as const) {
    await using origin = await startOrigin(() => ({ body, headers: { 'repr-digest': reprDigest(bytes) } }));
    const run = start([`${origin.url}/f`, join(folder.path, code ?? 'f'), '--require-integrity']);
    if (code === undefined) await run.result;
    else assert.equal((await failureOf(run)).code, code);
  }
  await using bare = await startOrigin(() => ({ body }));
  const failure = await failureOf(start([`${bare.url}/f`, join(folder.path, 'g'), '--require-integrity']));
  assert.equal(failure.code, 'INTEGRITY_UNKNOWN');
});

for (const across of [false, true]) {
  const where = across ? ', in the next run too' : '';
  test(`the digest that came with the beginning counts when the rest comes without one${where}`, async () => {
    using folder = createTempDir();
    // wrong: to forget it would be to succeed
    const headers = { 'repr-digest': `sha-512=:${createHash('sha512').update(changed).digest('base64')}:` };
    await using origin = await startOrigin((request) => {
      if (request.headers.range !== undefined) return serveObject({ body, etag }, request);
      const part = across ? { stallAt: 100_000 } : { cutAt: 100_000 };
      return serveObject({ body, etag }, request, { headers, ...(request.number === 1 && part) });
    });
    const words = [`${origin.url}/f`, join(folder.path, 'f')];
    if (across) {
      const stop = new AbortController();
      const first = start(words, { signal: stop.signal });
      await until(() => partBytes(folder.path) >= 90_000);
      stop.abort(new Error('SIGTERM'));
      await failureOf(first);
      makeOver(join(folder.path, '.greenroom'));
    }
    assert.equal((await failureOf(start(words))).code, 'INTEGRITY_MISMATCH');
    const ranges = origin.requests.map((request) => request.headers.range?.slice(0, 7));
    assert.deepEqual(ranges, [undefined, 'bytes=1', undefined]);
  });
}

test('mirrors go on with what the source began, and stand in for one that is gone or wrong', async () => {
  await using good = await startOrigin((request) => serveObject({ body, etag: '"mirror"' }, request));
  await using wrong = await startOrigin(() => ({ body: changed }));
  await using gone = await startOrigin(() => ({ status: 404 }));
  await using broken = await startOrigin((request) => serveObject({ body, etag }, request, { cutAt: 200_000 }));
  const digest = ['--sha256', sha256(body), '--header', 'X-Secret: s'];
  for (const bad of [wrong, gone, broken]) {
    using folder = createTempDir();
    const path = join(folder.path, 'f');
    await start([`${bad.url}/f`, path, '--mirror', `${good.url}/g`, ...digest]).result;
    assert.deepEqual(readFileSync(path), body);
  }
  assert.deepEqual(
    good.requests.map(({ headers }) => [headers.range, headers['x-secret']]),
    [
      [undefined, undefined],
      [undefined, undefined],
      ['bytes=200000-', undefined],
    ],
  );
  assert.throws(() => parseStep(['fetch', `${gone.url}/f`, '/x', '--mirror', good.url]), { code: 'USAGE' });
});

test('a file from another mount is copied with the same guarantees, and anew when it has changed', async () => {
  using folder = createTempDir();
  const source = folder.write('a script', 'one');
  symlinkSync(source, join(folder.path, 'link'));
  const url = `file://${folder.path}/link`;
  const path = join(folder.path, 'bin', 'start.sh');
  await start([url, path, '--mode', '0755', '--sha256', sha256(Buffer.from('one'))]).result;
  assert.equal(readFileSync(path, 'utf8'), 'one');
  assert.equal(statSync(path).mode & 0o777, 0o755);
  assert.match((await start([url, path]).result).sentence, /there already/);
  writeFileSync(source, 'two');
  await start([url, path]).result;
  assert.equal(readFileSync(path, 'utf8'), 'two');
  const wrong = await failureOf(start([url, path, '--sha256', sha256(body)]));
  assert.equal(wrong.code, 'INTEGRITY_MISMATCH');
  assert.equal(readFileSync(path, 'utf8'), 'two');
  assert.deepEqual(leftovers(join(folder.path, 'bin')), []);
});

test('a file that is not there yet is waited for, and what is no file is refused', async () => {
  using folder = createTempDir();
  const path = join(folder.path, 'copy');
  const run = start([`file://${folder.path}/later`, path]);
  await until(() => run.log.messages('warn').some((message) => message.includes('is not there')));
  folder.write('later', 'here');
  await run.result;
  assert.equal(readFileSync(path, 'utf8'), 'here');
  assert.equal((await failureOf(start([`file://${folder.path}`, path]))).code, 'USAGE');
  for (const url of ['file://host/a', 'file:a/', 'file:///a?b', 'file:///a%2fb']) {
    assert.throws(() => parseStep(['fetch', url, '/x']), { code: 'USAGE' }, url);
  }
});
