// Small readers and writers: times, other programs' words, the scheduler's message, loops, the helper's log, targets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTargets } from '../../../../cli/src/commands/why-settings.ts';
import { restartPauseMs } from '../../../../cli/src/why/back-off.ts';
import { schedulerReasons } from '../../../../cli/src/why/causes/scheduling.ts';
import { readHelperLog } from '../../../../cli/src/why/waits/helper-log.ts';
import { hostsOfShell } from '../../../../cli/src/why/waits/shell-hosts.ts';
import { listed, quoted, spell } from '../../../../cli/src/why/words.ts';
import { answersFor } from './answers-for.ts';
import { ended, pod } from './objects.ts';

test("the pauses are the kubelet's: none, 10s, doubling, 5m at most", () => {
  assert.deepEqual(
    [0, 1, 2, 3, 5, 6, 7, 1_000].map(restartPauseMs),
    [0, 10_000, 20_000, 40_000, 160_000, 300_000, 300_000, 300_000],
  );
});

const nextOf = async (restarts: number, message: string, secondsAgo: number) => {
  const lastState = {
    terminated: ended(1, {
      finishedAt: new Date(Date.parse('2026-01-01T00:10:00Z') - secondsAgo * 1_000).toISOString(),
    }),
  };
  const app = { restartCount: restarts, state: { waiting: { reason: 'CrashLoopBackOff', message } }, lastState };
  const [answer] = await answersFor([pod({ phase: 'Running', app })], 'pod/web');
  return answer?.found[0]?.finding.next;
};

test('the next try is counted from the last end by the pause that the kubelet names', async () => {
  assert.equal(
    await nextOf(9, 'back-off 5m0s restarting failed container=app', 60),
    'the kubelet starts it again in about 4m',
  );
  // a cluster with a maximum of its own
  assert.equal(
    await nextOf(9, 'back-off 20s restarting failed container=app', 5),
    'the kubelet starts it again in about 15s',
  );
});

test('without such a name the usual pause counts, and what is overdue is not called certain', async () => {
  assert.equal(await nextOf(3, '', 10), 'the kubelet starts it again in about 30s');
  assert.equal(await nextOf(1, '', 10), 'the kubelet starts it again any moment');
  assert.equal(await nextOf(1, '', 60), 'the kubelet starts it again within 5m');
});

test("other programs' words cannot move the cursor, and are cut", () => {
  assert.equal(quoted('\x1b[31mred\x1b[0m\x1b]0;title\x07\r\nnext\x00\x9b2J'), 'red next 2J');
  assert.equal(quoted('x'.repeat(400)).length, 300);
});

test('times have no more digits than help', () => {
  assert.deepEqual([400, 1_499, 61_000, 3_600_000, 90_061_000].map(spell), ['0s', '1s', '1m1s', '1h', '25h1m']);
});

test('of many names the first are listed', () => {
  assert.equal(listed(['a', 'b', 'c', 'd', 'e', 'f']), 'a, b, c and 3 more');
  assert.equal(listed(['a', 'b']), 'a and b');
});

test("the scheduler's reasons are taken apart, whatever stands behind them", () => {
  const reasons = (message: string) => schedulerReasons(message).map(({ count, text }) => `${count} ${text}`);
  assert.deepEqual(
    reasons(
      '0/5 nodes are available: 2 Insufficient cpu, 3 node(s) had untolerated taint {a: b, c: d}. preemption: 0/5 nodes are available: 5 x.',
    ),
    ['2 Insufficient cpu', '3 had untolerated taint {a: b, c: d}'],
  );
  assert.deepEqual(reasons('0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found'), [
    '0 pod has unbound immediate PersistentVolumeClaims. not found',
  ]);
  assert.deepEqual(reasons('no nodes available to schedule pods'), []);
});

for (const [script, ...hosts] of [
  ['until nslookup db; do sleep 2; done', 'dns://db'],
  ['until nc -z -w 2 db 5432; do sleep 2; done', 'tcp://db:5432'],
  ['while ! nc -zv db.shop.svc 5432; do :; done', 'tcp://db.shop.svc:5432'],
  ['until pg_isready -U me -h db -p 5433; do sleep 1; done', 'tcp://db:5433'],
  ['until pg_isready --host=db; do sleep 1; done', 'tcp://db:5432'],
  ['until redis-cli -h cache ping; do sleep 1; done', 'tcp://cache:6379'],
  ['until mysqladmin ping -h mysql --silent; do sleep 1; done', 'tcp://mysql:3306'],
  ['until curl -sf http://api:8080/health; do sleep 1; done', 'http://api:8080/health'],
  ['/wait-for-it.sh db:5432 -t 60', 'tcp://db:5432'],
  ['dockerize -wait tcp://db:5432 -wait http://api/ready', 'tcp://db:5432', 'http://api/ready'],
  ['until (echo > /dev/tcp/db/5432); do sleep 1; done', 'tcp://db:5432'],
  [
    'until getent hosts db.$(cat /var/run/secrets/kubernetes.io/serviceaccount/namespace).svc.cluster.local; do sleep 1; done',
    'dns://db',
  ],
  ['until nc -z $DB_HOST 5432; do sleep 1; done'],
  ['python manage.py migrate'],
]) {
  test(`the hosts that a loop names: ${script}`, () =>
    assert.deepEqual(hostsOfShell(['sh', '-c', script ?? '']), hosts));
}

test("the helper's log says what is still pending, and why", () => {
  const lines = [
    { targets: ['tcp://a:1', 'tcp://b:2'], msg: 'waiting' },
    { target: 'tcp://a:1', cause: 'TIMED_OUT', msg: 'tcp://a:1 not ready: no answer' },
    { target: 'tcp://b:2', msg: 'tcp://b:2 ready after 1s' },
    { pending: ['tcp://a:1'], hint: 'look there', msg: 'still waiting' },
    { msg: 'still waiting' },
  ];
  const log = readHelperLog(`not JSON\n${lines.map((each) => JSON.stringify(each)).join('\n')}\n{"broken`);
  assert.deepEqual(
    [log.pending, [...log.causes], log.hint, log.message],
    [['tcp://a:1'], [['tcp://a:1', 'TIMED_OUT']], 'look there', 'still waiting'],
  );
});

test('targets are written as for kubectl', () => {
  const read = (...words: string[]) => readTargets(words).map(({ kind, name }) => `${kind} ${name ?? '*'}`);
  assert.deepEqual(read('po/a', 'deployments.apps/b', 'STS/c'), ['Pod a', 'Deployment b', 'StatefulSet c']);
  assert.deepEqual(read('deploy', 'a', 'b'), ['Deployment a', 'Deployment b']);
  assert.deepEqual(read('jobs'), ['Job *']);
  assert.deepEqual(read('web-0'), ['Pod web-0']);
  assert.throws(() => read('deploymnet/a'), /deploymnet is not a kind that runs pods/);
  assert.throws(() => read('pod/a/b'), /"pod\/a\/b" is not of the form KIND\/NAME/);
});
