// redis://host:port is ready when the server, Redis or Valkey, answers PING; with --primary, when it is no replica.
// https://redis.io/docs/latest/develop/reference/protocol-spec/
import type { ServerTarget } from '../contract/target.ts';
import type { Dialogue } from './dialogue.ts';
import { type Probe, type ProbeWorld, type Readiness, ready } from './probe.ts';
import { createServerProbe, notServing, notTheProtocol } from './server.ts';

// | answer                        | means                                                                  |
// | +PONG                         | ready                                                                  |
// | -NOAUTH                       | ready: it serves those who log in                                      |
// | -LOADING, -MASTERDOWN, -BUSY… | not yet; so is any other error, which would meet the app as well       |
export function createRedisProbe(target: ServerTarget, world: ProbeWorld): Promise<Probe> {
  const { primary } = world.options;
  return createServerProbe(target, world, async (dialogue) => {
    dialogue.send('*1\r\n$4\r\nPING\r\n');
    const answer = await dialogue.readLine();
    if (answer.startsWith('-NOAUTH')) {
      return primary ? notServing('whether it is the primary is told only to those who log in', 'NOAUTH') : ready;
    }
    if (answer.startsWith('-')) return notServing(`Redis says: ${answer.slice(1)}`, answer.split(' ')[0]?.slice(1));
    if (answer !== '+PONG') return notTheProtocol('Redis');
    return primary ? askRole(dialogue) : ready;
  });
}

/** https://redis.io/docs/latest/commands/role/: an array whose first element is the role. */
async function askRole({ send, readLine }: Dialogue): Promise<Readiness> {
  send('*1\r\n$4\r\nROLE\r\n');
  const array = await readLine();
  if (array.startsWith('-')) return notServing(`Redis says: ${array.slice(1)}`, array.split(' ')[0]?.slice(1));
  if (!array.startsWith('*')) return notTheProtocol('Redis');
  await readLine();
  const role = await readLine();
  return role === 'master' ? ready : notServing(`it is no primary but a ${role}`, role);
}
