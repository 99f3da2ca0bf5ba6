// mongodb:// against a server of its protocol (FerretDB; MongoDB itself is in no package registry): absent, ready,
// logins, TLS, collections, killed. What only a replica set says is scripted in wait-dialogues.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MongoClient } from 'mongodb';
import { makeCertificate } from '../../support/certificate.ts';
import { ferretdb, needsFerretdb } from '../../support/ferretdb.ts';
import { startServer, whoeverRunsTests } from '../../support/real-server.ts';
import { startHelper } from '../../support/run-helper.ts';
import { firstCause, startWait } from '../../support/running-wait.ts';
import { closedPort } from '../../support/tcp-listener.ts';
import { createTempDir } from '../../support/temp-dir.ts';

test('mongodb: absent, ready, a login, a collection, TLS, killed', needsFerretdb(), async () => {
  using folder = createTempDir();
  const certificate = makeCertificate(['localhost']);
  const ca = folder.write('ca.crt', certificate.cert);
  const cert = folder.write('server.crt', certificate.cert);
  const key = folder.write('server.key', certificate.key);
  const [port, tlsPort] = [await closedPort(), await closedPort()];
  const target = `mongodb://localhost:${port}/shop`;
  const login = ['--user', 'app', '--password-env', 'PASSWORD'];
  const right = { PASSWORD: 'right' };

  const waiting = startWait([target, ...login, '--deadline', '60s'], right);
  await waiting.saw(/connection refused/);
  const args = [
    ...['--handler=sqlite', `--sqlite-url=file:${folder.path}/`, `--state-dir=${folder.path}`, '--telemetry=disable'],
    ...['--debug-addr=-', `--listen-addr=127.0.0.1:${port}`, '--repl-set-name=rs0', '--test-enable-new-auth'],
    ...['--setup-database=shop', '--setup-username=app', '--setup-password=right'],
    ...[`--listen-tls=127.0.0.1:${tlsPort}`, `--listen-tls-cert-file=${cert}`, `--listen-tls-key-file=${key}`],
  ];
  await using server = startServer(ferretdb, args, {}, whoeverRunsTests);
  await waiting.ended.catch((error) => assert.fail(`${error.message}\n${server.output()}`));
  await startWait([target.replace('/shop', ''), '--primary', '--has-primary']).ended;
  const refused = await firstCause([target, ...login], { PASSWORD: 'wrong' });
  assert.match(refused.message, /the login is refused: /);
  assert.ok(!JSON.stringify(refused).includes('wrong'));

  const seeded = startWait([target, ...login, '--table', 'orders'], right);
  await seeded.saw(/there is no collection orders/);
  const client = new MongoClient(`mongodb://app:right@127.0.0.1:${port}/shop?directConnection=true`);
  await client.db('shop').collection('orders').insertOne({ number: 1 });
  await client.close();
  await seeded.ended;
  const built = await startHelper(['wait', target, ...login, '--table', 'orders', '--deadline', '20s'], right).ended;
  assert.equal(built.exitCode, 0, built.stderr);

  const secured = [`mongodb://localhost:${tlsPort}/shop`, ...login, '--table', 'orders', '--tls'];
  await startWait([...secured, '--ca-file', ca], right).ended;
  assert.match((await firstCause(secured, right)).hint, /--ca-file/);

  const leaving = startWait([target.replace('/shop', ''), '--gone']);
  await leaving.saw(/still there/);
  await server.end();
  await leaving.ended;
});
