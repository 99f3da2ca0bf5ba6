import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../../helper/src/core/failure.ts';
import { Progress } from '../../../../helper/src/wait/progress.ts';
import { memoryLog } from '../../../support/memory-log.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const refused = new Failure('CONNECTION_REFUSED', 'connection refused: 10.0.0.7:80', {
  details: { errno: 'ECONNREFUSED' },
});
const elsewhere = new Failure('CONNECTION_REFUSED', 'connection refused: 10.0.0.8:80', {
  details: { errno: 'ECONNREFUSED' },
});
const missing = new Failure('NAME_NOT_FOUND', 'no such name: asked for a', { details: { answer: 'NXDOMAIN' } });
const none = () => undefined;

function start(targets = ['tcp://a:80', 'tcp://b:80'], deadlineMs = 300_000) {
  const clock = new VirtualClock();
  const log = memoryLog();
  return { clock, log, progress: new Progress(targets, 'ready', deadlineMs, log, clock) };
}

test('a cause is said once while it stays, and again when it changes', () => {
  const { log, progress } = start();
  for (const cause of [missing, missing, refused, elsewhere, refused]) progress.notReady(0, cause, 1, none);
  assert.deepEqual(log.messages(), [
    'tcp://a:80 not ready: no such name: asked for a',
    'tcp://a:80 not ready: connection refused: 10.0.0.7:80',
  ]);
  assert.equal(log.messages('debug').length, 3);
});

test('a cause that comes and goes is not said again within 30s', async () => {
  const { clock, log, progress } = start();
  for (let i = 0; i < 50; i++) progress.notReady(0, i % 2 === 0 ? refused : missing, i, none);
  assert.equal(log.messages().length, 2);
  await clock.sleep(30_000);
  progress.notReady(0, refused, 51, none);
  assert.equal(log.messages().length, 3);
});

test('the hint goes with the line, and is asked for only when the cause changes', () => {
  const { log, progress } = start();
  let asked = 0;
  const hint = () => `hint ${++asked}`;
  for (const cause of [refused, refused, refused]) progress.notReady(0, cause, 1, hint);
  assert.equal(asked, 1);
  assert.equal(log.entries[0]?.fields.hint, 'hint 1');
});

test('the heartbeat comes after 10s and thins out to one in two minutes', async () => {
  const { clock, log, progress } = start(['tcp://a:80']);
  const over = new AbortController();
  progress.notReady(0, refused, 7, () => 'look there');
  const beating = progress.heartbeat(over.signal);
  await clock.sleep(600_000);
  over.abort();
  await beating;
  const beats = log.messages().filter((message) => message.startsWith('still'));
  assert.deepEqual(
    beats.map((message) => /after (\w+)/.exec(message)?.[1]),
    ['10s', '30s', '1m10s', '2m30s', '4m30s', '6m30s', '8m30s'],
  );
  assert.equal(
    beats[0],
    'still waiting after 10s (4m50s left) for tcp://a:80 (for 10s: connection refused: 10.0.0.7:80; 7 attempts)',
  );
  assert.equal(log.entries.at(-1)?.fields.hint, 'look there');
});

test('a heartbeat names what is pending, five at most, and gives the number of the others', async () => {
  const { clock, log, progress } = start(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((host) => `tcp://${host}:80`));
  const over = new AbortController();
  progress.ready(0, 1);
  const beating = progress.heartbeat(over.signal);
  await clock.sleep(10_000);
  over.abort();
  await beating;
  assert.equal(
    log.messages().at(-1),
    'still waiting after 10s (4m50s left) for tcp://b:80; tcp://c:80; tcp://d:80; tcp://e:80; tcp://f:80; and 2 more',
  );
});
