// kafka:// against Kafka itself: absent, starting, ready, logins, TLS, topics, killed.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCertificate } from '../../support/certificate.ts';
import { bringKafka, makeTopic, needsKafka, prepareKafka } from '../../support/kafka.ts';
import { root } from '../../support/read-imports.ts';
import { runCli } from '../../support/run-cli.ts';
import { firstCause, startWait } from '../../support/running-wait.ts';
import { closedPort } from '../../support/tcp-listener.ts';
import { createTempDir } from '../../support/temp-dir.ts';

test('kafka: absent, starting, ready, a login, TLS, a topic, killed', needsKafka(), async (t) => {
  const missing = await bringKafka().then(
    () => undefined,
    (error: Error) => error.message.split('\n')[0],
  );
  if (missing !== undefined) return t.skip(`LEFT OUT: Maven does not bring Kafka: ${missing}`);
  using folder = createTempDir();
  const certificate = makeCertificate(['localhost', 'kafka']);
  const ca = folder.write('ca.crt', certificate.cert);
  const keyAndCertificate = folder.write('server.pem', `${certificate.key}\n${certificate.cert}`);
  const [plain, sasl, tls, controller] = [
    await closedPort(),
    await closedPort(),
    await closedPort(),
    await closedPort(),
  ];
  const ports = { plain, sasl, tls, controller };
  const user = 'billing';
  const right = { PASSWORD: 'right' };
  const start = await prepareKafka({ folder: folder.path, ports, keyAndCertificate, user, password: 'right' });
  const target = `kafka://localhost:${plain}`;
  const login = ['--user', user, '--password-env', 'PASSWORD'];
  const waiting = startWait([target, '--deadline', '90s']);
  await waiting.saw(/connection refused/);
  await using server = start();
  await waiting.ended.catch((error) => assert.fail(`${error.message}\n${server.output()}`));

  const topic = startWait([`${target}/orders`]);
  await topic.saw(/there is no topic orders/);
  await makeTopic(plain, 'orders', 3);
  await topic.ended;
  assert.match((await firstCause([target, ...login], right)).message, /this listener takes no login/);

  const guarded = `kafka://localhost:${sasl}`;
  await startWait([guarded]).ended;
  assert.match((await firstCause([`${guarded}/orders`])).message, /told only to those who log in/);
  for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']) {
    const words = [`${guarded}/orders`, ...login, '--sasl', mechanism];
    await startWait(words, right).ended;
    const refused = await firstCause(words, { PASSWORD: 'wrong' });
    assert.match(refused.message, /the login is refused: Authentication failed/, mechanism);
    assert.ok(!JSON.stringify(refused).includes('wrong'));
  }
  const secured = [`kafka://localhost:${tls}/orders`, ...login, '--sasl', 'SCRAM-SHA-512', '--tls'];
  await startWait([...secured, '--ca-file', ca], right).ended;
  assert.match((await firstCause(secured, right)).hint, /--ca-file/);

  // manifests/kafka-topic.yaml, which is for this user and over TLS
  const objects = [
    `{apiVersion: v1, kind: Secret, metadata: {name: kafka-billing}, stringData: {password: right}}`,
    `{apiVersion: v1, kind: ConfigMap, metadata: {name: kafka-ca}, data: {ca.crt: ${JSON.stringify(certificate.cert)}}}`,
  ];
  const manifest = readFileSync(join(root, 'manifests/kafka-topic.yaml'), 'utf8');
  const { exitCode, stderr } = await runCli(['rehearse', '-', '--service', `kafka:9093=127.0.0.1:${tls}`], {
    input: [manifest, ...objects].join('\n---\n'),
  });
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /kafka:\/\/kafka:9093\/orders ready/);

  const leaving = startWait([target, '--gone']);
  await leaving.saw(/still there/);
  await server.end();
  await leaving.ended;
});
