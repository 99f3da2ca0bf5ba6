import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStep } from '../../../../helper/src/contract/step.ts';
import { splitWords } from '../../../../helper/src/contract/words.ts';

const wait = (line: string, env = {}) => parseStep(['wait', ...splitWords(line)], env);

const faults: readonly [line: string, message: string][] = [
  ['postgres://db/shop', 'wait: postgres://db/shop: a database needs a login: give --user'],
  ['postgres://db --query "SELECT 1"', 'wait: postgres://db: --query needs a login: give --user'],
  ['postgres://db --table a', 'wait: postgres://db: --table needs a login: give --user'],
  ['redis://a postgres://db --primary', 'wait: postgres://db: --primary needs a login: give --user'],
  ['mysql://db --tls', 'wait: mysql://db: --tls needs a login: give --user'],
  ['mysql://db --user a --table b', 'wait: --table needs a database: mysql://db/DATABASE'],
  ['amqp://mq --queue a', 'wait: amqp://mq: --queue needs a login: give --user'],
  ['amqp://mq/host', 'wait: amqp://mq/host: a virtual host needs a login: give --user'],
  ['postgres://db --password-file /a', 'wait: a password needs --user'],
  [
    'postgres://db --user a --password-file /a --password-env B',
    'wait: --password-env and --password-file do not go together',
  ],
  ['nats://a --creds-file /a --user b', 'wait: --creds-file stands in place of --user and a password'],
  ['postgres://db --ca-file /a', 'wait: --ca-file: none of these targets speaks TLS; give --tls'],
  ['kafka://a mongodb://b --server-name c', 'wait: --server-name: none of these targets speaks TLS; give --tls'],
  [
    'tcp://db:1 --user a',
    'wait: --user is for postgres and mysql and redis and nats and amqp and mongodb and kafka targets, and none of these is one',
  ],
  ['nats://a --stream a.b', 'wait: --stream: "a.b" names no stream'],
  [
    'postgres://app:right@db/shop',
    'target "postgres://db/shop": takes no user and no password: give --user, and --password-file or --password-env',
  ],
  ['redis://a/0', 'target "redis://a/0": takes nothing behind the port, such as redis://cache:6379'],
];

for (const [line, message] of faults) {
  test(`wait ${line.replace('right', '…')} is a fault that says what would be right`, () => {
    assert.throws(() => wait(line), { code: 'USAGE', message });
  });
}

const right = [
  'postgres://db/shop --user a --password-file /a --table b --query "SELECT 1" --primary',
  'postgres://db --tls --ca-file /a',
  'redis://a --password-env B --key c --primary',
  'nats://a --password-file /token --stream ORDERS',
  'mongodb://db/shop --table orders',
  'kafka://a/orders --user b --password-env C --sasl SCRAM-SHA-512 --tls --ca-file /d',
  'https://a postgres://db --ca-file /a',
];

for (const line of right) test(`wait ${line} is right`, () => void wait(line));

test('a user from the environment counts', () => void wait('postgres://db/shop', { GREENROOM_USER: 'a' }));
