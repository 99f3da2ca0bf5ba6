// --fail-if: whatever can be waited for can end a wait.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiServer } from '../../support/api-server.ts';
import { runHelper } from '../../support/run-helper.ts';
import { failureOf, startWait } from '../../support/running-wait.ts';
import { closedPort, startTcpListener } from '../../support/tcp-listener.ts';
import { createTempDir } from '../../support/temp-dir.ts';

test('a guard that comes true ends the wait, and is named with what was missing', async () => {
  using folder = createTempDir();
  const target = `tcp://127.0.0.1:${await closedPort()}`;
  const waiting = startWait([target, '--fail-if', `file://${folder.path}/failed --contains "it's over"`]);
  await Promise.all([waiting.saw(/^tcp:.* not ready/), waiting.saw(/^--fail-if file:.*: does not hold: no such file/)]);
  folder.write('failed', "so it's over");
  const failure = await failureOf(waiting.ended);
  assert.equal(failure.code, 'GUARD_HOLDS');
  assert.equal(failure.exitCode, 3);
  assert.match(
    failure.message,
    /^given up after .*, since file:\/\/.*\/failed \(--fail-if\); not ready: tcp:.*refused/,
  );
  assert.equal(failure.details.target, `file://${folder.path}/failed`);
  assert.equal(failure.details.cause, 'CONNECTION_REFUSED');
});

test("a Job's failure ends a wait for something else", async () => {
  await using api = await ApiServer.start();
  const target = `tcp://127.0.0.1:${await closedPort()}`;
  const waiting = startWait([target, '--fail-if', 'k8s://job/migrate --condition Failed'], api.env);
  await api.sees('watch', 1);
  const failed = { status: { conditions: [{ type: 'Failed', status: 'True' }] } };
  api.put('/apis/batch/v1/namespaces/shop/jobs', 'migrate', failed);
  const failure = await failureOf(waiting.ended);
  assert.match(failure.message, /since k8s:\/\/job\/migrate has the condition Failed \(--fail-if\)/);
});

test('a guard that does not hold does not keep a wait from its end', async () => {
  await using listener = await startTcpListener();
  const guard = `tcp://127.0.0.1:${await closedPort()}`;
  const { sentence, attempts } = await startWait([`tcp://127.0.0.1:${listener.port}`, '--fail-if', guard]).ended;
  assert.match(sentence, /ready after/);
  assert.equal(attempts, 1, "a guard's attempts are not counted");
});

test('a guard may be that something is gone, and the first that holds counts', async () => {
  using folder = createTempDir();
  folder.write('alive', '');
  const words = ['--fail-if', `tcp://127.0.0.1:${await closedPort()}`, '--fail-if', `file:///nowhere/x --gone`];
  const failure = await failureOf(startWait([`tcp://127.0.0.1:${await closedPort()}`, ...words]).ended);
  assert.match(failure.message, /since file:\/\/\/nowhere\/x is gone/);
});

test('the termination message tells a guard from a deadline, and nobody is asked to start it again', async () => {
  const closed = `tcp://127.0.0.1:${await closedPort()}`;
  const ended = await runHelper(['wait', closed, '--fail-if', 'file:///proc/self']);
  assert.equal(ended.exitCode, 3);
  const facts = JSON.parse(ended.termination?.split('\n').at(-1) ?? '');
  assert.deepEqual([facts.code, facts.target, facts.retryable], ['GUARD_HOLDS', 'file:///proc/self', false]);
});
