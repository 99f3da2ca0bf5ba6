// Runs a script in a world where nothing happens: commands that only tell have no effect, programs that ask are answered.
import type { Ask } from '../ask.ts';
import { programs, programsByPath } from '../programs/index.ts';
import { computeArithmetic } from './arithmetic.ts';
import { absolute, builtin, missing, type Shell } from './builtin.ts';
import { holds } from './condition.ts';
import { expandText, expandWords, onlyCommand, secondsOf, strict, substitute } from './expand.ts';
import { loop } from './loop.ts';
import { parseScript } from './parse.ts';
import { readTar, runPipe } from './pipes.ts';
import { type Redirected, redirect } from './redirect.ts';
import { type AndOr, type Command, type List, type Pipeline, type Placed, Unsure } from './syntax.ts';
import { Endless, Exit, type Frame, TimedOut, type World } from './world.ts';

/** Runs words as the kernel would, and answers the exit code. */
export function runWords(words: readonly string[], world: World): number {
  try {
    return call(words, { silent: false, world, at: undefined, errexit: false });
  } catch (error) {
    if (error instanceof Exit) return error.code;
    throw error;
  }
}

function runList(list: List, shell: Shell, tested: boolean): number {
  let code = 0;
  for (const andOr of list) code = runAndOr(andOr, shell, tested);
  return code;
}

function runAndOr({ first, rest }: AndOr, shell: Shell, tested: boolean): number {
  let code = runPipeline(first, shell, tested || rest.length > 0);
  let last = rest.length === 0;
  let ran = first;
  for (const [index, { operator, pipeline }] of rest.entries()) {
    if ((operator === '&&') !== (code === 0)) continue;
    last = index === rest.length - 1;
    ran = pipeline;
    code = runPipeline(pipeline, shell, tested || !last);
  }
  shell.world.set('?', String(code));
  if (code !== 0 && shell.errexit && !tested && last && !ran.negated) throw new Exit(code);
  return code;
}

function runPipeline({ negated, commands, offset }: Pipeline, shell: Shell, tested: boolean): number {
  const [only, ...others] = commands;
  try {
    const code =
      only === undefined || others.length > 0
        ? runPipe(commands, shell.world)
        : runPlaced(only, shell, tested || negated);
    return negated ? Number(code === 0) : code;
  } catch (error) {
    if (error instanceof Unsure && error.offset === undefined) throw new Unsure(error.message, offset);
    throw error;
  }
}

function runPlaced(placed: Placed, shell: Shell, tested: boolean): number {
  const { world } = shell;
  world.count();
  const { command } = placed;
  const to = redirect(placed.redirections, world);
  if (command.kind !== 'simple' && to.port !== undefined)
    throw new Unsure('a connection around several commands', placed.offset);
  switch (command.kind) {
    case 'simple':
      return runSimple(command, placed, to, shell);
    case 'group': {
      if (!command.subshell) return runList(command.body, shell, tested);
      return asShell(() => world.apart(true, () => runList(command.body, { ...shell }, tested)));
    }
    case 'if': {
      for (const { condition, body } of command.branches)
        if (runList(condition, shell, true) === 0) return runList(body, shell, tested);
      return command.otherwise === undefined ? 0 : runList(command.otherwise, shell, tested);
    }
    case 'loop':
      return loop(
        world,
        () => (runList(command.condition, shell, true) === 0) !== command.until,
        () => runList(command.body, shell, tested),
      );
    case 'for': {
      const values = expandWords(command.words, world);
      let at = 0;
      const next = () => {
        if (at >= values.length) return false;
        world.set(command.name, values[at++] ?? '');
        return true;
      };
      return loop(world, next, () => runList(command.body, shell, tested), true);
    }
    case 'count': {
      const [first, goesOn, step] = command.header;
      computeArithmetic(first, strict(world));
      let begun = false;
      const next = () => {
        if (begun) computeArithmetic(step, strict(world));
        begun = true;
        return goesOn.trim() === '' || computeArithmetic(goesOn, strict(world)) !== 0;
      };
      return loop(world, next, () => runList(command.body, shell, tested));
    }
    case 'test':
      return Number(!holds(command.words, placed, world));
    case 'arithmetic':
      return Number(computeArithmetic(command.text, strict(world)) === 0);
  }
}

