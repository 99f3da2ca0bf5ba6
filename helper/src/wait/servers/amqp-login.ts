// amqp:// with --user: opens a connection by the driver, in the virtual host, and looks for queues.
// Only a wait with a login loads the driver.
import { type ChannelModel, connect } from 'amqplib';
import type { ServerTarget } from '../../contract/target.ts';
import { formatEndpoint } from '../../network/address.ts';
import { type Probe, type ProbeWorld, type Readiness, ready } from '../probe.ts';
import { driverFailure } from './driver-failure.ts';
import { afterwards, loginRefused, readLogin } from './login.ts';
import { throughRelay } from './relay.ts';
import { secureOptions } from './secure.ts';
import { createDial, notServing } from './server.ts';

// https://www.rabbitmq.com/amqp-0-9-1-reference#constants, https://www.rabbitmq.com/docs/access-control
// | 403 at the handshake | the user, the password, or the right to the virtual host |
// | 530                  | no such virtual host yet, or no right to it              |
// | 404                  | no such queue yet                                        |

/** @throws Failure USAGE for a password or a certificate that cannot be read */
export function createAmqpLogin(serves: Probe, target: ServerTarget, world: ProbeWorld): Probe {
  const { options } = world;
  const endpoint = formatEndpoint(target.host, target.port);
  const virtualHost = target.path === '' ? '/' : target.path;
  const dial = createDial(target, world);
  const tls = target.secure ? secureOptions(options.serverName ?? target.host, options) : {};
  readLogin(world);
  return afterwards(serves, async (ask) => {
    const { user = '', password = '' } = readLogin(world);
    const logIn = async (port: number): Promise<Readiness> => {
      const connection = await connect(
        {
          protocol: target.secure ? 'amqps' : 'amqp',
          ...{ hostname: '127.0.0.1', port, username: user, password },
          vhost: virtualHost,
          heartbeat: 0,
        },
        { ...tls, noDelay: true, clientProperties: { connection_name: 'greenroom' } },
      );
      // a connection that the relay closes has said all that it had to say
      connection.on('error', () => {});
      const readiness = await findQueues(connection, options.queues);
      await connection.close();
      return readiness;
    };
    try {
      return await throughRelay(() => dial(ask), ask.signal, logIn);
    } catch (error) {
      if (ask.signal.aborted) throw ask.signal.reason;
      return judgeError(error as Error, endpoint, virtualHost);
    }
  });
}

async function findQueues(connection: ChannelModel, queues: readonly string[]): Promise<Readiness> {
  for (const queue of queues) {
    // a refusal closes the channel, so each queue has one of its own
    const channel = await connection.createChannel();
    channel.on('error', () => {});
    const fault = await channel.checkQueue(queue).then(
      () => undefined,
      (error: Error) => error.message,
    );
    if (fault === undefined) continue;
    return notServing(/\b404\b/.test(fault) ? `there is no queue ${queue}` : `queue ${queue}: ${fault}`, 'no queue');
  }
  return ready;
}

function judgeError(error: Error, endpoint: string, virtualHost: string): Readiness {
  const refusal = /^Handshake terminated by server: (?<code>\d+) \([\w-]+\) with message "(?<words>.*)"$/;
  const { code, words = '' } = refusal.exec(error.message)?.groups ?? {};
  if (code === '403') return loginRefused(words, code);
  if (code !== undefined) return notServing(`the server says: ${words}`, code);
  // the driver leaves the server's own words out: 530, for a virtual host that is not there or not for this user
  if (error.message.startsWith('Expected ConnectionOpenOk; got <ConnectionClose ')) {
    return notServing(`there is no virtual host ${virtualHost}, or no right to it`, '530');
  }
  throw driverFailure(error, endpoint);
}
