// A wall clock that jumps: nothing that takes time looks at it. Certificates do, and say so.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCertificate } from '../../../support/certificate.ts';
import { serveObject, startOrigin } from '../../../support/http-origin.ts';
import { root } from '../../../support/read-imports.ts';
import { startHelper } from '../../../support/run-helper.ts';
import { closedPort } from '../../../support/tcp-listener.ts';
import { createTempDir } from '../../../support/temp-dir.ts';

// Every look at the clock is an hour before or after the one before, and a century now and then.
const jumping = `
const real = Date.now;
let looks = 0;
const jump = () => (++looks % 2 ? 1 : -1) * (looks % 7 === 0 ? 36525 * 86400e3 : 3600e3);
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given) { given.length === 0 ? super(real() + jump()) : super(...given); }
  static now() { return real() + jump(); }
};
`;

test('with a clock that jumps at each look a wait and a download end as ever, and a deadline neither sooner nor never', {
  timeout: 60_000,
}, async () => {
  using folder = createTempDir();
  const path = join(folder.path, 'f');
  const body = Buffer.alloc(2_000_000, 'greenroom ');
  await using origin = await startOrigin((request) =>
    serveObject({ body, etag: '"1"' }, request, request.number === 2 ? { cutAt: 900_000 } : {}),
  );
  const env = { NODE_OPTIONS: `--require=${folder.write('jumping.cjs', jumping)}` };
  const plan = `- wait ${origin.url}/ --deadline 50s\n- fetch ${origin.url}/f ${path} --deadline 50s\n`;
  const done = await startHelper(['run'], { ...env, GREENROOM_PLAN: plan }).ended;
  assert.equal(done.exitCode, 0, done.stderr);
  assert.deepEqual(readFileSync(path), body);

  const missed = startHelper(['wait', `tcp://127.0.0.1:${await closedPort()}`, '--deadline', '700ms'], env);
  const { exitCode, termination } = await missed.ended;
  assert.equal(exitCode, 124);
  const elapsedMs = Number(/"elapsedMs":(\d+)/.exec(termination ?? '')?.[1]);
  // the attempts go on until shortly before the deadline
  assert.ok(elapsedMs >= 600 && elapsedMs < 30_000, `${elapsedMs} ms`);
});

test('a certificate that is not valid yet is called so, and the clock of the node is named', async (t) => {
  using folder = createTempDir();
  const { key, cert } = makeCertificate(['localhost'], 30);
  await using origin = await startOrigin(() => ({}), { tls: { key, cert } });
  const ca = folder.write('ca.pem', cert);
  // OpenSSL asks the kernel for the time; the past is faked where libfaketime is there
  const faketime = globSync('/usr/lib/*/faketime/libfaketime.so.1')[0];
  if (faketime === undefined) return t.skip('no libfaketime (Debian: faketime)');
  const words = ['wait', `https://localhost:${origin.port}/`, '--ca-file', ca, '--deadline'];
  const ready = await startHelper([...words, '1m']).ended;
  assert.equal(ready.exitCode, 0, ready.stderr);
  const env = { LD_PRELOAD: faketime, FAKETIME: '-30d', FAKETIME_DONT_FAKE_MONOTONIC: '1' };
  const { exitCode, termination } = await startHelper([...words, '5s'], env).ended;
  assert.equal(exitCode, 124);
  assert.match(termination ?? '', /not yet valid/);
  assert.match(termination ?? '', /clock of the node/);
});

test('the wall clock is asked for dates that others set, and for nothing else', () => {
  const allowed: Readonly<Record<string, string>> = {
    'system/clock.ts': 'is the clock',
    'fetch/cache/cache-copy.ts': 'the time at which an entry was used last, for others to see',
    'fetch/many/staging.ts': 'a sign of life, for others to see',
  };
  const asks = /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bAbortSignal\.timeout\(/;
  const found = globSync('**/*.ts', { cwd: join(root, 'helper/src') }).filter((file) =>
    asks.test(readFileSync(join(root, 'helper/src', file), 'utf8').replace(/\/\/.*$/gm, '')),
  );
  assert.deepEqual(found.toSorted(), Object.keys(allowed).toSorted());
});
