// redis://host:port is ready when the server, Redis or Valkey, answers PING; with --primary, when it is no replica.
// With a password it must let in, and have the keys asked for. No driver is needed: a login is one line.
// https://redis.io/docs/latest/develop/reference/protocol-spec/
import type { ServerTarget } from '../../contract/target.ts';
import { type Probe, type ProbeWorld, type Readiness, ready } from '../probe.ts';
import type { Dialogue } from './dialogue.ts';
import { hasLogin, type Login, loginRefused, readLogin } from './login.ts';
import { createServerProbe, notServing, notTheProtocol, withoutTlsFlag } from './server.ts';

// | answer                        | means                                                                  |
// | +PONG                         | ready                                                                  |
// | -NOAUTH                       | ready: it serves those who log in                                      |
// | -LOADING, -MASTERDOWN, -BUSY… | not yet; so is any other error, which would meet the app as well       |
export function createRedisProbe(target: ServerTarget, world: ProbeWorld): Promise<Probe> {
  const { primary, keys } = world.options;
  if (hasLogin(world.options)) readLogin(world);
  return createServerProbe(target, withoutTlsFlag(world), async (dialogue) => {
    if (hasLogin(world.options)) {
      const refusal = await logIn(dialogue, readLogin(world));
      if (refusal !== undefined) return refusal;
    }
    const answer = await ask(dialogue, 'PING');
    if (answer.startsWith('-NOAUTH')) {
      const what = primary ? 'whether it is the primary' : keys.length > 0 ? 'which keys there are' : undefined;
      return what === undefined ? ready : notServing(`${what} is told only to those who log in`, 'NOAUTH');
    }
    if (answer.startsWith('-')) return notServing(`Redis says: ${answer.slice(1)}`, answer.split(' ')[0]?.slice(1));
    if (answer !== '+PONG') return notTheProtocol('Redis');
    const role = primary ? await askRole(dialogue) : ready;
    return role.kind === 'ready' ? askKeys(dialogue, keys) : role;
  });
}

/** Sends a command as an array of bulk strings; gives the first line of the answer. */
function ask({ send, readLine }: Dialogue, ...words: readonly string[]): Promise<string> {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  send(`*${words.length}\r\n${parts.join('')}`);
  return readLine();
}

/** https://redis.io/docs/latest/commands/auth/: with a user since Redis 6. */
async function logIn(dialogue: Dialogue, { user, password = '' }: Login): Promise<Readiness | undefined> {
  const answer = await ask(dialogue, 'AUTH', ...(user === undefined ? [] : [user]), password);
  if (answer === '+OK') return undefined;
  if (!answer.startsWith('-')) return notTheProtocol('Redis');
  const code = /^-(\w+)/.exec(answer)?.[1] ?? '';
  // -ERR: a password was given, and none is set
  return code === 'WRONGPASS' || code === 'ERR'
    ? loginRefused(answer.slice(1), code)
    : notServing(`Redis says: ${answer.slice(1)}`, code);
}

async function askKeys(dialogue: Dialogue, keys: readonly string[]): Promise<Readiness> {
  for (const key of keys) {
    const answer = await ask(dialogue, 'EXISTS', key);
    if (answer === ':0') return notServing(`there is no key ${key}`, 'no key');
    if (answer.startsWith('-')) return notServing(`Redis says: ${answer.slice(1)}`, answer.split(' ')[0]?.slice(1));
    if (answer !== ':1') return notTheProtocol('Redis');
  }
  return ready;
}

/** https://redis.io/docs/latest/commands/role/: an array whose first element is the role. */
async function askRole(dialogue: Dialogue): Promise<Readiness> {
  const array = await ask(dialogue, 'ROLE');
  if (array.startsWith('-')) return notServing(`Redis says: ${array.slice(1)}`, array.split(' ')[0]?.slice(1));
  if (!array.startsWith('*')) return notTheProtocol('Redis');
  const count = Number(array.slice(1));
  await dialogue.readLine();
  const role = await dialogue.readLine();
  if (role === 'master') {
    await skipRole(dialogue, count - 1);
    return ready;
  }
  return notServing(`it is no primary but a ${role}`, role);
}

/** Passes over what is left of an array: numbers, texts and arrays of them. */
async function skipRole(dialogue: Dialogue, count: number): Promise<void> {
  for (let left = count; left > 0; left--) {
    const line = await dialogue.readLine();
    if (line.startsWith('$')) await dialogue.readLine();
    if (line.startsWith('*')) await skipRole(dialogue, Number(line.slice(1)));
  }
}
