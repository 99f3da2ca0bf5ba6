// postgres:// with --user: logs in by the driver, then asks what is asked: a standby or not, tables, a query.
// Only a wait with a login loads the driver.
import type { Socket } from 'node:net';
import pg from 'pg';
import type { ServerTarget } from '../../contract/target.ts';
import { formatEndpoint } from '../../network/address.ts';
import { type Ask, type Probe, type ProbeWorld, type Readiness, ready } from '../probe.ts';
import { driverFailure } from './driver-failure.ts';
import { afterwards, judgeRow, loginRefused, neverAnswered, readLogin } from './login.ts';
import { PostgresFraming } from './postgres-framing.ts';
import { requestTls } from './postgres-tls.ts';
import { createOpen, notServing } from './server.ts';

// https://www.postgresql.org/docs/current/errcodes-appendix.html
// | 28P01, 28000 | password, role or pg_hba.conf: the login is refused                                  |
// | 3D000        | no such database yet                                                                 |
// | 42601        | a syntax error: asking again will not help                                           |
// | 25006        | read-only: the query would change something, which a wait does not                   |
// | any other    | not yet: a table, a function or a right that the query needs may come with a migration |
const refused = new Set(['28P01', '28000']);
const never = new Set(['42601', '25006']);

/** @throws Failure USAGE for a password or a certificate that cannot be read */
export async function createPostgresLogin(serves: Probe, target: ServerTarget, world: ProbeWorld): Promise<Probe> {
  const endpoint = formatEndpoint(target.host, target.port);
  const open = await createOpen(target, world, requestTls);
  readLogin(world);
  return afterwards(serves, async (ask) => {
    const socket = await open(ask);
    const client = new pg.Client({
      ...readLogin(world),
      // as the driver would take it from PGDATABASE
      database: target.path === '' ? world.options.user : target.path,
      application_name: 'greenroom',
      stream: () => dialled(socket),
      // TLS, where there is any, stands already
      ssl: false,
    });
    try {
      return await logIn(client, world, ask);
    } catch (error) {
      if (ask.signal.aborted) throw ask.signal.reason;
      if (!(error instanceof pg.DatabaseError)) throw driverFailure(error, endpoint);
      return judgeError(error);
    } finally {
      socket.destroy();
    }
  });
}

/**
 * The driver dials what it is given; this one stands already. An answer that is none of PostgreSQL's would have it read
 * for ever, or throw where nobody could catch it, which would end the process: it ends the connection, and is told by
 * that.
 */
function dialled(socket: Socket): Socket {
  const framing = new PostgresFraming();
  const emit = socket.emit.bind(socket) as (event: string, ...given: unknown[]) => boolean;
  socket.emit = (event: string, ...given: unknown[]) => {
    if (event !== 'data') return emit(event, ...given);
    try {
      framing.look(given[0] as Buffer);
      return emit(event, ...given);
    } catch (error) {
      socket.destroy(error as Error);
      return true;
    }
  };
  socket.connect = () => {
    setImmediate(() => socket.emit('connect'));
    return socket;
  };
  return socket;
}

async function logIn(client: pg.Client, { options }: ProbeWorld, { signal }: Ask): Promise<Readiness> {
  // what fails is told by the promises; without a listener it would be thrown
  client.on('error', () => {});
  const { primary, tables, query } = options;
  const stop = () => client.connection.stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) throw signal.reason;
    await client.connect();
    if (primary && (await firstRow(client, 'SELECT pg_is_in_recovery()'))?.[0] !== false) {
      return notServing('it is no primary but a standby', 'standby');
    }
    for (const table of tables) {
      const row = await firstRow(client, 'SELECT to_regclass($1) IS NOT NULL', [table]);
      if (row?.[0] !== true) return notServing(`there is no table ${table}`, 'no table');
    }
    if (query === undefined) return ready;
    await client.query('BEGIN TRANSACTION READ ONLY');
    return judgeRow(await firstRow(client, query));
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The first row of one statement, as soon as it is there, however many follow. */
function firstRow(client: pg.Client, text: string, values: readonly string[] = []): Promise<unknown[] | undefined> {
  return new Promise((resolve, reject) => {
    // the extended protocol takes one statement, not several
    const query = new pg.Query({
      text,
      values: [...values],
      rowMode: 'array',
      queryMode: 'extended',
    } as pg.QueryArrayConfig);
    query.on('row', (row: unknown) => resolve(row as unknown[]));
    query.on('end', () => resolve(undefined));
    query.on('error', reject);
    client.query(query);
  });
}

function judgeError({ code = '', message }: pg.DatabaseError): Readiness {
  if (refused.has(code)) return loginRefused(message, code);
  if (never.has(code)) return neverAnswered(`PostgreSQL will not run the query: ${message}`);
  return notServing(`PostgreSQL says: ${message}`, code);
}
