// nats:// with a login, or a stream to look for: connects by NATS' own client. Only such a wait loads it.
import { connect, credsAuthenticator, errors, type NatsConnection, type TlsOptions } from '@nats-io/transport-node';
import type { ServerTarget } from '../../contract/target.ts';
import { formatEndpoint } from '../../network/address.ts';
import { type Probe, type ProbeWorld, type Readiness, ready } from '../probe.ts';
import { driverFailure } from './driver-failure.ts';
import { afterwards, loginRefused, readLogin, readSecretFile } from './login.ts';
import { throughRelay } from './relay.ts';
import { secureOptions } from './secure.ts';
import { createDial, notServing } from './server.ts';

// the attempt's own timeout comes first
const longMs = 3_600_000;

/** @throws Failure USAGE for a password, credentials or a certificate that cannot be read */
export function createNatsLogin(serves: Probe, target: ServerTarget, world: ProbeWorld): Probe {
  const { options } = world;
  const endpoint = formatEndpoint(target.host, target.port);
  const dial = createDial(target, world);
  const tls = options.tls
    ? // what the driver does not know by name it hands to Node's tls.connect
      { tls: Object.assign<TlsOptions, object>({}, secureOptions(options.serverName ?? target.host, options)) }
    : {};
  credentials(world);
  return afterwards(serves, async (ask) => {
    const logIn = async (port: number): Promise<Readiness> => {
      const connection = await connect({
        ...{ servers: `127.0.0.1:${port}`, name: 'greenroom', ...credentials(world), ...tls },
        ...{ reconnect: false, ignoreClusterUpdates: true, timeout: longMs },
      });
      try {
        return await findStreams(connection, options.streams);
      } finally {
        await connection.close();
      }
    };
    try {
      return await throughRelay(() => dial(ask), ask.signal, logIn);
    } catch (error) {
      if (ask.signal.aborted) throw ask.signal.reason;
      if (error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError) {
        return loginRefused(error.message, 'authorization');
      }
      throw driverFailure(error as Error, endpoint);
    }
  });
}

function credentials(world: ProbeWorld) {
  const { credsFile } = world.options;
  if (credsFile !== undefined) {
    return { authenticator: credsAuthenticator(new TextEncoder().encode(readSecretFile('--creds-file', credsFile))) };
  }
  const { user, password } = readLogin(world);
  if (user !== undefined) return { user, pass: password ?? '' };
  return password === undefined ? {} : { token: password };
}

/** https://docs.nats.io/reference/reference-protocols/nats_api_reference: STREAM.INFO, whose errors have HTTP's codes. */
async function findStreams(connection: NatsConnection, streams: readonly string[]): Promise<Readiness> {
  for (const stream of streams) {
    try {
      const answer = await connection.request(`$JS.API.STREAM.INFO.${stream}`, '', { timeout: longMs });
      const { error } = answer.json<{ error?: { code?: number; description?: string } }>();
      if (error?.code === 404) return notServing(`there is no stream ${stream}`, 'no stream');
      if (error !== undefined) return notServing(`JetStream says: ${error.description}`, 'jetstream');
    } catch (error) {
      if (!(error instanceof errors.NoRespondersError) && !(error instanceof errors.RequestError)) throw error;
      return notServing('JetStream does not answer: not enabled, or without a leader yet', 'no jetstream');
    }
  }
  return ready;
}
