// The probes of server protocols against the servers themselves, in each state that a cluster finds them in.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect as connectAmqp } from 'amqplib';
import { makeCertificate } from '../../support/certificate.ts';
import { findProgram, giveToServer, needs, type RealServer, runTool, startServer } from '../../support/real-server.ts';
import { startHelper } from '../../support/run-helper.ts';
import { firstCause, startWait } from '../../support/running-wait.ts';
import { closedPort } from '../../support/tcp-listener.ts';
import { createTempDir, type TempDir } from '../../support/temp-dir.ts';

/** A folder that a server may write to. */
function serverFolder(): TempDir {
  const folder = createTempDir();
  giveToServer(folder.path);
  return folder;
}

/** Waits until the log has a cause that fits, then gives up: a state that lasts until the test ends it. */
async function lasting(words: readonly string[], pattern: RegExp): Promise<void> {
  const waiting = startWait([...words, '--deadline', '60s'], { PASSWORD: 'guest' });
  await waiting.saw(pattern);
  waiting.stop.abort(new Error('seen'));
  await waiting.ended.catch(() => {});
}

/** A server that is killed is seen to be gone. */
async function killed(target: string, server: RealServer): Promise<void> {
  const leaving = startWait([target, '--gone']);
  await leaving.saw(/still there/);
  await server.end();
  await leaving.ended;
}

test('postgres: absent, in recovery, ready, with a password, killed', needs('postgres', 'postgresql'), async () => {
  using folder = serverFolder();
  const data = join(folder.path, 'data');
  const port = await closedPort();
  const target = `postgres://127.0.0.1:${port}`;
  const args = ['-D', data, '-p', String(port), '-k', folder.path, '-h', '127.0.0.1'];
  await runTool('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '--locale', 'C']);

  await lasting([target], /connection refused/);
  {
    // a standby that lets nobody in: pg_isready says "rejecting connections"
    writeFileSync(join(data, 'standby.signal'), '');
    await using _ = startServer('postgres', [...args, '-c', 'hot_standby=off', '-c', 'restore_command=false']);
    await lasting([target], /not ready: PostgreSQL says: the database system is /);
  }
  await runTool('rm', [join(data, 'standby.signal')]);
  {
    const waiting = startWait([target]);
    await waiting.saw(/connection refused/);
    await using server = startServer('postgres', args);
    await waiting.ended;
    await killed(target, server);
  }
  writeFileSync(join(data, 'pg_hba.conf'), 'host all all 127.0.0.1/32 scram-sha-256\n');
  {
    await using _ = startServer('postgres', args);
    await startWait([target]).ended;
  }
  writeFileSync(join(data, 'pg_hba.conf'), 'host all all 10.0.0.1/32 reject\n');
  await using _ = startServer('postgres', args);
  await startWait([target]).ended;
});

test('mysql: absent, ready, without a connection left, killed', needs('mariadbd', 'mariadb-server'), async () => {
  using folder = serverFolder();
  const data = join(folder.path, 'data');
  const port = await closedPort();
  const target = `mysql://127.0.0.1:${port}`;
  await runTool('mariadb-install-db', [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ]);
  const waiting = startWait([target, '--deadline', '60s']);
  await waiting.saw(/connection refused/);
  const socket = `--socket=${join(folder.path, 'db.sock')}`;
  const args = ['--no-defaults', `--datadir=${data}`, `--port=${port}`, socket, '--bind-address=127.0.0.1'];
  await using server = startServer('mariadbd', [...args, '--max-connections=10', '--innodb-fast-shutdown=2']);
  await waiting.ended;

  const held: Socket[] = [];
  const hold = async () => {
    const one = connect(port, '127.0.0.1');
    held.push(one);
    one.on('error', () => {});
    await new Promise((resolve) => one.once('data', resolve));
  };
  // ten, and the one that is kept for an administrator
  for (let i = 0; i < 12; i++) await hold();
  await lasting([target], /MySQL says: Too many connections/);
  for (const one of held) one.destroy();
  await startWait([target]).ended;
  await killed(target, server);
});

test(
  'redis: absent, ready, killed, with a password, loading, a replica',
  needs('redis-server', 'redis-server'),
  async () => {
    using folder = serverFolder();
    const port = await closedPort();
    const target = `redis://127.0.0.1:${port}`;
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder.path, '--save', ''];
    const waiting = startWait([target]);
    await waiting.saw(/connection refused/);
    {
      await using server = startServer('redis-server', [...args, '--enable-debug-command', 'yes']);
      await waiting.ended;
      await startWait([target, '--primary']).ended;
      const admin = connect(port, '127.0.0.1');
      admin.write('DEBUG POPULATE 20000\r\nSAVE\r\n');
      let said = '';
      for await (const piece of admin) {
        said += piece;
        if (said === '+OK\r\n+OK\r\n') break;
      }
      await killed(target, server);
    }
    {
      await using _ = startServer('redis-server', [...args, '--requirepass', 'x', '--key-load-delay', '0']);
      await startWait([target]).ended;
      await lasting([target, '--primary'], /told only to those who log in/);
    }
    {
      // twenty thousand keys of a tenth of a second each
      const slow = ['--key-load-delay', '100000', '--loading-process-events-interval-bytes', '1024'];
      await using _ = startServer('redis-server', [...args, ...slow]);
      await lasting([target], /Redis says: LOADING/);
    }
    const nowhere = ['--replicaof', '127.0.0.1', String(await closedPort())];
    {
      await using _ = startServer('redis-server', [...args, ...nowhere]);
      await startWait([target]).ended;
      await lasting([target, '--primary'], /it is no primary but a slave/);
    }
    await using _ = startServer('redis-server', [...args, ...nowhere, '--replica-serve-stale-data', 'no']);
    await lasting([target], /Redis says: MASTERDOWN/);
  },
);

