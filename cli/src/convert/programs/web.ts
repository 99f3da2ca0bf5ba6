// wget and curl: asked whether a page is there, or told to bring a file.
import { posix } from 'node:path';
import { type Calling, type Doing, type FetchAsk, type ProgramReader, shown, waitFor, webUrl } from '../ask.ts';
import { type Given, readFlags, readSeconds, timeoutOption } from '../flags.ts';
import { Unsure } from '../script/syntax.ts';

const seconds = (given: Given, name: string, program: string): number | undefined => {
  const text = given.value(name);
  return text === undefined ? undefined : readSeconds(text, `${program} ${name}`);
};

export const wget: ProgramReader = (calling) => {
  const given = readFlags('wget', calling.args, {
    flags: [
      'q quiet',
      'S server-response',
      'nv no-verbose',
      'v verbose',
      'spider',
      'c continue',
      'show-progress',
      'no-check-certificate',
    ],
    values: [
      'O output-document',
      'T timeout',
      't tries',
      'P directory-prefix',
      'header',
      'U user-agent',
      'post-data',
      'waitretry',
      'connect-timeout',
      'dns-timeout',
      'read-timeout',
      'method',
      'progress',
      'Y proxy',
    ],
  });
  refuse(given, 'wget', {
    'no-check-certificate': '--no-check-certificate takes any certificate; the helper verifies',
    'post-data': '--post-data changes what is asked',
    method: '--method changes what is asked',
    header: '--header may hold what is secret: say it with --header-env',
  });
  const url = oneUrl(given, 'wget');
  const output = given.value('O');
  const limit = seconds(given, 'T', 'wget');
  if (given.has('spider') || output === '-' || output === '/dev/null')
    return waitFor(webUrl(url), timeoutOption(limit), 0);
  if (output !== undefined) return fetch(calling, url, output, []);
  const folder = given.value('P') ?? '.';
  return fetch(calling, url, `${folder}/${nameIn(url)}`, []);
};

export const curl: ProgramReader = (calling) => {
  const given = curlGiven(calling.args);
  if (given.has('write-out')) throw new Unsure('curl -w: what comes of the status is not known');
  const url = oneUrl(given, 'curl');
  const output = given.value('o');
  const limit = seconds(given, 'm', 'curl');
  const fails = given.has('f');
  const isFile = (output !== undefined && output !== '/dev/null' && output !== '-') || given.has('O');
  if (isFile) {
    const name = given.has('O') ? nameIn(url) : (output ?? '');
    const folder = given.value('output-dir');
    const follows = given.has('L') ? [] : ['--max-redirects', '0'];
    return fetch(calling, url, folder === undefined ? name : `${folder}/${name}`, follows);
  }
  const target = webUrl(url);
  const head = given.has('I') ? ['--method', 'HEAD'] : [];
  if (fails) return waitFor(target, [...head, ...timeoutOption(limit)]);
  refuseOtherServers(target);
  const any = ['--status', '100-599', ...(given.has('L') ? [] : ['--max-redirects', '0'])];
  return waitFor(target, [...any, ...head, ...timeoutOption(limit)]);
};

/** `curl -w '%{http_code}'`, whose text is compared with a status. Undefined for any other call. */
export function curlStatus(args: readonly string[], status: string): Doing | undefined {
  const given = curlGiven(args);
  if (!/^%\{(?:http_code|response_code)\}$/.test(given.value('write-out') ?? '')) return undefined;
  if (given.value('o') !== '/dev/null') throw new Unsure('curl -w: the body comes before the status');
  const limit = seconds(given, 'm', 'curl');
  const follows = given.has('L') ? [] : ['--max-redirects', '0'];
  return waitFor(webUrl(oneUrl(given, 'curl')), ['--status', status, ...follows, ...timeoutOption(limit)]);
}

