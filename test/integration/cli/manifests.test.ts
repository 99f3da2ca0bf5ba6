// manifests/: each file is what its command writes, and each does what its head says, in a rehearsal.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { parsePlan } from '../../../helper/src/contract/plan.ts';
import { splitWords } from '../../../helper/src/contract/words.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { startOrigin } from '../../support/http-origin.ts';
import { tarOf } from '../../support/raw-archives.ts';
import { root } from '../../support/read-imports.ts';
import { feedTool, giveToServer, needs, runTool, startServer } from '../../support/real-server.ts';
import { runCli, startCli } from '../../support/run-cli.ts';
import { closedPort, startTcpListener } from '../../support/tcp-listener.ts';
import { createTempDir } from '../../support/temp-dir.ts';

const read = (file: string) => readFileSync(join(root, 'manifests', file), 'utf8');
const files = globSync('manifests/*.yaml', { cwd: root }).map((file) => basename(file));

/** The command in the head of a file; undefined where it was written by hand. */
const commandOf = (text: string) => /^# \$ greenroom (.*)$/m.exec(text)?.[1];

const withoutHead = (text: string) => text.replace(/^(?:#.*\n)+/, '');

const byHand = ['model-cache-claim.yaml', 'models-claim.yaml', 'myappb.yaml', 'plan.yaml'];

test('every file is written by a command, but for those known', () => {
  assert.deepEqual(files.filter((file) => commandOf(read(file)) === undefined).toSorted(), byHand);
});

for (const file of files.filter((name) => !byHand.includes(name))) {
  test(`${file} is what its command writes`, async () => {
    const text = read(file);
    const { stdout, exitCode } = await runCli(splitWords(commandOf(text) ?? ''));
    assert.equal(exitCode, 0);
    // a command that adds to a manifest names this very file, finds nothing left to do, and gives its head as well
    assert.equal(withoutHead(text), withoutHead(stdout));
  });
}

test('every file is in the table of manifests/README.md', () => {
  const listed = [...read('README.md').matchAll(/\]\(([\w-]+\.yaml)\)/g)].map(([, file]) => file);
  assert.deepEqual(listed.toSorted(), files.toSorted());
});

test('plan.yaml is a plan', () => {
  assert.equal(parsePlan(parse(read('plan.yaml'))).items.length, 4);
});

interface World {
  /** Flags of `rehearse`. */
  readonly flags: readonly string[];
  /** The manifest as the world of the test needs it: what cannot be had here is put in. */
  readonly adapt?: (manifest: string) => string;
}

/** Rehearses a file of manifests/; succeeds when the app may start. */
async function rehearse(file: string, { flags, adapt = (manifest) => manifest }: World, beside = ''): Promise<string> {
  const { exitCode, stderr } = await runCli(['rehearse', '-', ...flags], { input: adapt(read(file)) + beside });
  assert.equal(exitCode, 0, stderr);
  return stderr;
}

const listener = (answer: (data: Buffer) => Buffer | string) =>
  startTcpListener((socket) => void socket.on('data', (data) => socket.write(answer(data))));

// what a client gets first: an authentication request; the reply to PING; the start of a connection
const postgres = () => listener((data) => (data.length === 8 ? 'N' : Buffer.from('R\0\0\0\x08\0\0\0\x03', 'latin1')));
const redis = () => listener((data) => (/INFO/i.test(data.toString()) ? '$13\r\nrole:master\r\n\r\n' : '+PONG\r\n'));
const amqp = () => {
  const text = (value: string) => Buffer.concat([Buffer.from([0, 0, 0, value.length]), Buffer.from(value)]);
  const method = [Buffer.from([0, 10, 0, 10, 0, 9]), text(''), text('PLAIN'), text('en_US')];
  const payload = Buffer.concat(method);
  return listener(() => Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, payload.length]), payload, Buffer.from([0xce])]));
};

