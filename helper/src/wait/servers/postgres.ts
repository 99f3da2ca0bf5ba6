// postgres://host:port is ready when the server takes part in a login, which is not completed: what pg_isready does.
// With --user one is completed, by postgres-login.ts.
// https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
import type { ServerTarget } from '../../contract/target.ts';
import { type Probe, type ProbeWorld, type Readiness, ready } from '../probe.ts';
import type { Dialogue } from './dialogue.ts';
import { requestTls } from './postgres-tls.ts';
import { createServerProbe, notServing, notTheProtocol } from './server.ts';

// | answer                                   | means                                                              |
// | R (authentication)                       | ready: it asks for a password, or needs none                       |
// | E 57P03 cannot_connect_now               | not yet: starting up, in recovery, shutting down                   |
// | E 57P01, 57P02 admin_, crash_shutdown    | not yet                                                            |
// | E 53300 too_many_connections             | not yet: it would refuse the app too                               |
// | E any other, such as 28000 no pg_hba.conf entry | ready: it judges logins, and only this one was refused      |
// https://www.postgresql.org/docs/current/errcodes-appendix.html
const notYet: ReadonlySet<string> = new Set(['57P01', '57P02', '57P03', '53300']);

export async function createPostgresProbe(target: ServerTarget, world: ProbeWorld): Promise<Probe> {
  const serves = await createServerProbe(target, world, takesPart, requestTls);
  if (world.options.user === undefined) return serves;
  return (await import('./postgres-login.ts')).createPostgresLogin(serves, target, world);
}

const takesPart = async ({ send, read }: Dialogue): Promise<Readiness> => {
  send(startupMessage({ user: 'postgres', database: 'postgres', application_name: 'greenroom' }));
  const head = await read(5);
  const type = head.toString('latin1', 0, 1);
  const sizeBytes = head.readUInt32BE(1) - 4;
  if (type === 'R') {
    // Terminate, so that the log of the server has no broken login
    send(Buffer.from([0x58, 0, 0, 0, 4]));
    return ready;
  }
  if (type !== 'E' || sizeBytes < 0 || sizeBytes > 30_000) return notTheProtocol('PostgreSQL');
  const fields = errorFields(await read(sizeBytes));
  const code = fields.get('C') ?? '';
  return notYet.has(code) ? notServing(`PostgreSQL says: ${fields.get('M')}`, code) : ready;
};

function startupMessage(parameters: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(parameters).flatMap(([name, value]) => [`${name}\0`, `${value}\0`]);
  const body = Buffer.from(`${pairs.join('')}\0`);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length, 0);
  // protocol 3.0
  head.writeUInt32BE(196_608, 4);
  return Buffer.concat([head, body]);
}

/** https://www.postgresql.org/docs/current/protocol-error-fields.html: a letter and a text each. */
function errorFields(body: Buffer): Map<string, string> {
  return new Map(
    body
      .toString('utf8')
      .split('\0')
      .filter((field) => field !== '')
      .map((field) => [field.charAt(0), field.slice(1)]),
  );
}
