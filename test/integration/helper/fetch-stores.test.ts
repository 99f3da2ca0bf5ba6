// Object stores: real ones, and where none is to be had (who gives out keys) a stand-in.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseStep } from '../../../helper/src/contract/step.ts';
import { fetch as fetchStep } from '../../../helper/src/fetch/fetch.ts';
import { systemClock } from '../../../helper/src/system/clock.ts';
import { goTool } from '../../support/go-tool.ts';
import { startOrigin } from '../../support/http-origin.ts';
import { memoryLog } from '../../support/memory-log.ts';
import { s3Put, startStore, testKeys } from '../../support/object-stores.ts';
import { runHelper, startHelper } from '../../support/run-helper.ts';
import { createTempDir } from '../../support/temp-dir.ts';

const { accessKeyId, secretAccessKey } = testKeys;
const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
const base64 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64');

const versitygw = goTool('versitygw');
const rclone = goTool('rclone');
const fakeGcs = goTool('fake-gcs-server');

type Tool = ReturnType<typeof goTool>;
const needs = (tool: Tool) => ({ skip: 'skip' in tool && tool.skip });
const pathOf = (tool: Tool) => ('path' in tool ? tool.path : '');

/** A gateway over a folder, in which objects may be put as files. */
async function startVersity(folder: string) {
  for (const name of ['root', 'meta']) mkdirSync(join(folder, name));
  const env = { ROOT_ACCESS_KEY_ID: accessKeyId, ROOT_SECRET_ACCESS_KEY: secretAccessKey };
  const args = (port: number) => [
    '--port',
    `127.0.0.1:${port}`,
    '--keep-alive',
    '--quiet',
    'posix',
    '--sidecar',
    join(folder, 'meta'),
    join(folder, 'root'),
  ];
  return startStore(pathOf(versitygw), args, env);
}

