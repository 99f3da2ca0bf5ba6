// mysql:// with --user: logs in by the driver, then asks what is asked: read-only or not, tables, a query.
// Only a wait with a login loads the driver.
import { type Connection, createConnection, type QueryError } from 'mysql2';
import type { ServerTarget } from '../../contract/target.ts';
import { formatEndpoint } from '../../network/address.ts';
import { type Ask, type Probe, type ProbeWorld, type Readiness, ready } from '../probe.ts';
import { driverFailure } from './driver-failure.ts';
import { afterwards, judgeRow, loginRefused, neverAnswered, readLogin } from './login.ts';
import { secureOptions } from './secure.ts';
import { createDial, notServing } from './server.ts';

// https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html, https://mariadb.com/kb/en/mariadb-error-codes/
// | 1045, 1698, 1044, 1130, 3118, 4151 | user, password, right to the database, host, account locked: refused |
// | 1064, 1792                         | a syntax error; a query that would change something                 |
// | any other                          | not yet: 1049 no such database, 1146 no such table, 1040 full …     |
const refused = new Set([1044, 1045, 1130, 1698, 3118, 4151]);
const never = new Set([1064, 1792]);

/** @throws Failure USAGE for a password or a certificate that cannot be read */
export function createMysqlLogin(serves: Probe, target: ServerTarget, world: ProbeWorld): Probe {
  const { options } = world;
  const endpoint = formatEndpoint(target.host, target.port);
  const dial = createDial(target, world);
  const name = options.serverName ?? target.host;
  const tls = options.tls ? secureOptions(name, options) : undefined;
  readLogin(world);
  return afterwards(serves, async (ask) => {
    const { user, password } = readLogin(world);
    const socket = await dial(ask);
    const connection = createConnection({
      stream: socket,
      // the name that TLS is for: dialled it is already
      host: name,
      ...(user !== undefined && { user }),
      ...(password !== undefined && { password }),
      ...(target.path !== '' && { database: target.path }),
      ...(tls !== undefined && { ssl: { ...ofDriver(tls), verifyIdentity: true } }),
      // Node knows no other charset without the tables of a library, which the bundle leaves out
      charset: 'UTF8MB4_UNICODE_CI',
      rowsAsArray: true,
      // no file of this container for a server that asks for one
      flags: ['-LOCAL_FILES'],
    });
    try {
      return await logIn(connection, target, world, ask);
    } catch (error) {
      if (ask.signal.aborted) throw ask.signal.reason;
      const failure = error as QueryError;
      if (failure.errno === undefined || failure.sqlState === undefined) {
        // the driver puts a code of its own in the place of Node's; the socket knows it still
        const fault = (connection as { stream?: { authorizationError?: unknown } }).stream?.authorizationError;
        throw driverFailure(fault === undefined ? failure : Object.assign(failure, { code: String(fault) }), endpoint);
      }
      return judgeError(failure);
    } finally {
      connection.destroy();
      socket.destroy();
    }
  });
}

/** The driver judges the name by itself. */
function ofDriver({ ca, cert, key }: ReturnType<typeof secureOptions>) {
  return { ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) };
}

function logIn(connection: Connection, target: ServerTarget, world: ProbeWorld, ask: Ask): Promise<Readiness> {
  const { primary, tables, query } = world.options;
  return new Promise((resolve, reject) => {
    ask.signal.addEventListener('abort', () => reject(ask.signal.reason), { once: true });
    if (ask.signal.aborted) return reject(ask.signal.reason);
    connection.on('error', reject);
    const asked = async (): Promise<Readiness> => {
      await new Promise<void>((done, fail) => connection.connect((error) => (error ? fail(error) : done())));
      if (primary && Number((await firstRow(connection, 'SELECT @@global.read_only'))?.[0]) !== 0) {
        return notServing('it is no primary but read-only', 'read-only');
      }
      for (const table of tables) {
        const sql = 'SELECT 1 FROM information_schema.tables WHERE table_schema = ? AND table_name = ?';
        const row = await firstRow(connection, sql, [target.path, table]);
        if (row === undefined) return notServing(`there is no table ${table}, or no right to it`, 'no table');
      }
      if (query === undefined) return ready;
      await firstRow(connection, 'START TRANSACTION READ ONLY');
      return judgeRow(await firstRow(connection, query));
    };
    asked().then(resolve, reject);
  });
}

/** The first row of one statement, as soon as it is there, however many follow. */
function firstRow(connection: Connection, sql: string, values: readonly string[] = []): Promise<unknown[] | undefined> {
  return new Promise((resolve, reject) => {
    const query = connection.query({ sql, values: [...values] });
    // a statement without rows has a header instead, which is no array
    query.on('result', (row: unknown) => resolve(Array.isArray(row) ? row : undefined));
    query.on('end', () => resolve(undefined));
    query.on('error', reject);
  });
}

function judgeError({ errno = 0, message }: QueryError): Readiness {
  if (refused.has(errno)) return loginRefused(message, String(errno));
  if (never.has(errno)) return neverAnswered(`MySQL will not run the query: ${message}`);
  return notServing(`MySQL says: ${message}`, String(errno));
}
