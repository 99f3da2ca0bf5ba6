// Who we are, for a server: basic, bearer and netrc, read when a request is made. Never shown.
import { readFile } from 'node:fs/promises';
import { Failure } from '../core/failure.ts';
import type { Header } from './header-values.ts';

export interface CredentialSources {
  readonly userEnv: string | undefined;
  readonly userFile: string | undefined;
  readonly bearerEnv: string | undefined;
  readonly bearerFile: string | undefined;
  readonly netrcFile: string | undefined;
}

/**
 * The Authorization header for a URL, if there is one to send.
 * @param own whether the URL's origin is the one that the options are for; netrc goes by the host in any case
 * @throws Failure USAGE for what is not there or not well formed
 */
export async function readCredentials(
  sources: CredentialSources,
  env: Readonly<Record<string, string | undefined>>,
  url: URL,
  own: boolean,
): Promise<Header[]> {
  const { userEnv, userFile, bearerEnv, bearerFile, netrcFile } = sources;
  const user = own ? await value('--user', userEnv, userFile, env) : undefined;
  const bearer = own ? await value('--bearer', bearerEnv, bearerFile, env) : undefined;
  if (user !== undefined) {
    if (!user.includes(':')) throw new Failure('USAGE', '--user-env or --user-file: the value is not USER:PASSWORD');
    return [basic(user)];
  }
  if (bearer !== undefined) {
    // RFC 6750 §2.1
    if (!/^[A-Za-z0-9._~+/-]+=*$/.test(bearer))
      throw new Failure('USAGE', '--bearer-env or --bearer-file: the value is no token');
    return [['authorization', `Bearer ${bearer}`]];
  }
  if (netrcFile === undefined) return [];
  const login = findLogin(await read('--netrc-file', netrcFile), url.hostname);
  return login === undefined ? [] : [basic(login)];
}

/**
 * A machine's `login:password` in a netrc file; of `default`, if the machine is not named. Pure.
 * https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html
 */
export function findLogin(netrc: string, host: string): string | undefined {
  const words = netrc
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    // a macro goes on to the next empty line
    .replace(/(?:^|\n)\s*macdef[^\n]*\n(?:[^\n]+\n)*/g, '\n')
    .match(/\S+/g);
  let machine: string | undefined;
  let login = '';
  let fallback: string | undefined;
  for (let i = 0; i < (words?.length ?? 0); i++) {
    const word = words?.[i];
    if (word === 'default') [machine, login] = ['', ''];
    if (word === 'machine') [machine, login] = [words?.[++i], ''];
    if (word === 'login') login = words?.[++i] ?? '';
    if (word === 'password') {
      const pair = `${login}:${words?.[++i] ?? ''}`;
      if (machine?.toLowerCase() === host.toLowerCase()) return pair;
      if (machine === '') fallback ??= pair;
    }
  }
  return fallback;
}

const basic = (pair: string): Header => ['authorization', `Basic ${Buffer.from(pair).toString('base64')}`];

async function value(
  option: string,
  variable: string | undefined,
  path: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  if (path !== undefined) return (await read(`${option}-file`, path)).trim();
  if (variable === undefined) return undefined;
  const found = env[variable]?.trim();
  if (found !== undefined && found !== '') return found;
  throw new Failure('USAGE', `${option}-env: the environment variable ${variable} is not set`, {
    hint: 'Set it in the init container with env: valueFrom: secretKeyRef',
  });
}

async function read(option: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Failure('USAGE', `${option}: ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      hint: 'Is the Secret mounted in the init container, and readable for its user (fsGroup, defaultMode)?',
      cause: error,
    });
  }
}
