// Logins and conditions against the servers themselves: not made yet, refused, granted, fulfilled.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCertificate } from '../../support/certificate.ts';
import { giveToServer, needs, runTool, startServer } from '../../support/real-server.ts';
import { firstCause, startWait } from '../../support/running-wait.ts';
import { closedPort } from '../../support/tcp-listener.ts';
import { createTempDir, type TempDir } from '../../support/temp-dir.ts';

function serverFolder(): TempDir {
  const folder = createTempDir();
  giveToServer(folder.path);
  return folder;
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
  const args = ['-D', data, '-p', String(port), '-k', folder.path, '-h', '127.0.0.1'];
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
    await startWait([`postgres://localhost:${port}`, '--tls', '--ca-file', ca]).ended;
    assert.match((await firstCause([...login, '--tls'])).hint, /--ca-file/);
    assert.match((await firstCause([...login, '--tls', '--ca-file', ca, '--server-name', 'db'])).hint, /not for/);
  }
  writeFileSync(join(data, 'standby.signal'), '');
  await using _ = startServer('postgres', args);
  await startWait(login).ended;
  assert.equal(await cause('--primary'), 'it is no primary but a standby');
});
