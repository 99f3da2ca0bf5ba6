// Pipes that have a step: a page in which grep finds a text, an archive that tar unpacks, a digest that sha256sum checks.
import { posix } from 'node:path';
import type { FetchAsk, WaitAsk } from '../ask.ts';
import { readFlags } from '../flags.ts';
import { programs } from '../programs/index.ts';
import { expandWords } from './expand.ts';
import { type Placed, Unsure } from './syntax.ts';
import type { World } from './world.ts';

/** Runs a pipe, and answers its exit code. */
export function runPipe(commands: readonly Placed[], world: World): number {
  const [first, second, ...others] = commands;
  const refuse = (why: string) => new Unsure(why, commands[0]?.offset);
  if (first === undefined || second === undefined || others.length > 0) throw refuse('a pipe of several commands');
  const [source, sink] = [callOf(first, world), callOf(second, world)];
  if (sink.redirected) throw refuse('a pipe that ends elsewhere');
  if (sink.program === 'sha256sum' && source.program === 'echo')
    return checkDigest(source.args, sink.args, world, refuse);
  const isWeb = source.program === 'curl' || source.program === 'wget';
  if (!isWeb) throw refuse(`what ${sink.program} makes of it decides`);
  const doing = programs[source.program]?.({
    args: source.args,
    folder: world.folder,
    self: world.self,
    silent: false,
    variable: (name) => world.get(name),
  });
  const ask = doing?.asks[0];
  if (ask?.kind !== 'wait') throw refuse('a pipe from a file');
  if (source.program === 'wget' && !source.args.some((word) => /^-q?O-?$|^-$|^--output-document=-$/.test(word)))
    throw refuse('wget prints nothing that could be read');
  if (sink.program === 'grep') return Number(!world.ask(containing(ask, sink.args, refuse), first));
  if (sink.program === 'tar')
    return Number(!world.ask(unpacking(ask, sink.args, source.program, source.args, world, refuse), first));
  throw refuse(`what ${sink.program} makes of it decides`);
}

interface Call {
  readonly program: string;
  readonly args: readonly string[];
  readonly redirected: boolean;
}

function callOf({ command, redirections, offset }: Placed, world: World): Call {
  if (command.kind !== 'simple' || command.assignments.length > 0) throw new Unsure('a pipe that is not read', offset);
  const [program = '', ...args] = expandWords(command.words, world);
  const redirected = redirections.some(({ operator, target, descriptor }) => {
    const [to = ''] = expandWords([target], world);
    return to !== '/dev/null' && !(operator.endsWith('&') && descriptor === '2');
  });
  return { program: program.replace(/^.*\//, ''), args, redirected };
}

type Refuse = (why: string) => Unsure;

/** `curl URL | grep -q TEXT`: the status must be one of success as well, which curl alone did not ask for. */
function containing(ask: WaitAsk, args: readonly string[], refuse: Refuse): WaitAsk {
  const { operands } = readFlags('grep', args, { flags: ['q quiet silent', 'F fixed-strings', 's'] });
  const [text, ...files] = operands;
  if (text === undefined || files.length > 0 || !/^[\w "':,{}=/-]+$/.test(text))
    throw refuse('grep looks for a pattern, or in files');
  const options = ask.options.filter((_, index, all) => {
    const isAny = (at: number) => all[at] === '--status' || all[at] === '--max-redirects';
    return !isAny(index) && !isAny(index - 1);
  });
  return { ...ask, options: [...options, '--contains', text] };
}

function unpacking(
  ask: WaitAsk,
  args: readonly string[],
  program: string,
  words: readonly string[],
  world: World,
  refuse: Refuse,
): FetchAsk {
  const { folder, strip, from } = readTar(args, world, refuse);
  if (from !== undefined && from !== '-') throw refuse('tar reads a file');
  const follows = program === 'wget' || words.some((word) => word === '--location' || /^-[A-Za-z]*L/.test(word));
  return {
    kind: 'fetch',
    source: ask.targets[0] ?? '',
    destination: folder,
    options: [
      ...(follows ? [] : ['--max-redirects', '0']),
      '--unpack',
      ...(strip === 0 ? [] : ['--strip-components', String(strip)]),
    ],
    lastsS: 0,
  };
}

/** What tar is told: to unpack all of an archive into a folder that the script has made. */
export function readTar(
  args: readonly string[],
  world: World,
  refuse: Refuse,
): { folder: string; strip: number; from: string | undefined } {
  const [first = '', ...rest] = args;
  const words = /^[xzvf]+$/.test(first) ? [`-${first}`, ...rest] : args;
  const { operands, has, value } = readFlags('tar', words, {
    flags: ['x extract', 'z gzip', 'v verbose', 'p'],
    values: ['f file', 'C directory', 'strip-components'],
  });
  if (!has('x') || operands.length > 0) throw refuse('tar does something other than to unpack all');
  const given = value('C') ?? world.folder;
  if (given === undefined) throw refuse('tar unpacks into a folder that is not known');
  const folder = posix.join(given.startsWith('/') ? '/' : (world.folder ?? '/'), given).replace(/(.)\/$/, '$1');
  if (!world.folders.includes(folder)) throw refuse(`tar unpacks into ${folder}, which may hold other files`);
  const strip = value('strip-components') ?? '0';
  if (!/^\d{1,2}$/.test(strip)) throw refuse('tar --strip-components is no number');
  return { folder, strip: Number(strip), from: value('f') };
}

/** `echo "HEX  PATH" | sha256sum -c`: of a file that was fetched before. */
function checkDigest(told: readonly string[], args: readonly string[], world: World, refuse: Refuse): number {
  const { operands } = readFlags('sha256sum', args, { flags: ['c check', 's status', 'w', 'quiet', 'strict'] });
  if (operands.some((each) => each !== '-')) throw refuse('sha256sum checks a list');
  const [, digest, name] = /^([0-9a-fA-F]{64}) [ *]?(\S+)$/.exec(told.join(' ')) ?? [];
  if (digest === undefined || name === undefined) throw refuse('sha256sum checks what is not known');
  const fetched = world.fetched(posix.join(name.startsWith('/') ? '/' : (world.folder ?? '/'), name));
  // what was not fetched is not there
  if (fetched === undefined) return 1;
  fetched.file.sha256 = digest.toLowerCase();
  return 0;
}
