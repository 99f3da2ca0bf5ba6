// mongodb:// with --user or --table: logs in by the driver, then asks for the collections.
// Only such a wait loads the driver.
import { MongoClient, MongoServerError } from 'mongodb';
import type { ServerTarget } from '../../contract/target.ts';
import { formatEndpoint } from '../../network/address.ts';
import { type Probe, type ProbeWorld, type Readiness, ready } from '../probe.ts';
import { driverFailure } from './driver-failure.ts';
import { afterwards, loginRefused, readLogin } from './login.ts';
import { MongodbFraming } from './mongodb-framing.ts';
import { throughRelay } from './relay.ts';
import { secureOptions } from './secure.ts';
import { createDial, notServing } from './server.ts';

// https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
const authenticationFailed = 18;

// the attempt's own timeout comes first
const longMs = 3_600_000;

/** @throws Failure USAGE for a password or a certificate that cannot be read */
export function createMongodbLogin(serves: Probe, target: ServerTarget, world: ProbeWorld): Probe {
  const { options } = world;
  const endpoint = formatEndpoint(target.host, target.port);
  const dial = createDial(target, world);
  const tls = options.tls ? { tls: true, ...secureOptions(options.serverName ?? target.host, options) } : {};
  readLogin(world);
  return afterwards(serves, async (ask) => {
    const { user, password } = readLogin(world);
    const logIn = async (port: number): Promise<Readiness> => {
      const client = new MongoClient(`mongodb://127.0.0.1:${port}`, {
        appName: 'greenroom',
        directConnection: true,
        ...(user !== undefined && { auth: { username: user, password: password ?? '' } }),
        // as in the driver's own URLs: the database named, else admin
        ...(user !== undefined && { authSource: target.path === '' ? 'admin' : target.path }),
        ...{ maxPoolSize: 1, serverMonitoringMode: 'poll', retryReads: false },
        ...{ serverSelectionTimeoutMS: longMs, connectTimeoutMS: longMs },
        ...tls,
      });
      // the driver goes on to look for its server, whatever became of the connection
      const close = () => void client.close().catch(() => {});
      ask.signal.addEventListener('abort', close, { once: true });
      try {
        return await askCollections(client, target.path, options.tables);
      } finally {
        ask.signal.removeEventListener('abort', close);
        await client.close();
      }
    };
    try {
      const guard = options.tls ? undefined : () => new MongodbFraming();
      return await throughRelay(() => dial(ask), ask.signal, logIn, guard);
    } catch (error) {
      if (ask.signal.aborted) throw ask.signal.reason;
      if (error instanceof MongoServerError) return judgeError(error);
      throw driverFailure(error as Error, endpoint);
    }
  });
}

async function askCollections(client: MongoClient, database: string, tables: readonly string[]): Promise<Readiness> {
  const db = client.db(database === '' ? 'admin' : database);
  await db.command({ ping: 1 });
  for (const name of tables) {
    const found = await db.listCollections({ name }, { nameOnly: true }).toArray();
    if (found.length === 0) return notServing(`there is no collection ${name}`, 'no collection');
  }
  return ready;
}

function judgeError({ code, message }: MongoServerError): Readiness {
  return code === authenticationFailed
    ? loginRefused(message, String(code))
    : notServing(`MongoDB says: ${message}`, String(code ?? 'error'));
}