function asShell(work: () => number): number {
  try {
    return work();
  } catch (error) {
    if (error instanceof Exit) return error.code;
    throw error;
  }
}

// passwords of clients that the helper does not need
const idleVariables = /^(?:PGPASSWORD|PGUSER|PGDATABASE|MYSQL_PWD|REDISCLI_AUTH|TERM|LC_ALL|LANG)$/;
const telling = ['echo', 'printf', ':'];

function runSimple(command: Extract<Command, { kind: 'simple' }>, at: Placed, to: Redirected, shell: Shell): number {
  const { world } = shell;
  const { assignments, words } = command;
  if (words.length === 0) {
    for (const { name, value } of assignments) world.set(name, expandText(value, world));
    // redirections alone: `</dev/tcp/db/5432`
    return to.port === undefined ? 0 : Number(!world.ask(connection(to.port), at));
  }
  for (const { name } of assignments)
    if (!idleVariables.test(name)) throw new Unsure(`${name} is set for one command`, at.offset);
  const [part, ...parts] = words[0]?.parts ?? [];
  if (part?.kind === 'command' && parts.length === 0 && words.length === 1) return runSubstituted(part.list, shell);
  if (part?.kind === 'text' && parts.length === 0 && telling.includes(part.text)) {
    // what is told does not matter, but what is run to tell it
    for (const word of words.slice(1))
      for (const each of word.parts) if (each.kind === 'command') substitute(each.list, world, word.offset);
    return to.port === undefined ? 0 : Number(!world.ask(connection(to.port), at));
  }
  if (part?.kind === 'text' && (part.text === '[' || part.text === 'test') && parts.length === 0) {
    const closed = part.text === '[' ? words.slice(1, -1) : words.slice(1);
    return Number(!holds(closed, at, world));
  }
  const fields = expandWords(words, world);
  if (to.port !== undefined) {
    if (!['cat', 'true', 'exec'].includes(fields[0] ?? '') || fields.length > 1)
      throw new Unsure(`${fields[0]} talks to the server`, at.offset);
    return Number(!world.ask(connection(to.port), at));
  }
  return builtin(fields, shell) ?? call(fields, { silent: to.silent, world, at, errexit: shell.errexit });
}

const connection = (target: string): Ask => ({ kind: 'wait', targets: [target], options: [], lastsS: 0 });

/** `until $(curl --fail -o /dev/null URL)`: what it prints would be run; nothing is printed. */
function runSubstituted(list: List, shell: Shell): number {
  const placed = onlyCommand(list);
  if (placed?.command.kind !== 'simple') throw new Unsure('what a command prints is run');
  const { world } = shell;
  const words = expandWords(placed.command.words, world);
  const silent =
    redirect(placed.redirections, world).silent ||
    (words[0] === 'curl' &&
      /(?:-o|--output)[ =]?\/dev\/null/.test(words.join(' ')) &&
      !/(?:^| )(?:-\w*[Ivi]|--head|--verbose|--include)/.test(words.join(' ')));
  // with --head, curl prints the headers into the file as well
  const head = words[0] === 'curl' && /(?:-o|--output)[ =]?\/dev\/null/.test(words.join(' '));
  if (!silent && !head) throw new Unsure(`what ${words[0]} prints is run`, placed.offset);
  return call(words, { silent: true, world, at: placed, errexit: false });
}

interface Context {
  readonly silent: boolean;
  readonly world: World;
  readonly at: Placed | undefined;
  readonly errexit: boolean;
}

