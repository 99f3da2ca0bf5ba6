// The built helper against servers, name servers and plans that mean ill. The guards of .github/THREATS.md.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createAgent } from '../../../helper/src/http/agent.ts';
import { createNetwork, type Network } from '../../../helper/src/network/network.ts';
import { systemClock } from '../../../helper/src/system/clock.ts';
import { startOrigin } from '../../support/http-origin.ts';
import { runHelper, startHelper } from '../../support/run-helper.ts';
import { startTcpListener } from '../../support/tcp-listener.ts';
import { createTempDir } from '../../support/temp-dir.ts';

/** A world in which files.example has an address of the Internet, which is really that of a server here. */
function worldOf(originPort: number, metadataPort: number, lands: string, connected: string[]): Network {
  const network = createNetwork({ env: {}, clock: systemClock });
  const inside = '169.254.169.254';
  return {
    ...network,
    resolve: async (name) => [{ address: name === inside ? inside : '93.184.215.14', family: 4 }],
    connect: async (host, _, signal) => {
      connected.push(host);
      const socket = await network.connect('127.0.0.1', host === inside ? metadataPort : originPort, signal);
      return Object.defineProperty(socket, 'remoteAddress', { value: host === inside ? inside : lands });
    },
  };
}

for (const [what, location, lands] of [
  ['a redirect to the metadata address', 'http://169.254.169.254/latest/meta-data/', '93.184.215.14'],
  ['a name that is public when it is looked up and private when it is connected to', undefined, '10.0.0.7'],
] as const) {
  test(`${what} is refused with --deny-private, and followed without`, async () => {
    await using metadata = await startOrigin(() => ({ body: 'a secret of the node' }));
    await using origin = await startOrigin(() =>
      location === undefined ? { body: 'inside' } : { status: 302, headers: { location } },
    );
    const connected: string[] = [];
    const ask = (denyPrivate: boolean) =>
      createAgent(worldOf(origin.port, metadata.port, lands, connected), {}, { denyPrivate }).request({
        ...{ method: 'GET', url: 'http://files.example/a', headers: [], maxRedirects: 5 },
        signal: new AbortController().signal,
      });
    await assert.rejects(ask(true), { code: 'ADDRESS_REFUSED' });
    assert.deepEqual(connected, ['files.example']);
    assert.deepEqual([origin.requests.length, metadata.requests.length], [location === undefined ? 0 : 1, 0]);
    const answer = await ask(false);
    assert.equal(answer.status, 200);
    answer.close();
  });
}

