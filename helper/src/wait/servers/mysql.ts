// mysql://host:port is ready when the server, MySQL or MariaDB, greets. With --user it must let in, too: mysql-login.ts.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html
import type { ServerTarget } from '../../contract/target.ts';
import { type Probe, type ProbeWorld, type Readiness, ready } from '../probe.ts';
import type { Dialogue } from './dialogue.ts';
import { createServerProbe, notServing, notTheProtocol, withoutTlsFlag } from './server.ts';

const greeting = 10;
const failure = 0xff;

export async function createMysqlProbe(target: ServerTarget, world: ProbeWorld): Promise<Probe> {
  // TLS begins after the greeting
  const serves = await createServerProbe(target, withoutTlsFlag(world), greets);
  if (world.options.user === undefined) return serves;
  return (await import('./mysql-login.ts')).createMysqlLogin(serves, target, world);
}

const greets = async ({ read }: Dialogue): Promise<Readiness> => {
  const head = await read(5);
  const sizeBytes = head.readUIntLE(0, 3) - 1;
  const first = head[4];
  if (first === greeting) return ready;
  if (first !== failure || sizeBytes < 2 || sizeBytes > 1_024) return notTheProtocol('MySQL');
  // too many connections, or this host is not allowed: the app would fare no better
  const body = await read(sizeBytes);
  const code = body.readUInt16LE(0);
  const words = body.toString('utf8', 2).replace(/^#\w{5}/, '');
  return notServing(`MySQL says: ${words}`, String(code));
};
