// The built helper under SIGTERM, wherever it happens to be, and under SIGTERM, SIGKILL and SIGSTOP at moments that
// chance chooses.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseTermination } from '../../../../helper/src/contract/termination.ts';
import { systemClock } from '../../../../helper/src/system/clock.ts';
import { seeded } from '../../../bench/schedules.ts';
import { startDnsServer } from '../../../support/dns-server.ts';
import { serveObject, startOrigin } from '../../../support/http-origin.ts';
import { type HelperEnd, type RunningHelper, startHelper } from '../../../support/run-helper.ts';
import { startTcpListener } from '../../../support/tcp-listener.ts';
import { createTempDir } from '../../../support/temp-dir.ts';
import { prepareTimeJump } from '../../../support/time-jump.ts';

const body = Buffer.alloc(6_000_000, 'greenroom ');

const until = async (condition: () => boolean) => {
  while (!condition()) await systemClock.sleep(5);
};
const filesIn = (folder: string) =>
  existsSync(folder) ? readdirSync(folder, { recursive: true }).map((name) => String(name)) : [];

/** Sends SIGTERM; whoever is deaf to it is killed in the end, which no exit code hides. */
async function terminate(helper: RunningHelper): Promise<HelperEnd> {
  const net = setTimeout(() => helper.child.kill('SIGKILL'), 60_000);
  helper.child.kill('SIGTERM');
  const end = await helper.ended;
  clearTimeout(net);
  return end;
}

test('SIGTERM ends it with 143, whatever it waits for', { timeout: 600_000 }, async (t) => {
  using folder = createTempDir();
  await using dns = await startDnsServer(() => 'silence');
  await using silent = await startTcpListener();
  await using stalling = await startOrigin((request) =>
    serveObject({ body, etag: '"1"' }, request, { stallAt: 3_000_000 }),
  );
  const env = {
    GREENROOM_RESOLV_CONF: folder.write('resolv.conf', `nameserver ${dns.nameserver}\n`),
    GREENROOM_HOSTS_FILE: folder.write('hosts', ''),
  };
  const to = (name: string) => join(folder.path, name, 'f');
  for (const name of 'abcde') mkdirSync(join(folder.path, name));
  const url = `http://127.0.0.1:${silent.port}/f`;
  const many = Array.from({ length: 400 }, (_, index) => `${url}${index}`);
  const cases: readonly [at: string, words: readonly string[], begun: () => () => boolean][] = [
    ['a name', ['wait', 'tcp://db:1'], () => more(() => dns.questions.length)],
    ['an answer', ['wait', url], () => more(() => silent.accepted)],
    ['a turn among many', ['wait', ...many], () => more(() => silent.accepted, 128)],
    ['a name, to fetch', ['fetch', 'http://db/f', to('a')], () => more(() => dns.questions.length)],
    ['an answer, to fetch', ['fetch', url, to('b')], () => more(() => silent.accepted)],
    [
      'a body',
      ['fetch', `${stalling.url}/f`, to('c')],
      () => () => filesIn(join(folder.path, 'c')).some((name) => name.endsWith('.part')),
    ],
  ];
  for (const [at, words, begun] of cases) {
    await t.test(at, async () => {
      const hasBegun = begun();
      const helper = startHelper(words, env);
      await Promise.race([until(hasBegun), helper.ended]);
      const { exitCode, termination } = await terminate(helper);
      assert.equal(exitCode, 143);
      assert.equal(parseTermination(termination ?? '')?.facts.code, 'TERMINATED');
    });
  }
  assert.equal(existsSync(to('c')), false);

  await t.test('another that fills the cache', async () => {
    const cache = join(folder.path, 'cache');
    mkdirSync(cache);
    const words = ['--cache', cache, '--sha256', 'a'.repeat(64)];
    const holder = startHelper(['fetch', `${stalling.url}/f`, to('d'), ...words]);
    await Promise.race([until(() => filesIn(cache).some((name) => name.includes('.lock-'))), holder.ended]);
    const waiting = startHelper(['fetch', `${stalling.url}/f`, to('e'), ...words]);
    await waiting.logged('is fetching it into the cache');
    assert.equal((await terminate(waiting)).exitCode, 143);
    assert.equal((await terminate(holder)).exitCode, 143);
    assert.deepEqual(
      filesIn(cache).filter((name) => name.includes('.lock-')),
      [],
    );
  });
});

/** Whether a number has grown since. */
function more(count: () => number, by = 1): () => boolean {
  const before = count();
  return () => count() >= before + by;
}

test('stopped, continued, ended or killed at any moment of a plan, nothing is half, and the next run ends it', {
  timeout: 600_000,
}, async (t) => {
  const seed = Number(process.env.GREENROOM_SEED ?? Date.now() % 2 ** 31);
  t.diagnostic(`seed ${seed}`);
  const chance = seeded(seed);
  const right = createHash('sha256').update(body).digest('hex');
  await using origin = await startOrigin((request) =>
    serveObject({ body, etag: '"1"' }, request, { trickle: { pieceBytes: 200_000, everyMs: 5 } }),
  );
  for (let round = 0; round < 4; round++) {
    using folder = createTempDir();
    const path = join(folder.path, 'f');
    const plan = `- wait tcp://127.0.0.1:${origin.port} ${origin.url}/ --timeout 300ms\n- fetch ${origin.url}/f ${path} --timeout 300ms\n- wait file://${path}\n`;
    const check = () => {
      if (existsSync(path)) assert.equal(createHash('sha256').update(readFileSync(path)).digest('hex'), right);
    };
    for (const signal of ['SIGTERM', 'SIGSTOP', 'SIGKILL', 'SIGSTOP'] as const) {
      const helper = startHelper(['run'], { GREENROOM_PLAN: plan });
      await Promise.race([helper.logged('"msg"'), helper.ended]);
      await Promise.race([systemClock.sleep(chance() * 250), helper.ended]);
      if (signal === 'SIGSTOP') {
        helper.child.kill('SIGSTOP');
        // longer than an attempt may take
        await systemClock.sleep(400);
        helper.child.kill('SIGCONT');
        assert.equal((await helper.ended).exitCode, 0);
        assert.ok(existsSync(path));
      } else {
        helper.child.kill(signal);
        const end = await helper.ended;
        // it may have been through already
        assert.ok([0, signal === 'SIGTERM' ? 143 : null].includes(end.exitCode), `${signal}: ${end.exitCode}`);
      }
      check();
    }
  }
});

test('a wait that stood still while its target became ready finds it, also where its deadline passed meanwhile', {
  timeout: 60_000,
}, async () => {
  using folder = createTempDir();
  const time = prepareTimeJump(folder);
  for (const passes of [false, true]) {
    const listener = await startTcpListener();
    const { port } = listener;
    await listener[Symbol.asyncDispose]();
    const helper = startHelper(['wait', `tcp://127.0.0.1:${port}`, '--deadline', '5m'], time.env);
    await helper.logged('refused');
    helper.child.kill('SIGSTOP');
    await until(() => /\) T /.test(readFileSync(`/proc/${helper.child.pid}/stat`, 'utf8')));
    await using _ready = await startTcpListener(undefined, { port });
    if (passes) time.jump();
    helper.child.kill('SIGCONT');
    const { exitCode, stderr } = await helper.ended;
    assert.equal(exitCode, 0, stderr);
  }
});
