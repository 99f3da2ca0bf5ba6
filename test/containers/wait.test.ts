// The image's `wait` among real servers: names, protocols, a network that goes and comes, signals, limits.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { docker, inVolume, makeNetwork, makeVolume, runHelper, startHelper } from './docker.ts';
import { startServer } from './servers.ts';

const small = ['--memory=128m', '--memory-swap=128m'];
let network = '';
before(async () => {
  network = await makeNetwork('wait');
});

test('waits for servers by their names, each in its own protocol, in 128 MB', async () => {
  const targets = ['http://web:8080/page.html', 'postgres://db', 'redis://cache', 'tcp://web:8080', 'dns://db'];
  const waiting = await startHelper([...small, `--network=${network}`], ['wait', ...targets, '--deadline=2m']);
  await waiting.logged('not ready');
  await Promise.all([
    startServer('nginx', network, 'web'),
    startServer('postgres', network, 'db'),
    startServer('redis', network, 'cache'),
  ]);
  assert.equal(await waiting.ended(), 0, await waiting.log());
  assert.match(await waiting.log(), /all 5 targets ready/);
});

// each in a plan's step of its own, since they have users of their own
const logins = {
  mariadb: 'wait mysql://mariadb/shop --user shop --password-env RIGHT --table orders',
  rabbitmq: 'wait amqp://rabbitmq --user guest --password-env GUEST',
  nats: 'wait nats://nats --user app --password-env RIGHT',
  memcached: 'wait memcached://memcached',
};
const passwords = ['--env=RIGHT=right', '--env=GUEST=guest'];

test('a network that was cut is noticed and, once healed, enough', async () => {
  await startServer('redis', network, 'later');
  const waiting = await startHelper([...small, '--network=none'], ['wait', 'redis://later', '--deadline=2m']);
  await waiting.logged('not ready');
  await docker('network', 'disconnect', 'none', waiting.id);
  await docker('network', 'connect', network, waiting.id);
  assert.equal(await waiting.ended(), 0, await waiting.log());
});

test('cut off while its servers come, it finds each of them afterwards, and is let in', async () => {
  const steps = [...Object.values(logins), 'wait postgres://standby --user postgres'];
  const plan = { steps: [{ together: steps.map((step) => `${step} --deadline 2m`) }] };
  const variables = [...passwords, `--env=GREENROOM_PLAN=${JSON.stringify(plan)}`];
  const waiting = await startHelper([...small, `--network=${network}`, ...variables], ['run']);
  await waiting.logged('postgres://standby not ready');
  await docker('network', 'disconnect', network, waiting.id);
  await Promise.all([
    ...Object.keys(logins).map((name) => startServer(name as keyof typeof logins, network, name)),
    startServer('postgres', network, 'standby'),
  ]);
  await docker('network', 'connect', network, waiting.id);
  assert.equal(await waiting.ended(), 0, await waiting.log());
  const log = await waiting.log();
  for (const target of ['mysql://mariadb/shop', 'amqp://rabbitmq', 'nats://nats', 'memcached://memcached']) {
    assert.match(log, new RegExp(`${target} ready after`));
  }
});

test('a password that is not the right one is never in the log', async () => {
  const waiting = await startHelper(
    [...small, `--network=${network}`, '--env=WRONG=hunter2'],
    ['wait', 'mysql://mariadb/shop', '--user=shop', '--password-env=WRONG'],
  );
  await waiting.logged('the login is refused: Access denied');
  await docker('kill', '--signal=SIGTERM', waiting.id);
  assert.equal(await waiting.ended(), 143, await waiting.log());
  assert.doesNotMatch(await waiting.log(), /hunter2/);
});

test('SIGTERM ends it as process 1, with 143', async () => {
  const waiting = await startHelper([...small, '--network=none'], ['wait', 'tcp://127.0.0.1:9']);
  await waiting.logged('not ready');
  // to what is deaf to it Docker sends SIGKILL half a minute later, which would give 137
  await docker('stop', '--time=30', waiting.id);
  assert.equal(await waiting.ended(), 143, await waiting.log());
});

test('what it was waiting for stands in the termination message, too', async () => {
  const volume = await makeVolume('termination');
  const { exitCode } = await runHelper(
    [...small, '--network=none', `--volume=${volume}:/data`],
    ['wait', 'tcp://127.0.0.1:9', '--deadline=500ms', '--termination-log=/data/message'],
  );
  assert.equal(exitCode, 124);
  const [sentence = '', facts = ''] = (await inVolume(volume, 'cat /data/message')).split('\n');
  assert.match(sentence, /^tcp:\/\/127\.0\.0\.1:9 not ready after/);
  assert.partialDeepStrictEqual(JSON.parse(facts), { outcome: 'failed', code: 'DEADLINE_PASSED' });
});