test('memcached: absent, ready, killed, over TLS', needs('memcached', 'memcached'), async () => {
  using folder = serverFolder();
  const port = await closedPort();
  const target = `memcached://localhost:${port}`;
  const args = ['-l', '127.0.0.1', '-p', String(port), '-U', '0'];
  const waiting = startWait([target]);
  await waiting.saw(/connection refused/);
  {
    await using server = startServer('memcached', args);
    await waiting.ended;
    await killed(target, server);
  }
  const { cert, key } = makeCertificate(['localhost']);
  const [ca, keyFile] = [folder.write('ca.crt', cert), folder.write('server.key', key)];
  giveToServer(keyFile);
  await using _ = startServer('memcached', [...args, '-Z', '-o', `ssl_chain_cert=${ca},ssl_key=${keyFile}`]);
  await startWait([target, '--tls', '--ca-file', ca]).ended;
  assert.match((await firstCause([target, '--tls'])).hint, /--ca-file/);
});

test('nats: absent, ready, killed, with a password', needs('nats-server', 'nats-server'), async () => {
  const port = await closedPort();
  const target = `nats://127.0.0.1:${port}`;
  const waiting = startWait([target]);
  await waiting.saw(/connection refused/);
  {
    await using server = startServer('nats-server', ['-a', '127.0.0.1', '-p', String(port)]);
    await waiting.ended;
    await killed(target, server);
  }
  await using _ = startServer('nats-server', ['-a', '127.0.0.1', '-p', String(port), '--user', 'a', '--pass', 'b']);
  await startWait([target]).ended;
});

test(
  'amqp: absent, starting, ready, a login, a virtual host, a queue, killed',
  needs('rabbitmq-server', 'rabbitmq-server'),
  async () => {
    using folder = serverFolder();
    const [port, distPort, epmdPort] = [await closedPort(), await closedPort(), await closedPort()];
    const waiting = startWait([`amqp://127.0.0.1:${port}`, '--deadline', '90s']);
    await waiting.saw(/connection refused/);
    mkdirSync(join(folder.path, 'none'));
    writeFileSync(join(folder.path, 'plugins'), '[].\n');
    await using server = startServer(findProgram('rabbitmq-server') ?? '', [], {
      HOME: folder.path,
      RABBITMQ_NODENAME: `greenroom-${port}@localhost`,
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_NODE_PORT: String(port),
      RABBITMQ_DIST_PORT: String(distPort),
      ERL_EPMD_PORT: String(epmdPort),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      // lets it be ended below even before it has noticed that its node is gone
      ERL_EPMD_RELAXED_COMMAND_CHECK: '1',
      RABBITMQ_MNESIA_BASE: folder.path,
      RABBITMQ_LOG_BASE: folder.path,
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder.path, 'plugins'),
      RABBITMQ_CONF_ENV_FILE: join(folder.path, 'none', 'env'),
      RABBITMQ_CONFIG_FILE: join(folder.path, 'none', 'rabbitmq'),
    });
    await waiting.ended.catch((error) => assert.fail(`${error.message}\n${server.output()}`));

    const login = [`amqp://127.0.0.1:${port}`, '--user', 'guest', '--password-env', 'PASSWORD'];
    const right = { PASSWORD: 'guest' };
    await startWait(login, right).ended;
    const refused = await firstCause(login, { PASSWORD: 'wrong' });
    assert.match(refused.message, /the login is refused: ACCESS_REFUSED/);
    const elsewhere = await firstCause([`amqp://127.0.0.1:${port}/shop`, ...login.slice(1)], right);
    assert.match(elsewhere.message, /there is no virtual host shop, or no right to it/);
    const queueing = startWait([...login, '--queue', 'orders'], right);
    await queueing.saw(/there is no queue orders/);
    const connection = await connectAmqp(`amqp://127.0.0.1:${port}`);
    await (await connection.createChannel()).assertQueue('orders', { durable: false });
    await queueing.ended;
    const built = await startHelper(['wait', ...login, '--queue', 'orders', '--deadline', '20s'], right).ended;
    assert.equal(built.exitCode, 0, built.stderr);
    await connection.close();

    await server.end();
    await lasting(login, /connection refused/);
    // Erlang's port mapper is a daemon of its own, and outlives whoever started it
    await runTool('epmd', ['-port', String(epmdPort), '-kill']);
  },
);

test('a server of another protocol is not ready', needs('redis-server', 'redis-server'), async () => {
  using folder = serverFolder();
  const port = await closedPort();
  await using _ = startServer('redis-server', ['--port', String(port), '--dir', folder.path, '--save', '']);
  await startWait([`redis://127.0.0.1:${port}`]).ended;
  for (const scheme of ['memcached', 'postgres', 'amqp', 'grpc']) {
    await lasting([`${scheme}://127.0.0.1:${port}`, '--timeout', '200ms'], / not ready: /);
  }
});
