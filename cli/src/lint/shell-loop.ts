// Recognises the loops that people copy: `until PROBE; do echo …; sleep 2; done`, and nothing else around it but words.
// Scripts are read as `greenroom convert` reads them. What it is not sure of it does not recognise.
import { judge } from '../convert/judge.ts';
import { parseScript } from '../convert/script/parse.ts';
import { type AndOr, type Command, type List, Unsure } from '../convert/script/syntax.ts';

export interface ShellLoop {
  /** The command that is asked again and again. */
  readonly probe: string;
  /** What the helper would wait for; undefined where that is not sure. */
  readonly target: string | undefined;
}

/** @param words the container's command and args together */
export function readShellLoop(words: readonly string[]): ShellLoop | undefined {
  const [shell = '', flag = '', script, ...rest] = words;
  if (!/(?:^|\/)(?:sh|bash|ash|dash)$/.test(shell) || !/^-[eux]*c$/.test(flag) || script === undefined)
    return undefined;
  if (rest.length > 0) return undefined;
  try {
    const statements = parseScript(script);
    const loops = statements.flatMap((statement) => loopIn(statement) ?? []);
    const [loop, ...others] = loops;
    if (loop === undefined || others.length > 0) return undefined;
    if (!statements.every((statement) => loopIn(statement) !== undefined || tells(statement, ['echo', 'printf'])))
      return undefined;
    const probe = /^[\s\S]*?(?=\s*(?:;|\n)\s*do\b)/.exec(script.slice(loop.offset))?.[0] ?? '';
    return { probe, target: targetOf(words) };
  } catch (error) {
    if (error instanceof Unsure) return undefined;
    throw error;
  }
}

/** Where the probe of a loop without an end begins; undefined for any other statement. */
function loopIn({ first, rest }: AndOr): { readonly offset: number } | undefined {
  const command = rest.length === 0 && first.commands.length === 1 ? first.commands[0]?.command : undefined;
  if (command?.kind !== 'loop') return undefined;
  const [asked, ...more] = command.condition;
  const probe = asked?.first.commands[0];
  // a condition that counts, or is of several commands
  if (probe === undefined || more.length > 0 || asked?.rest.length !== 0 || asked.first.commands.length > 1)
    return undefined;
  if (asked.first.negated === command.until || isCounting(probe.command)) return undefined;
  // nothing in it that counts, breaks or does anything but tell and sleep
  const telling = ['echo', 'printf', 'sleep', 'date', 'true', ':'];
  const isIdle = command.body.every((statement) => tells(statement, telling));
  return isIdle && sleeps(command.body) ? { offset: probe.offset } : undefined;
}

const nameOf = (command: Command): string | undefined => {
  const [part] = command.kind === 'simple' ? (command.words[0]?.parts ?? []) : [];
  return part?.kind === 'text' ? part.text : undefined;
};

const isCounting = (command: Command) =>
  command.kind !== 'simple' || ['[', 'test', 'timeout', 'exit', 'true', ':', 'false'].includes(nameOf(command) ?? '');

const commandsOf = ({ first, rest }: AndOr) =>
  [first, ...rest.map(({ pipeline }) => pipeline)].flatMap(({ commands }) => commands);

function tells(statement: AndOr, names: readonly string[]): boolean {
  const isPiped = [statement.first, ...statement.rest.map(({ pipeline }) => pipeline)].some(
    ({ commands }) => commands.length > 1,
  );
  return !isPiped && commandsOf(statement).every(({ command }) => names.includes(nameOf(command) ?? ''));
}

const sleeps = (body: List) =>
  body.some((statement) => commandsOf(statement).some(({ command }) => nameOf(command) === 'sleep'));

/** What `greenroom convert` would wait for, where a target says all of it. */
function targetOf(words: readonly string[]): string | undefined {
  try {
    const [only, ...others] = judge(words, new Map()).judged;
    if (only?.ask.kind !== 'wait' || others.length > 0 || only.act.pauseS > 0) return undefined;
    const { targets, options } = only.ask;
    return targets.length === 1 && options.every((word, at) => at % 2 === 1 || word === '--timeout')
      ? targets[0]
      : undefined;
  } catch (error) {
    if (error instanceof Unsure) return undefined;
    throw error;
  }
}