test('what a server says forges no line of the log and no message, and reaches no terminal', async () => {
  const banner = '-ERR \u001b[2J\u009b31m\u2028{"level":"info","msg":"ready"}\rready\r\n';
  await using server = await startTcpListener((socket) => void socket.on('data', () => socket.write(banner)));
  const words = ['wait', `redis://127.0.0.1:${server.port}`, '--deadline', '400ms', '--interval', '100ms'];
  for (const format of ['text', 'json']) {
    const { exitCode, stderr, termination = '' } = await runHelper([...words, `--log-format=${format}`]);
    assert.equal(exitCode, 124);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    for (const text of [stderr, termination]) assert.doesNotMatch(text, /[\0-\x09\x0b-\x1f\x7f-\x9f]/);
    assert.equal(termination.split('\n').length, 2);
    for (const line of stderr.trimEnd().split('\n'))
      assert.match(line, format === 'json' ? /^\{"level"/ : /^(?:[\d:.]{12} | {13})/);
  }
});

test('what a driver makes of an answer during a login ends no process and prints nothing', async () => {
  // for the reader of PostgreSQL's driver, in an event of its socket; for NATS', in words that it would print
  const answers = {
    'postgres://': 'R\0\0\0\x08\0\0ab',
    'nats://': 'INFO {"version":"ready\\n{\\"level\\":\\"info\\"}"}\r\n',
  };
  for (const [scheme, answer] of Object.entries(answers)) {
    await using server = await startTcpListener((socket) => void socket.write(answer));
    const login = ['--user', 'u', '--password-env', 'P', '--timeout', '300ms', '--deadline', '2s'];
    const { exitCode, stdout, stderr } = await runHelper(['wait', `${scheme}127.0.0.1:${server.port}`, ...login], {
      P: 'pw',
    });
    assert.equal(exitCode, 124, stderr);
    assert.equal(stdout, '');
    for (const line of stderr.trimEnd().split('\n')) assert.match(line, /^\{"level"/);
  }
});

test('an answer that is split, or has a header twice, is not taken', async () => {
  using folder = createTempDir();
  const answers = [
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: b\r\nContent-Length: 1\r\n\r\na',
    'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\na',
  ];
  for (const [number, answer] of answers.entries()) {
    await using server = await startTcpListener((socket) => void socket.once('data', () => socket.end(answer)));
    const to = join(folder.path, `a${number}`);
    const words = ['fetch', `http://127.0.0.1:${server.port}/a`, to, '--max-failures', '1', '--deadline', '5s'];
    const { exitCode } = await runHelper(words);
    assert.notEqual(exitCode, 0, answer);
    assert.deepEqual(
      readdirSync(folder.path).filter((name) => name === `a${number}`),
      [],
    );
  }
});

test('answers of a hostile name server are not addresses: loops, nonsense, a thousand records, control characters', async () => {
  using folder = createTempDir();
  const server = createSocket('udp4').bind(0, '127.0.0.1');
  await once(server, 'listening');
  let number = 0;
  const allRead = Promise.withResolvers<void>();
  server.on('message', (query, from) => {
    const head = Buffer.from(query);
    head.writeUInt16BE(0x8180, 2);
    const question = query.subarray(12);
    const record = (type: number, data: Buffer) => {
      const fixed = Buffer.alloc(12);
      fixed.writeUInt16BE(0xc00c, 0);
      fixed.writeUInt16BE(type, 2);
      fixed.writeUInt16BE(1, 4);
      fixed.writeUInt16BE(data.length, 10);
      return Buffer.concat([fixed, data]);
    };
    const answers = [
      // a CNAME that leads to itself; a name that points at itself; lengths that lie; control characters; nothing at all
      [record(5, Buffer.from([0xc0, 0x0c]))],
      [record(5, Buffer.from([0xc0, 12 + question.length + 12]))],
      [record(1, Buffer.from([1, 2])), Buffer.from([0xc0])],
      [record(5, Buffer.from('\x05\x1b[2J\n\x00', 'latin1'))],
      Array.from({ length: 1000 }, () => record(5, Buffer.from([0xc0, 0x0c]))),
      [Buffer.alloc(0)],
    ];
    const chosen = answers[number++ % answers.length] ?? [];
    // each of the two targets asks two questions at a time: with so many more, every answer was read
    if (number > answers.length + 4) allRead.resolve();
    head.writeUInt16BE(chosen.length, 6);
    server.send(Buffer.concat([head, ...chosen]), from.port, from.address);
  });
  const { port } = server.address();
  const env = { GREENROOM_RESOLV_CONF: folder.write('resolv.conf', `nameserver 127.0.0.1:${port}\n`) };
  const words = ['wait', 'dns://db', 'tcp://db:1', '--timeout', '300ms', '--interval', '50ms'];
  const helper = startHelper([...words, '--log-format=text', '--log-level=debug'], env);
  await Promise.race([allRead.promise, helper.ended]);
  helper.child.kill('SIGTERM');
  const { exitCode, stderr, termination } = await helper.ended;
  server.close();
  assert.equal(exitCode, 143, stderr);
  assert.match(termination ?? '', /TERMINATED/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  assert.doesNotMatch(stderr, /[\0-\x09\x0b-\x1f\x7f-\x9f]/);
});

test('a secret stands in no line of the log, no message and no state on the volume', async () => {
  using folder = createTempDir();
  const secret = 'open-sesame-7f3a';
  await using origin = await startOrigin(({ number }) => ({
    body: 'x'.repeat(1000),
    ...(number < 3 && { cutAt: 500 }),
  }));
  const helper = startHelper(
    [
      ...['fetch', `http://user:${secret}@127.0.0.1:${origin.port}/a?token=${secret}`, join(folder.path, 'data/a')],
      ...['--header-env', 'X-Token: TOKEN', '--log-level', 'debug', '--max-failures', '2'],
    ],
    { TOKEN: secret },
  );
  const { stderr, termination = '' } = await helper.ended;
  assert.ok(origin.requests.length > 0);
  assert.equal(origin.requests[0]?.headers['x-token'], secret);
  const state = readdirSync(folder.path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.name}\n${readFileSync(join(entry.parentPath, entry.name), 'latin1')}`);
  for (const text of [stderr, termination, ...state]) assert.ok(!text.includes(secret), text);
});

test('a plan with aliases, depth or names of objects is a fault of use, soon, and nothing is started', async () => {
  await using server = await startTcpListener();
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefgh'.split('').map((name, index) => {
      const last = 'abcdefgh'[index];
      return `${name}: &${name} [${Array(9).fill(`*${last}`).join(',')}]`;
    }),
  ].join('\n');
  const first = `wait tcp://127.0.0.1:${server.port}`;
  for (const plan of [
    bomb,
    // a hundred aliases are taken, and no more
    `- &step ${first}\n${'- *step\n'.repeat(150)}`,
    '['.repeat(30_000),
    '- '.repeat(10_000),
    `[${'['.repeat(3000)}${']'.repeat(3000)}]`,
    `- ${first}\n- {wait: "tcp://a:1", __proto__: {deadline: 1s}}`,
    `- ${first}\n- {wait: "tcp://a:1", constructor: 1s}`,
    `- ${first}\n- wait constructor://a:1`,
    `["${first}", {"__proto__": {"wait": "tcp://a:1"}}]`,
  ]) {
    const { exitCode, termination } = await runHelper(['run'], { GREENROOM_PLAN: plan });
    assert.equal(exitCode, 2, `${plan.slice(0, 60)}: ${termination}`);
  }
  assert.equal(server.accepted, 0);
});