function curlGiven(args: readonly string[]): Given {
  const given = readFlags('curl', args, {
    flags: [
      'f fail fail-with-body',
      's silent',
      'S show-error',
      'L location',
      'v verbose',
      'I head',
      'i include',
      'k insecure',
      'O remote-name',
      'g globoff',
      'no-progress-meter',
      'create-dirs',
      'retry-connrefused',
      'retry-all-errors',
      '4 ipv4',
      'compressed',
      'N no-buffer',
      'G get',
      '# progress-bar',
      'remote-name-all',
      'http1.1',
    ],
    values: [
      'o output',
      'm max-time',
      'connect-timeout',
      'X request',
      'H header',
      'u user',
      'd data',
      'w write-out',
      'retry',
      'retry-delay',
      'retry-max-time',
      'cacert',
      'A user-agent',
      'output-dir',
      'E cert',
      'key',
      'b cookie',
      'c cookie-jar',
      'T upload-file',
      'x proxy',
    ],
  });
  const method = given.value('X');
  if (method !== undefined && method !== 'GET' && method !== 'HEAD')
    throw new Unsure(`curl -X ${method} changes what is asked`);
  refuse(given, 'curl', {
    k: '-k takes any certificate; the helper verifies',
    H: '-H may hold what is secret: say it with --header-env',
    u: '-u is a login: say it with --header-env',
    d: '-d sends data',
    T: '-T sends a file',
    cacert: '--cacert: the file would have to be mounted for the helper',
    E: '--cert: the file would have to be mounted for the helper',
    key: '--key: the file would have to be mounted for the helper',
    b: '-b sends cookies',
    c: '-c keeps cookies',
    x: '-x goes through a proxy',
    '4': '-4 asks one family of addresses alone',
    'remote-name-all': '--remote-name-all brings several files',
    G: '-G sends data',
    compressed: '--compressed changes what comes',
    i: '-i puts the headers before the body',
  });
  return aliased(given);
}

/** `-w` under the name that the callers use. */
const aliased = (given: Given): Given => ({
  ...given,
  has: (name) => given.has(name === 'write-out' ? 'w' : name),
  value: (name) => given.value(name === 'write-out' ? 'w' : name),
});

function refuse(given: Given, program: string, reasons: Readonly<Record<string, string>>): void {
  for (const [name, why] of Object.entries(reasons)) if (given.has(name)) throw new Unsure(`${program} ${why}`);
}

function oneUrl({ operands, rest }: Given, program: string): string {
  const all = [...operands, ...(rest ?? [])];
  if (all.length === 1 && all[0] !== undefined) return all[0];
  throw new Unsure(all.length === 0 ? `${program} names no URL` : `${program} asks for several URLs at once`);
}

// servers that do not speak HTTP: an old curl took their greeting for a page
const otherServers = /:(?:1433|1521|2181|3306|4222|5432|5671|5672|6379|9042|9092|11211|27017)$/;

function refuseOtherServers(url: string): void {
  const authority = url.replace(/^https?:\/\//, '').replace(/[/?#].*$/s, '');
  if (otherServers.test(authority))
    throw new Unsure(`curl without -f at ${shown(authority)}, where no web server is expected`);
}

function nameIn(url: string): string {
  const [, name] = /^[a-z]+:\/\/[^/?#]+\/(?:[^?#]*\/)?([^/?#]+)$/i.exec(url) ?? [];
  if (name === undefined || name.includes('%')) throw new Unsure(`the name of the file is not plain in ${shown(url)}`);
  return name;
}

function fetch({ folder }: Calling, url: string, output: string, options: readonly string[]): Doing {
  if (output.endsWith('/')) throw new Unsure(`${shown(output)} is a folder, not a file`);
  if (!output.startsWith('/') && folder === undefined)
    throw new Unsure(`${shown(output)} lies in a folder that is not known: no workingDir, no cd`);
  const destination = posix.join(output.startsWith('/') ? '/' : (folder ?? '/'), output);
  const ask: FetchAsk = { kind: 'fetch', source: webUrl(url), destination, options, lastsS: 0 };
  return { asks: [ask] };
}
