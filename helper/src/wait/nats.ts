// nats://host:port is ready when the server introduces itself and is not about to leave.
// https://docs.nats.io/reference/reference-protocols/nats-protocol#info
import type { ServerTarget } from '../contract/target.ts';
import { type Probe, type ProbeWorld, ready } from './probe.ts';
import { createServerProbe, notServing, notTheProtocol } from './server.ts';

export function createNatsProbe(target: ServerTarget, world: ProbeWorld): Promise<Probe> {
  return createServerProbe(target, world, async ({ readLine }) => {
    const line = await readLine();
    if (line.startsWith('-ERR')) return notServing(`NATS says: ${line.slice(5)}`);
    if (!line.startsWith('INFO {')) return notTheProtocol('NATS');
    return isLeaving(line.slice(5)) ? notServing('it is in lame duck mode: about to shut down', 'ldm') : ready;
  });
}

function isLeaving(info: string): boolean {
  try {
    return (JSON.parse(info) as { ldm?: boolean }).ldm === true;
  } catch {
    return false;
  }
}
