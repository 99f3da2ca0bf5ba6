// Help: examples first, then what can be said, in the width of the terminal. Drawn from the commands' own data.
import { stepKinds } from '../../../helper/src/contract/index.ts';
import { type Command, type Flag, nameOf } from '../command.ts';
import type { Writer } from '../streams.ts';
import { table, widthOf, wrap } from './columns.ts';

/** The help of the whole program. */
export function programHelp(program: string, commands: readonly Command[], to: Writer): string {
  // without what they are for: the list says it, and all of it shall fit a screen
  const examples = commands.flatMap(({ examples: [first] }) => (first === undefined ? [] : [first[0]]));
  const rows = commands.map((command) => [nameOf(command), command.summary] as const);
  return [
    'Init containers that wait and download as they should.\n',
    ...examples.map((line) => exampleLine(program, line)),
    '\nCommands:',
    ...table(rows, to),
    `\n${program} COMMAND --help says more; ${program} --version tells the version.\n`,
  ].join('\n');
}

export type Amount = 'usual' | 'all';

/** The help of one command: with the flags that most want, on a screen; or with all of them. */
export function commandHelp(program: string, command: Command, to: Writer, amount: Amount): string {
  const told = Object.entries(command.flags).filter(([, flag]) => amount === 'all' || flag.rare !== true);
  const sections = Map.groupBy(told, ([, { group }]) => group ?? 'Options:');
  const name = nameOf(command);
  return [
    `${wrap(command.summary, widthOf(to)).join('\n')}\n`,
    ...exampleLines(program, command.examples, widthOf(to)),
    `\nUsage: ${[program, name, operandWords(command), '[options]'].filter((word) => word !== '').join(' ')}`,
    ...table(
      Object.entries(command.positionals).map(
        ([operand, { describe }]) => [operandWord(operand, command), describe ?? ''] as const,
      ),
      to,
    ),
    ...[...sections].flatMap(([title, flags]) => [
      `\n${title}`,
      ...table(
        flags.map(([flag, details]) => [flagTerm(flag, details), flagText(details)]),
        to,
      ),
    ]),
    ...more(program, command, amount).flatMap((line) => wrap(line, widthOf(to))),
    '',
  ].join('\n');
}

/** Where what is not told here is told. */
function more(program: string, command: Command, told: Amount): string[] {
  const name = nameOf(command);
  const isLess = told === 'usual' && Object.values(command.flags).some(({ rare }) => rare);
  const steps = stepKinds.filter((kind) => kind in command.flags).map((kind) => `help ${kind}`);
  const parts = [
    ...(isLess ? [`All options: ${program} help ${name}`] : []),
    ...(steps.length > 0 ? [`of steps: ${program} ${steps.join(', ')}`] : []),
  ];
  return parts.length === 0 ? [] : ['', parts.join('; ')];
}

/** The operands of a command as help names them: `KIND NAME`, `INPUTS...`. */
export function operandWords(command: Command): string {
  const words = command.usage
    .split(' ')
    .slice(1)
    .map((word) => {
      const [, name = '', more = ''] = /^[<[]([\w-]+)(\.\.)?[>\]]$/.exec(word) ?? [];
      const shown = operandWord(name, command) + (more === '' ? '' : '...');
      return word.startsWith('[') ? `[${shown}]` : shown;
    });
  return words.join(' ');
}

const operandWord = (name: string, { positionals }: Command) => positionals[name]?.placeholder ?? name.toUpperCase();

function flagTerm(name: string, { type, choices, array, placeholder, alias }: Flag): string {
  const term = typeof alias === 'string' ? `-${alias}, --${name}` : `--${name}`;
  if (type === 'boolean') return term;
  const word = placeholder ?? choices?.join('|') ?? 'VALUE';
  return `${term} ${word}${array === true ? ' …' : ''}`;
}

function flagText({ describe, default: preset }: Flag): string {
  const text = describe || '';
  return preset === undefined || preset === false ? text : `${text} (${String(preset)})`;
}

/** What each is for stands behind it where there is room for all of them, and else above it. */
function exampleLines(program: string, examples: Command['examples'], width: number): string[] {
  const lines = examples.map(([line, purpose]) => ({ line: exampleLine(program, line), purpose: `# ${purpose}` }));
  const column = Math.max(0, ...lines.map(({ line }) => line.length)) + 2;
  const fits = lines.every(({ purpose }) => column + purpose.length <= width);
  return lines.flatMap(({ line, purpose }) =>
    fits ? [line.padEnd(column) + purpose] : [`  ${purpose}`, ...continued(line, width)],
  );
}

/** A line that is too long goes on in the next one, as a shell reads it: before a flag or a pipe, never within quotes. */
function continued(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  const unquoted = line.replace(/'[^']*'|"[^"]*"/g, ({ length }) => '.'.repeat(length));
  const breaks = [...unquoted.matchAll(/(?<=\S) (?=--?[a-z]|\| )/g)].map(({ index }) => index);
  const at = breaks.findLast((index) => index <= width - 2);
  if (at === undefined) return [line];
  return [`${line.slice(0, at)} \\`, ...continued(`    ${line.slice(at + 1)}`, width)];
}

const exampleLine = (program: string, line: string) =>
  `  ${line.replace(/^greenroom|(?<=\| |<\()greenroom/g, program)}`;