test('versitygw: an object with its digest, keys from wherever they are', needs(versitygw), async () => {
  using folder = createTempDir();
  await using store = await startVersity(folder.path);
  const body = randomBytes(50_000);
  await s3Put(store.url, '/models', undefined);
  await s3Put(store.url, '/models/a%20b/%C3%BC%2B.bin', body, { 'x-amz-checksum-sha256': base64(body) });
  const source = 's3://models/a b/ü+.bin';
  const secret = join(folder.path, 'secret');
  mkdirSync(secret);
  for (const [name, value] of Object.entries(keys)) writeFileSync(join(secret, name), `${value}\n`);
  const file = folder.write(
    'credentials',
    `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
  );
  await using sts = await startOrigin(() => ({
    body: `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
  }));
  const agent = { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Expiration: '2099-01-01T00:00:00Z' };
  await using podIdentity = await startOrigin(({ headers }) =>
    headers.authorization === 'pod-token' ? { body: JSON.stringify(agent) } : { status: 401 },
  );
  const token = folder.write('token', 'pod-token\n');
  const ways: readonly [string[], Record<string, string>][] = [
    [[], keys],
    [['--credentials', secret], {}],
    [['--credentials', file], {}],
    [[], { AWS_SHARED_CREDENTIALS_FILE: file }],
    [
      [],
      {
        AWS_ROLE_ARN: 'arn:aws:iam::1:role/r',
        AWS_WEB_IDENTITY_TOKEN_FILE: token,
        AWS_ENDPOINT_URL_STS: `${sts.url}/`,
      },
    ],
    [
      [],
      {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${podIdentity.url}/v1/credentials`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: token,
      },
    ],
  ];
  const ends = await Promise.all(
    ways.map(([words, env], index) =>
      runHelper(
        ['fetch', source, join(folder.path, `out${index}/`), '--endpoint', store.url, '--require-integrity', ...words],
        env,
      ),
    ),
  );
  for (const [index, { exitCode, stderr }] of ends.entries()) {
    assert.equal(exitCode, 0, stderr);
    assert.deepEqual(readFileSync(join(folder.path, `out${index}/ü+.bin`)), body);
    assert.ok(!stderr.includes(secretAccessKey));
  }
  assert.equal(sts.requests.length, 1);
});

test('versitygw: all of a prefix, over pages; the region is found out', needs(versitygw), async () => {
  using folder = createTempDir();
  await using store = await startVersity(folder.path);
  const count = 1_030;
  const bucket = join(folder.path, 'root/data');
  mkdirSync(join(bucket, 'set/a b'), { recursive: true });
  for (let at = 0; at < count; at++) writeFileSync(join(bucket, 'set/a b', `${at}+é`), `${at}`);
  writeFileSync(join(bucket, 'other'), 'not of the prefix');
  const out = join(folder.path, 'out');
  const words = ['fetch', 's3://data/set/', out, '--endpoint', store.url, '--region', 'eu-central-1'];
  const { exitCode, stderr } = await runHelper(words, keys);
  assert.equal(exitCode, 0, stderr);
  assert.equal(readdirSync(join(out, 'a b')).length, count);
  assert.equal(readFileSync(join(out, 'a b/77+é'), 'utf8'), '77');
  assert.match((await runHelper(words, keys)).stderr, /there already/);
});

test('versitygw: refusals say what is wrong', needs(versitygw), async () => {
  using folder = createTempDir();
  await using store = await startVersity(folder.path);
  await s3Put(store.url, '/models', undefined);
  await s3Put(store.url, '/models/a', Buffer.from('a'));
  const at = join(folder.path, 'out');
  const cases: readonly [string, Record<string, string>, RegExp, string[]?][] = [
    ['s3://models/none', keys, /HTTP 404 .*NoSuchKey/],
    ['s3://modelz/a', keys, /Check the bucket's name.*NoSuchBucket/],
    ['s3://models/none/', keys, /nothing lies below s3:\/\/models\/none\//],
    ['s3://models/a', { ...keys, AWS_SECRET_ACCESS_KEY: 'wrong' }, /secret key is not that.*SignatureDoesNotMatch/],
    ['s3://models/a', {}, /AccessDenied/, ['--anonymous']],
    ['s3://models/a', {}, /no keys for s3/],
    ['s3://models/a', { AWS_ACCESS_KEY_ID: 'A' }, /AWS_SECRET_ACCESS_KEY is missing/],
  ];
  const ends = await Promise.all(
    cases.map(([source, env, , also = []], index) =>
      runHelper(['fetch', source, join(folder.path, `case${index}/out`), '--endpoint', store.url, ...also], env),
    ),
  );
  for (const [index, { exitCode, stderr }] of ends.entries()) {
    assert.ok(exitCode === 3 || exitCode === 2, stderr);
    assert.match(stderr, cases[index]?.[2] ?? /$^/);
  }
  assert.ok(cases.every((_, index) => !existsSync(join(folder.path, `case${index}/out`))));
  const late = { ...systemClock, wallTime: () => systemClock.wallTime() - 3_600_000 };
  const step = parseStep(['fetch', 's3://models/a', at, '--endpoint', store.url]);
  assert.ok(step.kind === 'fetch');
  const runtime = {
    clock: late,
    random: { next: () => 0 },
    log: memoryLog(),
    env: keys,
    signal: new AbortController().signal,
  };
  await assert.rejects(fetchStep(step, runtime), ({ message, hint }: Error & { hint?: string }) => {
    assert.match(message, /RequestTimeTooSkewed/);
    assert.match(hint ?? '', /clock is (?:1h|60m|59m\d+s).* slow/);
    return true;
  });
});

/** Passes on so many bytes from the server, and then nothing more, until it is let. */
async function startRelay(port: number, stopAtBytes: number) {
  let limit = stopAtBytes;
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    let passed = 0;
    client.pipe(upstream);
    upstream.on('data', (piece) => {
      const room = Math.max(0, limit - passed);
      passed += Math.min(room, piece.length);
      if (room > 0) client.write(piece.subarray(0, room));
    });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => {});
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    letAll: () => {
      limit = Number.POSITIVE_INFINITY;
    },
    [Symbol.dispose]: () => server.close(),
  };
}

test(
  'versitygw: a killed download is gone on with, and begun anew when the object changed',
  needs(versitygw),
  async () => {
    using folder = createTempDir();
    await using store = await startVersity(folder.path);
    await s3Put(store.url, '/models', undefined);
    for (const isChanged of [false, true]) {
      const [first, second] = [randomBytes(9 << 20), randomBytes(9 << 20)];
      await s3Put(store.url, '/models/big', first);
      using relay = await startRelay(Number(new URL(store.url).port), 6 << 20);
      const path = join(folder.path, `big-${isChanged}`);
      const words = ['fetch', 's3://models/big', path, '--endpoint', relay.url, '--log-level', 'debug'];
      const helper = startHelper(words, keys);
      const room = join(folder.path, '.greenroom');
      const sizes = () =>
        (existsSync(room) ? readdirSync(room).filter((name) => name.endsWith('.part')) : []).map(
          (name) => readFileSync(join(room, name)).length,
        );
      while (!sizes().some((size) => size > 4 << 20)) await systemClock.sleep(20);
      helper.child.kill('SIGKILL');
      await helper.ended;
      if (isChanged) await s3Put(store.url, '/models/big', second);
      relay.letAll();
      const { exitCode, stderr } = await runHelper(words, keys);
      assert.equal(exitCode, 0, stderr);
      assert.match(stderr, /an earlier run left/);
      assert.match(stderr, isChanged ? /starting over/ : /going on at/);
      assert.deepEqual(readFileSync(path), isChanged ? second : first);
    }
  },
);

test('rclone: an object and a prefix', needs(rclone), async () => {
  using folder = createTempDir();
  mkdirSync(join(folder.path, 'root/data/set/sub'), { recursive: true });
  writeFileSync(join(folder.path, 'root/data/set/sub/a b'), 'one');
  writeFileSync(join(folder.path, 'root/data/set/c'), 'two');
  const args = (port: number) => [
    'serve',
    's3',
    '--addr',
    `127.0.0.1:${port}`,
    '--auth-key',
    `${accessKeyId},${secretAccessKey}`,
    join(folder.path, 'root'),
  ];
  await using store = await startStore(pathOf(rclone), args, { HOME: folder.path });
  const env = { ...keys, AWS_ENDPOINT_URL_S3: store.url };
  const one = await runHelper(['fetch', 's3://data/set/c', join(folder.path, 'c')], env);
  assert.equal(one.exitCode, 0, one.stderr);
  const all = await runHelper(['fetch', 's3://data/set/', join(folder.path, 'out')], env);
  assert.equal(all.exitCode, 0, all.stderr);
  assert.equal(readFileSync(join(folder.path, 'out/sub/a b'), 'utf8'), 'one');
});

test('fake-gcs-server: an object and a prefix', needs(fakeGcs), async () => {
  using folder = createTempDir();
  const args = (port: number) => [
    '-scheme',
    'http',
    '-host',
    '127.0.0.1',
    '-port',
    String(port),
    '-public-host',
    `127.0.0.1:${port}`,
    '-backend',
    'memory',
  ];
  await using store = await startStore(pathOf(fakeGcs), args);
  await fetch(`${store.url}/storage/v1/b`, { method: 'POST', body: JSON.stringify({ name: 'data' }) });
  for (const name of ['set/a b', 'set/sub/ü', 'other']) {
    const url = `${store.url}/upload/storage/v1/b/data/o?uploadType=media&name=${encodeURIComponent(name)}`;
    assert.equal((await fetch(url, { method: 'POST', body: name })).status, 200);
  }
  const env = { STORAGE_EMULATOR_HOST: store.url };
  const one = await runHelper(['fetch', 'gs://data/set/a b', `${folder.path}/`], env);
  assert.equal(one.exitCode, 0, one.stderr);
  assert.equal(readFileSync(join(folder.path, 'a b'), 'utf8'), 'set/a b');
  const all = await runHelper(['fetch', 'gs://data/set/', join(folder.path, 'out')], env);
  assert.equal(all.exitCode, 0, all.stderr);
  assert.equal(readFileSync(join(folder.path, 'out/sub/ü'), 'utf8'), 'set/sub/ü');
  const none = await runHelper(['fetch', 'gs://data/none', join(folder.path, 'none')], env);
  assert.match(none.stderr, /HTTP 404/);
});

test('gs: tokens by a key and by the metadata server, renewed when they are refused', async () => {
  using folder = createTempDir();
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  let given = 0;
  await using google = await startOrigin(({ path, headers }) => {
    if (path === '/token' || (path.startsWith('/computeMetadata/') && headers['metadata-flavor'] === 'Google')) {
      given++;
      return { body: JSON.stringify({ access_token: `token-${given}`, expires_in: 3600 }) };
    }
    // the first token has been withdrawn
    return /^Bearer token-[24]$/.test(headers.authorization ?? '') ? { body: 'object' } : { status: 401 };
  });
  const key = {
    type: 'service_account',
    client_email: 'x@y',
    private_key: privateKey,
    token_uri: `${google.url}/token`,
  };
  const file = folder.write('key.json', JSON.stringify(key));
  const words = (name: string) => ['fetch', 'gs://data/object', join(folder.path, name), '--endpoint', google.url];
  const byKey = await runHelper([...words('a'), '--credentials', file]);
  assert.equal(byKey.exitCode, 0, byKey.stderr);
  const { GCE_METADATA_HOST } = { GCE_METADATA_HOST: new URL(google.url).host };
  const byNode = await runHelper(words('b'), { GCE_METADATA_HOST });
  assert.equal(byNode.exitCode, 0, byNode.stderr);
  assert.ok(!byKey.stderr.includes('token-'));
  await using endpoint = await startOrigin(() => ({
    status: 400,
    body: JSON.stringify({ error_description: 'no such account' }),
  }));
  const other = folder.write('other.json', JSON.stringify({ ...key, token_uri: `${endpoint.url}/token` }));
  const refused = await runHelper([...words('c'), '--credentials', other]);
  assert.match(refused.stderr, /HTTP 400 .*\(no such account\)/);
});
