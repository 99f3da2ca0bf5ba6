// The built helper near the limits of its container: few descriptors, little memory, answers that are far too large.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parseTermination } from '../../../../helper/src/contract/termination.ts';
import { startDnsServer } from '../../../support/dns-server.ts';
import { serveObject, startOrigin } from '../../../support/http-origin.ts';
import { tarOf } from '../../../support/raw-archives.ts';
import { helperProgram, startHelper } from '../../../support/run-helper.ts';
import { closedPort, startTcpListener } from '../../../support/tcp-listener.ts';
import { createTempDir } from '../../../support/temp-dir.ts';

/** Runs the helper with so many descriptors (prlimit, of util-linux). */
function withDescriptors(count: number, words: readonly string[], termination: string) {
  return new Promise<{ exitCode: number | null; stderr: string; termination: string }>((resolve, reject) => {
    const child = spawn('prlimit', [`--nofile=${count}`, process.execPath, helperProgram, ...words], {
      env: { PATH: process.env.PATH, GREENROOM_TERMINATION_LOG: termination },
      stdio: ['ignore', 'ignore', 'pipe'],
      // where it would never end, it ends with no exit code
      timeout: 240_000,
      killSignal: 'SIGKILL',
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (exitCode) =>
      resolve({ exitCode, stderr, termination: existsSync(termination) ? readFileSync(termination, 'utf8') : '' }),
    );
  });
}

const targets = (port: number, count = 1_000) =>
  Array.from({ length: count }, (_, index) => `tcp://127.1.${index >> 8}.${index & 255}:${port}`);

test('three hundred targets and 32 descriptors: those that get none are asked again, and all are found', async () => {
  using folder = createTempDir();
  await using listener = await startTcpListener((socket) => socket.end(), { host: '0.0.0.0' });
  const words = ['wait', ...targets(listener.port, 300), '--deadline', '3m'];
  const { exitCode, stderr } = await withDescriptors(32, words, join(folder.path, 'end'));
  assert.equal(exitCode, 0, stderr.slice(-500));
  assert.match(stderr, /EMFILE/);
  assert.doesNotMatch(stderr, /"BUG"|\n {4}at /);
});

test('a thousand targets that all fail end in time, with a message that a kubelet keeps', async () => {
  using folder = createTempDir();
  const words = ['wait', ...targets(await closedPort()), '--deadline', '2s'];
  const { exitCode, stderr, termination } = await withDescriptors(32, words, join(folder.path, 'end'));
  assert.equal(exitCode, 124, stderr.slice(-500));
  assert.ok(Buffer.byteLength(termination) <= 1_024);
  assert.equal(parseTermination(termination)?.facts.code, 'DEADLINE_PASSED');
});

test('without a descriptor to spare, a download says what it lacks, and is no bug', async () => {
  await using origin = await startOrigin(() => ({ body: 'small' }));
  let lacking = 0;
  for (const count of [20, 21, 22, 23, 24, 26, 28, 32]) {
    using folder = createTempDir();
    const path = join(folder.path, 'f');
    const words = ['fetch', `${origin.url}/f`, path, '--max-failures', '1'];
    const { exitCode, stderr } = await withDescriptors(count, words, join(folder.path, 'end'));
    // too few for Node itself, which has its own way to say so
    if (/^node:internal/.test(stderr)) continue;
    assert.doesNotMatch(stderr, /"BUG"|\n {4}at /, `${count} descriptors`);
    if (exitCode === 0) assert.equal(readFileSync(path, 'utf8'), 'small');
    else {
      lacking++;
      assert.match(stderr, /"OUT_OF_DESCRIPTORS".*ulimit -n.*EMFILE/, `${count} descriptors: ${exitCode}`);
    }
  }
  assert.ok(lacking > 0, 'the least that Node starts with is enough');
});

const tight = { NODE_OPTIONS: '--max-old-space-size=24' };

test('with a heap of 24 MB a thousand targets are found', async () => {
  await using listener = await startTcpListener((socket) => socket.end(), { host: '0.0.0.0' });
  const { exitCode, stderr } = await startHelper(['wait', ...targets(listener.port), '--deadline', '3m'], tight).ended;
  assert.equal(exitCode, 0, stderr.slice(-500));
});

test('with a heap of 24 MB, of an endless body no more is held than is looked at', { timeout: 120_000 }, async () => {
  await using origin = await startOrigin(() => ({ body: Buffer.alloc(200_000_000, 'x'), contentLength: 'chunked' }));
  const words = ['wait', `${origin.url}/`, '--contains', 'ready', '--log-level', 'debug', '--timeout', '60s'];
  const { child, logged, ended } = startHelper(words, tight);
  await logged('the body does not contain');
  // more than one, since what is held adds up
  await logged('"attempts":5');
  child.kill('SIGTERM');
  assert.equal((await ended).exitCode, 143);
});

test('with a heap of 24 MB, the largest answers of a name server are taken', async () => {
  using folder = createTempDir();
  // as many as 64 KiB of TCP hold
  await using dns = await startDnsServer(({ type, name, over }) =>
    over === 'udp'
      ? 'truncated'
      : type === 'A'
        ? Array.from({ length: 2_000 }, (_, index) => ({
            ...{ type: 'A' as const, name, ttl: 1 },
            data: `127.3.${index >> 8}.${index & 255}`,
          }))
        : [],
  );
  const env = {
    GREENROOM_RESOLV_CONF: folder.write('resolv.conf', `nameserver ${dns.nameserver}\n`),
    GREENROOM_HOSTS_FILE: folder.write('hosts', ''),
  };
  const { exitCode, stderr } = await startHelper(['wait', 'dns://web.test', '--deadline', '3m'], { ...tight, ...env })
    .ended;
  assert.equal(exitCode, 0, stderr.slice(-500));
});

test('with a heap of 24 MB a file over four connections, a list and an archive of many files come whole', async () => {
  using folder = createTempDir();
  const large = Buffer.alloc(24 << 20, 'greenroom ');
  const names = Array.from({ length: 600 }, (_, index) => `f${index}`);
  const archive = gzipSync(tarOf(...names.map((name) => ({ name, content: name.repeat(900) }))));
  await using origin = await startOrigin((request) => {
    if (request.path === '/large') return serveObject({ body: large, etag: '"1"' }, request);
    if (request.path === '/a.tar.gz') return serveObject({ body: archive, etag: '"1"' }, request);
    return { body: request.path === '/list' ? names.join('\n') : request.path.repeat(900) };
  });
  const at = (name: string) => join(folder.path, name);
  const plan = [
    `fetch ${origin.url}/large ${at('large')} --connections 4`,
    `fetch ${origin.url}/list ${at('list')} --list`,
    `fetch ${origin.url}/a.tar.gz ${at('archive')} --unpack`,
  ];
  const GREENROOM_PLAN = plan.map((step) => `- ${step}\n`).join('');
  const { exitCode, stderr } = await startHelper(['run'], { ...tight, GREENROOM_PLAN }).ended;
  assert.equal(exitCode, 0, stderr.slice(-500));
  assert.ok(readFileSync(at('large')).equals(large));
  for (const name of names) {
    assert.equal(readFileSync(at(`list/${name}`), 'utf8'), `/${name}`.repeat(900));
    assert.equal(readFileSync(at(`archive/${name}`), 'utf8'), name.repeat(900));
  }
});
