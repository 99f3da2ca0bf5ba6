// Logins and conditions against the servers themselves: not made yet, refused, granted, fulfilled.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCertificate } from '../../support/certificate.ts';
import { giveToServer, needs, runTool, startServer } from '../../support/real-server.ts';
import { startHelper } from '../../support/run-helper.ts';
import { firstCause, startWait } from '../../support/running-wait.ts';
import { closedPort } from '../../support/tcp-listener.ts';
import { createTempDir, type TempDir } from '../../support/temp-dir.ts';

function serverFolder(): TempDir {
  const folder = createTempDir();
  giveToServer(folder.path);
  return folder;
}

/** The built program, whose drivers are bundled, must be let in as well. */
async function built(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<void> {
  const { exitCode, stderr } = await startHelper(['wait', ...words, '--deadline', '20s'], env).ended;
  assert.equal(exitCode, 0, stderr);
}

const sql = (port: number, text: string) =>
  runTool('psql', ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-qc', text]);

test('postgres: a login, a database, a table, a query, a standby, TLS', needs('postgres', 'postgresql'), async () => {
  using folder = serverFolder();
  const data = join(folder.path, 'data');
  const port = await closedPort();
  const certificate = makeCertificate(['localhost']);
  const ca = folder.write('ca.crt', certificate.cert);
  await runTool('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '--locale', 'C']);
  writeFileSync(join(data, 'server.crt'), certificate.cert);
  writeFileSync(join(data, 'server.key'), certificate.key, { mode: 0o600 });
  giveToServer(join(data, 'server.crt'));
  giveToServer(join(data, 'server.key'));
  writeFileSync(
    join(data, 'pg_hba.conf'),
    ['host all postgres 127.0.0.1/32 trust', 'host all all 127.0.0.1/32 scram-sha-256', ''].join('\n'),
  );
  const args = ['-D', data, '-p', String(port), '-k', folder.path, '-h', '127.0.0.1', '-c', 'fsync=off'];
  const secret = folder.write('password', 'right horse\n');
  const login = [`postgres://localhost:${port}/shop`, '--user', 'shop', '--password-file', secret];
  const cause = async (...words: string[]) => (await firstCause([...login, ...words])).message;

  const waiting = startWait(login);
  await waiting.saw(/connection refused/);
  {
    await using _ = startServer('postgres', args);
    await waiting.saw(/the login is refused: password authentication failed for user "shop"/);
    await sql(port, "CREATE ROLE shop LOGIN PASSWORD 'right horse'");
    await waiting.saw(/PostgreSQL says: database "shop" does not exist/);
    await sql(port, 'CREATE DATABASE shop OWNER shop');
    await waiting.ended;

    const env = { WRONG: 'wrong', RIGHT: 'right horse' };
    const other = [...login.slice(0, 3), '--password-env'];
    const refused = await firstCause([...other, 'WRONG'], env);
    assert.match(refused.hint, /first start/);
    assert.ok(!JSON.stringify(refused).includes('wrong'));
    await startWait([...other, 'RIGHT'], env).ended;

    assert.equal(await cause('--table', 'orders'), 'there is no table orders');
    const migrated = startWait([...login, '--table', 'orders', '--query', 'SELECT count(*) > 1 FROM orders']);
    await migrated.saw(/there is no table orders/);
    await runTool('psql', [
      ...['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-d', 'shop', '-qc'],
      'CREATE TABLE orders (id int); GRANT ALL ON orders TO shop; INSERT INTO orders VALUES (0)',
    ]);
    await migrated.saw(/its first value is NULL, false, 0 or empty/);
    await runTool('psql', [
      ...['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-d', 'shop', '-qc'],
      'INSERT INTO orders VALUES (1)',
    ]);
    await migrated.ended;
    await startWait([...login, '--primary']).ended;
    await startWait([...login, '--query', 'SELECT generate_series(1, 100000000)', '--timeout', '20s']).ended;

    assert.match(await cause('--query', 'SELECT 1 WHERE false'), /gives no row yet/);
    assert.match(await cause('--query', 'SELECT * FROM later'), /relation "later" does not exist/);
    const never = startWait([...login, '--query', 'SELEC 1']);
    await assert.rejects(never.ended, /will not run the query: syntax error at or near "SELEC"/);
    const changing = startWait([...login, '--query', 'DELETE FROM orders RETURNING 1']);
    await assert.rejects(changing.ended, /cannot execute DELETE in a read-only transaction/);

    assert.match((await firstCause([login[0] ?? '', '--user', 'shop', '--tls'])).message, /speaks no TLS here/);
  }
  {
    await using _ = startServer('postgres', [...args, '-c', 'ssl=on']);
    await startWait([...login, '--tls', '--ca-file', ca]).ended;
    await built([...login, '--tls', '--ca-file', ca, '--table', 'orders', '--query', 'SELECT true']);
    await startWait([`postgres://localhost:${port}`, '--tls', '--ca-file', ca]).ended;
    assert.match((await firstCause([...login, '--tls'])).hint, /--ca-file/);
    assert.match((await firstCause([...login, '--tls', '--ca-file', ca, '--server-name', 'db'])).hint, /not for/);
  }
  writeFileSync(join(data, 'standby.signal'), '');
  await using _ = startServer('postgres', args);
  await startWait(login).ended;
  assert.equal(await cause('--primary'), 'it is no primary but a standby');
});

test('mysql: a login, a database, a table, a query, read-only, TLS', needs('mariadbd', 'mariadb-server'), async () => {
  using folder = serverFolder();
  const data = join(folder.path, 'data');
  const port = await closedPort();
  const certificate = makeCertificate(['localhost']);
  const files = {
    ca: folder.write('ca.crt', certificate.cert),
    cert: folder.write('server.crt', certificate.cert),
    key: folder.write('server.key', certificate.key),
  };
  giveToServer(files.key);
  await runTool('mariadb-install-db', [
    ...['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'],
  ]);
  const socket = join(folder.path, 'db.sock');
  const admin = (text: string) => runTool('mariadb', ['--no-defaults', `--socket=${socket}`, '-uroot', '-e', text]);
  const secret = folder.write('password', 'right');
  const login = [`mysql://localhost:${port}/shop`, '--user', 'shop', '--password-file', secret];
  const cause = async (...words: string[]) => (await firstCause([...login, ...words])).message;
  const waiting = startWait(login);
  await waiting.saw(/connection refused/);
  await using _ = startServer('mariadbd', [
    ...['--no-defaults', `--datadir=${data}`, `--port=${port}`, `--socket=${socket}`, '--bind-address=127.0.0.1'],
    ...['--innodb-fast-shutdown=2', '--skip-name-resolve', `--ssl-cert=${files.cert}`, `--ssl-key=${files.key}`],
  ]);
  await waiting.saw(/the login is refused: Access denied for user 'shop'@'127.0.0.1'/);
  await admin("CREATE USER shop@'%' IDENTIFIED BY 'right'; GRANT ALL ON shop.* TO shop@'%'");
  await waiting.saw(/MySQL says: Unknown database 'shop'/);
  await admin('CREATE DATABASE shop');
  await waiting.ended;

  const wrong = await firstCause([...login.slice(0, 3), '--password-env', 'WRONG'], { WRONG: 'wrong' });
  assert.match(wrong.hint, /first start/);
  assert.ok(!JSON.stringify(wrong).includes('wrong'));
  assert.match(await cause('--table', 'orders'), /there is no table orders/);
  assert.match(await cause('--query', 'SELECT * FROM orders'), /Table 'shop.orders' doesn't exist/);
  await admin('CREATE TABLE shop.orders (id int)');
  assert.match(await cause('--query', 'SELECT count(*) FROM orders'), /NULL, false, 0 or empty/);
  assert.match(await cause('--query', 'SELECT id FROM orders'), /no row yet/);
  await admin('INSERT INTO shop.orders VALUES (1)');
  await startWait([...login, '--table', 'orders', '--query', 'SELECT count(*) FROM orders']).ended;
  await assert.rejects(startWait([...login, '--query', 'SELEC 1']).ended, /will not run the query: You have an error/);
  await assert.rejects(startWait([...login, '--query', 'DELETE FROM orders']).ended, /READ ONLY transaction/);

  await startWait([...login, '--primary']).ended;
  await admin('SET GLOBAL read_only = 1');
  await startWait(login).ended;
  assert.equal(await cause('--primary'), 'it is no primary but read-only');

  await startWait([...login, '--tls', '--ca-file', files.ca]).ended;
  await built([...login, '--tls', '--ca-file', files.ca, '--table', 'orders', '--query', 'SELECT 1']);
  assert.match((await firstCause([...login, '--tls'])).hint, /--ca-file/);
  assert.match((await firstCause([...login, '--tls', '--ca-file', files.ca, '--server-name', 'db'])).hint, /not for/);
});

test('redis: a password, a user, a key', needs('redis-server', 'redis-server'), async () => {
  using folder = serverFolder();
  const port = await closedPort();
  const target = `redis://127.0.0.1:${port}`;
  const secret = folder.write('password', 'right');
  await using _ = startServer('redis-server', [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder.path, '--save', '', '--requirepass', 'right'],
    ...['--user', 'app', 'on', '>other', '~*', '+@all'],
  ]);
  const login = [target, '--password-file', secret];
  await startWait([...login, '--primary']).ended;
  const seeded = startWait([...login, '--primary', '--key', 'seed:1']);
  await seeded.saw(/there is no key seed:1/);
  const client = ['-p', String(port), '--no-auth-warning', '-a', 'right'];
  await runTool('redis-cli', [...client, 'SET', 'seed:1', 'x']);
  await seeded.ended;
  await startWait([target, '--user', 'app', '--password-env', 'P'], { P: 'other' }).ended;
  const refused = await firstCause([target, '--user', 'app', '--password-file', secret]);
  assert.match(refused.message, /the login is refused: WRONGPASS/);
  assert.match(
    (await firstCause([target, '--key', 'seed:1'])).message,
    /which keys there are is told only to those who/,
  );
  await runTool('redis-cli', [...client, 'CONFIG', 'SET', 'requirepass', '']);
  await runTool('redis-cli', [...client, 'ACL', 'SETUSER', 'default', 'nopass']);
  await startWait([target, '--key', 'seed:1']).ended;
});

test('nats: a password, a token, credentials, a stream, TLS', needs('nats-server', 'nats-server'), async () => {
  using folder = serverFolder();
  const certificate = makeCertificate(['localhost']);
  const ca = folder.write('ca.crt', certificate.cert);
  const cert = folder.write('server.crt', certificate.cert);
  const key = folder.write('server.key', certificate.key);
  giveToServer(key);
  const secret = folder.write('password', 'right');
  const port = await closedPort();
  const target = `nats://localhost:${port}`;
  const args = ['-a', '127.0.0.1', '-p', String(port)];
  const login = [target, '--user', 'app', '--password-file', secret];
  {
    await using _ = startServer('nats-server', [...args, '--user', 'app', '--pass', 'right']);
    await startWait(login).ended;
    const refused = await firstCause([...login.slice(0, 3), '--password-env', 'P'], { P: 'wrong' });
    assert.match(refused.message, /the login is refused: /);
    assert.match((await firstCause([...login, '--stream', 'ORDERS'])).message, /JetStream does not answer/);
    assert.match((await firstCause([target, '--tls'])).message, /server does not support 'tls'/);
  }
  {
    const store = ['-js', '-sd', folder.path, '--auth', 'right'];
    await using _ = startServer('nats-server', [...args, ...store]);
    await startWait([target, '--password-file', secret]).ended;
    const streaming = startWait([target, '--password-file', secret, '--stream', 'ORDERS']);
    await streaming.saw(/there is no stream ORDERS/);
    const { connect } = await import('@nats-io/transport-node');
    const admin = await connect({ servers: `127.0.0.1:${port}`, token: 'right' });
    const stream = JSON.stringify({ name: 'ORDERS', subjects: ['orders.*'], storage: 'memory' });
    await admin.request('$JS.API.STREAM.CREATE.ORDERS', stream);
    await admin.close();
    await streaming.ended;
    await built([target, '--password-file', secret, '--stream', 'ORDERS']);
  }
  await using _ = startServer('nats-server', [
    ...args,
    '--tls',
    '--tlscert',
    cert,
    '--tlskey',
    key,
    '--user',
    'app',
    '--pass',
    'right',
  ]);
  await startWait([...login, '--tls', '--ca-file', ca]).ended;
  assert.match((await firstCause(login)).message, /it lets in by TLS only: give --tls/);
  assert.match((await firstCause([...login, '--tls'])).hint, /--ca-file/);
});
