// Help: examples first, then what can be said, in the width of the terminal. Drawn from the commands' own data.
import type { Command, Flag } from '../command.ts';
import type { Writer } from '../streams.ts';

const widest = 100;

/** The help of the whole program. */
export function programHelp(program: string, commands: readonly Command[], to: Writer): string {
  // without what they are for: the list says it, and all of it shall fit a screen
  const examples = commands.flatMap(({ examples: [first] }) => (first === undefined ? [] : [first[0]]));
  const rows = commands.map(({ usage, summary }) => [usage.split(' ')[0] ?? '', summary] as const);
  return [
    'Init containers that wait and download as they should.\n',
    ...examples.map((line) => exampleLine(program, line)),
    '\nCommands:',
    ...table(rows, to),
    `\n${program} COMMAND --help says more; ${program} --version tells the version.\n`,
  ].join('\n');
}

/** The help of one command. */
export function commandHelp(program: string, command: Command, to: Writer): string {
  const sections = new Map<string, (readonly [string, string])[]>();
  for (const [name, flag] of Object.entries(command.flags)) {
    if (flag.hidden === true) continue;
    const title = flag.group ?? 'Options:';
    sections.set(title, [...(sections.get(title) ?? []), [flagTerm(name, flag), flagText(flag)]]);
  }
  return [
    `${wrap(command.summary, widthOf(to)).join('\n')}\n`,
    ...exampleLines(program, command.examples, widthOf(to)),
    `\nUsage: ${[program, command.usage.split(' ')[0], operandWords(command), '[options]'].filter((word) => word !== '').join(' ')}`,
    ...table(
      Object.entries(command.positionals).map(
        ([name, { describe }]) => [operandWord(name, command), describe ?? ''] as const,
      ),
      to,
    ),
    ...[...sections].flatMap(([title, rows]) => [`\n${title}`, ...table(rows, to)]),
    '',
  ].join('\n');
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

/** A line that is too long goes on in the next one, as a shell reads it: before a flag or a pipe. */
function continued(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  const breaks = [...line.matchAll(/ (?=--?[a-z]|\| )/g)].map(({ index }) => index);
  const at = breaks.findLast((index) => index <= width - 2);
  if (at === undefined) return [line];
  return [`${line.slice(0, at)} \\`, ...continued(`    ${line.slice(at + 1)}`, width)];
}

const exampleLine = (program: string, line: string) =>
  `  ${line.replace(/^greenroom|(?<=\| |<\()greenroom/g, program)}`;

const widthOf = (to: Writer): number => Math.min(widest, to.columns ?? widest);

/** Two columns; the second is wrapped under itself. */
function table(rows: readonly (readonly [string, string])[], to: Writer): string[] {
  const width = widthOf(to);
  const first = Math.min(30, Math.max(0, ...rows.map(([term]) => term.length))) + 4;
  return rows.flatMap(([term, text]) => {
    const [head = '', ...tail] = wrap(text, Math.max(20, width - first));
    const lead = `  ${term}`;
    // a term that is too long has a line of its own
    const lines = lead.length + 2 > first ? [lead, ' '.repeat(first) + head] : [lead.padEnd(first) + head];
    return [...lines, ...tail.map((line) => ' '.repeat(first) + line)];
  });
}

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}