test('php-updated.yaml: the app gets the page, from a site that fails first', async () => {
  const page = '<?php echo "hello";\n';
  await using site = await startOrigin(({ number }) => (number === 1 ? { status: 503 } : { body: page }));
  await rehearse('php-updated.yaml', {
    flags: [
      ...['--service', `site:80=127.0.0.1:${site.port}`],
      ...['--stand-in', 'php-updated=grep -q hello {/var/www/html/index.php}'],
    ],
  });
});

test('my-app.yaml: the app starts when myappb.yaml is there', async () => {
  const said = await rehearse('my-app.yaml', { flags: ['--service', 'myappb@1s'] });
  assert.match(said, /Service myappb appears[\s\S]*would start/);
  await rehearse('my-app.yaml', { flags: [] }, `---\n${read('myappb.yaml')}`);
});

test('database.yaml, replicas.yaml and migration.yaml: what serves is waited for', async () => {
  await using db = await postgres();
  await using cache = await redis();
  const services = [
    `db:5432=127.0.0.1:${db.port}`,
    `cache:6379=127.0.0.1:${cache.port}`,
    `seed:6379=127.0.0.1:${cache.port}`,
  ];
  const flags = services.flatMap((service) => ['--service', service]);
  await rehearse('database.yaml', { flags });
  await rehearse('replicas.yaml', { flags });
  await rehearse('migration.yaml', { flags: [...flags, '--stand-in', 'migrate=true'] });
});

