// memcached://host:port is ready when the server says its version. It has no login that a wait would need.
// https://github.com/memcached/memcached/blob/master/doc/protocol.txt
import type { ServerTarget } from '../../contract/target.ts';
import { type Probe, type ProbeWorld, ready } from '../probe.ts';
import { createServerProbe, notServing, notTheProtocol } from './server.ts';

export function createMemcachedProbe(target: ServerTarget, world: ProbeWorld): Promise<Probe> {
  return createServerProbe(target, world, async ({ send, readLine }) => {
    send('version\r\n');
    const answer = await readLine();
    if (answer.startsWith('VERSION ')) return ready;
    // with ASCII authentication: it serves those who log in
    if (/^CLIENT_ERROR unauthenticated/.test(answer)) return ready;
    return /^(?:CLIENT_|SERVER_)?ERROR/.test(answer)
      ? notServing(`memcached says: ${answer}`)
      : notTheProtocol('memcached');
  });
}