/** Runs a program: another shell, `timeout`, or one that asks. */
function call(words: readonly string[], context: Context): number {
  const { world, at } = context;
  const [path = '', ...args] = words;
  const name = path.replace(/^.*\//, '');
  if (/[\uE000\uE003]/.test(path)) throw new Unsure('which program runs is not known', at?.offset);
  switch (name) {
    case 'sh':
    case 'bash':
    case 'ash':
    case 'dash':
      return runShell(name, args, world);
    case 'busybox':
    case 'exec':
    case 'command':
    case 'nice':
    case 'dumb-init':
    case 'tini':
      if (args[0]?.startsWith('-') && !(args[0] === '--' && /^(?:dumb-init|tini)$/.test(name)))
        throw new Unsure(`${name} ${args[0]}`);
      return call(args[0] === '--' ? args.slice(1) : args, context);
    case 'timeout':
      return runTimeout(args, context);
    case '.':
    case 'source':
      throw new Unsure(`what stands in ${args[0] ?? 'it'} is not known`);
    case 'tar': {
      const tar = readTar(args, world, (why) => new Unsure(why));
      const archive = tar.from === undefined ? undefined : absolute(tar.from, world);
      const fetched = archive === undefined ? undefined : world.fetched(archive);
      if (fetched === undefined) return missing(archive, 'tar', world);
      fetched.file.unpack = { folder: tar.folder, strip: tar.strip };
      return 0;
    }
    default: {
      if (at === undefined) {
        const own = builtin(words, { world, errexit: false });
        if (own !== undefined) return own;
      }
      const reader = programsByPath[path] ?? (Object.hasOwn(programs, name) ? programs[name] : undefined);
      if (reader === undefined) {
        if (name === 'echo' || name === 'printf') return 0;
        throw new Unsure(`${name}: what it does is not known`);
      }
      const doing = reader({
        args,
        folder: world.folder,
        self: world.self,
        silent: context.silent,
        variable: (each) => world.get(each),
      });
      for (const ask of doing.asks) if (!world.ask(ask, at)) return 1;
      return doing.next === undefined ? 0 : call(doing.next, context);
    }
  }
}

function runShell(name: string, args: readonly string[], world: World): number {
  let errexit = false;
  let at = 0;
  for (; at < args.length; at++) {
    const word = args[at] ?? '';
    if (/^[-+]o$/.test(word)) {
      const option = args[++at] ?? '';
      if (!['pipefail', 'errexit', 'nounset', 'xtrace'].includes(option)) throw new Unsure(`${name} -o ${option}`);
      errexit ||= option === 'errexit';
      continue;
    }
    if (!/^-[euxlo]*c?[euxlo]*$/.test(word))
      throw new Unsure(`${name} runs a script of its image, or has options that are not known`);
    errexit ||= word.includes('e');
    if (word.includes('o')) at++;
    if (word.includes('c')) break;
  }
  const [script, ...rest] = args.slice(args[at + 1] === '--' ? at + 2 : at + 1);
  if (script === undefined) throw new Unsure(`${name} is given no script`);
  if (rest.length > 0 && !(rest.length === 1 && /^(?:--|sh|bash)$/.test(rest[0] ?? '')))
    throw new Unsure('the script is given words');
  const list = world.parsed(script, parseScript);
  return world.apart(false, () => asShell(() => runList(list, { world, errexit }, false)));
}

function runTimeout(args: readonly string[], context: Context): number {
  const { world } = context;
  const words = [...args];
  for (let word = words[0]; word?.startsWith('-'); word = words[0]) {
    words.shift();
    if (word === '-t') break;
    if (/^(?:-k|-s|--kill-after|--signal)$/.test(word)) words.shift();
    else if (!/^(?:--foreground|--preserve-status|--(?:kill-after|signal)=.*|-[ks].+|-v|--verbose)$/.test(word))
      throw new Unsure(`timeout ${word}`);
  }
  const limitS = secondsOf(words.shift(), 'timeout');
  const attempt = !/\b(?:until|while|for)\b/.test(words.slice(1).join(' '));
  const frame: Frame = { startS: world.elapsedS, limitS, attempt };
  if (limitS === 0) return call(words, context);
  const depth = world.frames.push(frame);
  try {
    return call(words, context);
  } catch (error) {
    if (error instanceof Endless || (error instanceof TimedOut && error.frame === frame)) {
      world.frames.length = depth - 1;
      world.pass(Math.max(0, frame.startS + limitS - world.elapsedS));
      return 124;
    }
    throw error;
  } finally {
    world.frames.length = depth - 1;
  }
}