test('database-login.yaml: the user is let in, and the table is there', needs('postgres', 'postgresql'), async () => {
  using folder = createTempDir();
  giveToServer(folder.path);
  const data = join(folder.path, 'data');
  const port = await closedPort();
  await runTool('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '--locale', 'C']);
  // before the database accepts connections: the role and its table
  const single = '--single -D DATA -c fsync=off'.replace('DATA', data).split(' ');
  const make = (database: string, ...lines: string[]) => feedTool('postgres', [...single, database], lines.join('\n'));
  await make('postgres', "CREATE ROLE shop LOGIN PASSWORD 'right'", 'CREATE DATABASE shop OWNER shop');
  await make('shop', 'CREATE TABLE orders ()');
  writeFileSync(join(data, 'pg_hba.conf'), 'host all all 127.0.0.1/32 scram-sha-256\n');
  await using _ = startServer('postgres', ['-D', data, '-p', String(port), '-k', folder.path, '-h', '127.0.0.1']);
  const secret = `---\napiVersion: v1\nkind: Secret\nmetadata: {name: shop-db}\nstringData: {password: right}\n`;
  const said = await rehearse('database-login.yaml', { flags: ['--service', `db:5432=127.0.0.1:${port}`] }, secret);
  assert.match(said, /postgres:\/\/db\/shop ready/);
});

test('ordered-start.yaml: one after the other', async () => {
  await using queue = await amqp();
  await using accounts = await startOrigin(() => ({ status: 204 }));
  const said = await rehearse('ordered-start.yaml', {
    flags: [
      ...['--service', `queue:5672@300ms=127.0.0.1:${queue.port}`],
      ...['--service', 'stock:9000@600ms'],
      ...['--service', `accounts:80=127.0.0.1:${accounts.port}`],
    ],
  });
  assert.match(said, /amqp:\/\/queue ready[\s\S]*tcp:\/\/stock:9000 ready[\s\S]*http:\/\/accounts\/health ready/);
});

test('tool.yaml, model.yaml and private-download.yaml: verified, executable, with the token', async () => {
  const content = '#!/bin/sh\necho tool\n';
  const digest = createHash('sha256').update(content).digest('hex');
  await using origin = await startOrigin(({ path, headers }) =>
    path === '/site.html' && headers.authorization !== 'Bearer token' ? { status: 403 } : { body: content },
  );
  // no certificate is to be had for example.org, and the digests are those of files that are not here
  const adapt = (manifest: string) =>
    manifest.replaceAll('https://example.org', 'http://example.org').replaceAll(/[0-9a-f]{64}/g, digest);
  const host = ['--host', `example.org=127.0.0.1:${origin.port}`];
  await rehearse('tool.yaml', { adapt, flags: [...host, '--stand-in', 'report={/tools/jq}'] });
  using models = createTempDir();
  const claim = ['--volume', `greenroom-at-models=${models.path}`];
  await rehearse('model.yaml', {
    adapt,
    flags: [...host, ...claim, '--stand-in', 'serve=cmp {/models/model.bin} {/models/model.bin}'],
  });
  const asked = origin.requests.length;
  await rehearse('model.yaml', { adapt, flags: [...host, ...claim] });
  assert.equal(origin.requests.length, asked, 'a model that is there is not fetched again');
  const secret = `---\napiVersion: v1\nkind: Secret\nmetadata: {name: registry}\nstringData: {header: Bearer token}\n`;
  const said = await rehearse(
    'private-download.yaml',
    { adapt, flags: [...host, '--stand-in', 'private=test -s {/srv/site.html}'] },
    secret,
  );
  assert.ok(!said.includes('Bearer token'));
});

test('model-cache.yaml: the second pod copies from the cache', async () => {
  const content = 'model';
  const digest = createHash('sha256').update(content).digest('hex');
  await using origin = await startOrigin(() => ({ body: content }));
  using cache = createTempDir();
  const world = {
    adapt: (manifest: string) =>
      manifest.replaceAll('https://example.org', 'http://example.org').replaceAll(/[0-9a-f]{64}/g, digest),
    flags: [
      ...['--host', `example.org=127.0.0.1:${origin.port}`],
      ...['--volume', `greenroom-claim-model-cache=${cache.path}`],
      ...['--stand-in', 'serve=grep -q model {/models/model.bin}'],
    ],
  };
  await rehearse('model-cache.yaml', world);
  assert.match(await rehearse('model-cache.yaml', world), /taken from the cache/);
  assert.equal(origin.requests.length, 1);
});

test('static-site.yaml: the app gets the whole folder', async () => {
  const page = { name: 'site-1.4/index.html', content: '<h1>it works</h1>' };
  const archive = gzipSync(tarOf(page, { name: 'site-1.4/style.css', content: 'h1 {}' }));
  const digest = createHash('sha256').update(archive).digest('hex');
  await using origin = await startOrigin(() => ({ body: archive }));
  const said = await rehearse('static-site.yaml', {
    adapt: (manifest) =>
      manifest.replaceAll('https://example.org', 'http://example.org').replaceAll(/[0-9a-f]{64}/g, digest),
    flags: [
      ...['--host', `example.org=127.0.0.1:${origin.port}`],
      ...['--stand-in', 'static=grep -q works {/site/1.4/index.html} && test -s {/site/1.4/style.css}'],
    ],
  });
  assert.match(said, /unpacked 2 entries .* of a tar\.gz to/);
});

test('data-folder.yaml: the app gets all files of the list', async () => {
  const digest = (text: string) => createHash('sha256').update(text).digest('hex');
  const list = `${digest('one')}  index/a\n${digest('two')}  b\n`;
  const bodies: Record<string, string> = { '/v1/SHA256SUMS': list, '/v1/index/a': 'one', '/v1/b': 'two' };
  await using origin = await startOrigin(({ path }) => ({ body: bodies[path] ?? '' }));
  await rehearse('data-folder.yaml', {
    adapt: (manifest) =>
      manifest.replaceAll('https://example.org', 'http://example.org').replaceAll(/[0-9a-f]{64}/g, digest(list)),
    flags: [
      ...['--host', `example.org=127.0.0.1:${origin.port}`],
      ...['--stand-in', 'search=grep -q one {/data/v1/index/a} && grep -q two {/data/v1/b}'],
    ],
  });
});

test('bucket.yaml: the app gets all of the prefix, with keys that nobody sees', async () => {
  const entry = (key: string) => `<Contents><Key>${key}</Key><Size>3</Size></Contents>`;
  const listing = `<ListBucketResult>${entry('llama-3/a.json')}${entry('llama-3/b/c.bin')}</ListBucketResult>`;
  await using store = await startOrigin(({ path, headers }) =>
    !headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=reader/')
      ? { status: 403 }
      : { body: path.includes('list-type=2') ? listing : 'abc' },
  );
  const secret =
    '---\napiVersion: v1\nkind: Secret\nmetadata: {name: models-reader}\nstringData: {AWS_ACCESS_KEY_ID: reader, AWS_SECRET_ACCESS_KEY: verysecret}\n';
  using models = createTempDir();
  const said = await rehearse(
    'bucket.yaml',
    {
      flags: [
        ...['--service', `minio:9000=127.0.0.1:${store.port}`, '--volume', `greenroom-at-models=${models.path}`],
        ...['--stand-in', 'serve-llama=grep -q abc {/models/llama-3/b/c.bin}'],
      ],
    },
    secret,
  );
  assert.ok(!said.includes('verysecret'));
});

test('nightly.yaml: waits, then fetches', async () => {
  await using config = await startOrigin(() => ({ body: '{}' }));
  await rehearse('nightly.yaml', {
    flags: [
      ...['--service', 'db:5432@300ms', '--service', `config:80=127.0.0.1:${config.port}`],
      ...['--stand-in', 'nightly=test -s {/etc/worker/nightly.json}'],
    ],
  });
});

test('mesh-sidecar.yaml: the waits begin when the proxy has started', async () => {
  await using accounts = await startOrigin(() => ({ status: 200 }));
  await using db = await startTcpListener();
  await using proxy = await startOrigin(({ number }) => ({ status: number === 1 ? 503 : 200 }));
  const said = await rehearse('mesh-sidecar.yaml', {
    // the probe asks where the stand-in for the proxy answers
    adapt: (manifest) => manifest.replace('port: 15021', `port: ${proxy.port}`),
    flags: [
      ...['--service', `db:5432=127.0.0.1:${db.port}`, '--service', `accounts:80=127.0.0.1:${accounts.port}`],
      ...['--stand-in', 'istio-proxy=sleep 60'],
    ],
  });
  assert.match(said, /istio-proxy[\s\S]*tcp:\/\/db:5432 ready[\s\S]*http:\/\/accounts\/health ready[\s\S]*would start/);
});

test("agent.yaml: trusts the cluster's CA, and no other", async () => {
  const certificate = makeCertificate(['collector']);
  await using collector = await startOrigin(() => ({ body: 'ok' }), { tls: certificate });
  const flags = ['--service', `collector:443=127.0.0.1:${collector.port}`];
  const authority = (pem: string) =>
    `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: cluster-ca}\ndata: {ca.crt: ${JSON.stringify(pem)}}\n`;
  await rehearse('agent.yaml', { flags }, authority(certificate.cert));
  const other = read('agent.yaml') + authority(makeCertificate(['collector']).cert);
  const refused = startCli(['rehearse', '-', ...flags], { input: other });
  await refused.said('name it with --ca-file');
  refused.child.kill('SIGINT');
  assert.equal((await refused.ended).exitCode, 130);
});

test("the article's own manifests take the steps, and give them back byte for byte", async () => {
  const article = (file: string) => readFileSync(join(root, 'test/golden/article', file), 'utf8');
  for (const [file, ...steps] of [
    ['my-app.yaml', '--wait', 'dns://myappb'],
    ['php-updated.yaml', '--fetch', 'http://site/index.php /var/www/html/index.php'],
  ] as const) {
    const injected = await runCli(['inject', ...steps, '-'], { input: article(file) });
    assert.equal(injected.exitCode, 0, injected.stderr);
    assert.notEqual(injected.stdout, article(file));
    const back = await runCli(['uninject', '-'], { input: injected.stdout });
    assert.equal(back.stdout, article(file));
  }
});
