// nats://host:port is ready when the server introduces itself and is not about to leave.
// With a login it must let in, too: nats-login.ts.
// https://docs.nats.io/reference/reference-protocols/nats-protocol#info
import type { ServerTarget } from '../../contract/target.ts';
import { type Probe, type ProbeWorld, type Readiness, ready } from '../probe.ts';
import type { Dialogue } from './dialogue.ts';
import { hasLogin } from './login.ts';
import { createServerProbe, notServing, notTheProtocol, withoutTlsFlag } from './server.ts';

export async function createNatsProbe(target: ServerTarget, world: ProbeWorld): Promise<Probe> {
  const { options } = world;
  const asksMore = hasLogin(options) || options.credsFile !== undefined || options.streams.length > 0 || options.tls;
  // TLS begins after the introduction
  const serves = await createServerProbe(target, withoutTlsFlag(world), ({ readLine }) =>
    introduces(readLine, asksMore && !options.tls),
  );
  return asksMore ? (await import('./nats-login.ts')).createNatsLogin(serves, target, world) : serves;
}

/** @param plainly whether a client will come without TLS */
async function introduces(readLine: Dialogue['readLine'], plainly: boolean): Promise<Readiness> {
  const line = await readLine();
  if (line.startsWith('-ERR')) return notServing(`NATS says: ${line.slice(5)}`);
  if (!line.startsWith('INFO {')) return notTheProtocol('NATS');
  const info = parseInfo(line.slice(5));
  if (info.ldm === true) return notServing('it is in lame duck mode: about to shut down', 'ldm');
  return plainly && info.tls_required === true ? notServing('it lets in by TLS only: give --tls', 'tls') : ready;
}

function parseInfo(info: string): { ldm?: boolean; tls_required?: boolean } {
  try {
    return JSON.parse(info);
  } catch {
    return {};
  }
}
