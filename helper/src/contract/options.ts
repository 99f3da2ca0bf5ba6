// Words ⇄ operands and option values, for any table of options.
import { Failure } from '../core/failure.ts';
import { suggest } from '../core/suggest.ts';
import { type Environment, valueFromEnvironment } from './environment.ts';
import type { OptionTable, OptionValues } from './option.ts';

/**
 * Reads `--flag value`, `--flag=value`, switches and operands, in any order; `--` ends the options.
 * @param where what the words belong to, for messages
 * @throws Failure USAGE
 */
export function parseOptions<Table extends OptionTable>(
  where: string,
  table: Table,
  words: readonly string[],
  env: Environment,
): { operands: string[]; values: OptionValues<Table> } {
  const operands: string[] = [];
  const given = new Map<string, unknown>();
  const byFlag = new Map(Object.entries(table).map(([name, option]) => [option.flag, { name, option }]));

  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') {
      operands.push(...words.slice(i + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word);
      continue;
    }
    const [, flag = '', equals] = /^--?([^=]*)(=.*)?$/s.exec(word) ?? [];
    const known = byFlag.get(flag);
    if (known === undefined || !word.startsWith('--')) {
      const nearest = known === undefined ? suggest(flag, byFlag.keys()) : flag;
      const cure =
        nearest === undefined
          ? `; it takes ${[...byFlag.keys()].map((name) => `--${name}`).join(', ')}`
          : `; did you mean --${nearest}?`;
      throw new Failure('USAGE', `${where}: unknown option ${word.split('=')[0]}${cure}`);
    }
    const { name, option } = known;
    if (given.has(name) && option.kind !== 'list') throw new Failure('USAGE', `${where}: --${flag} is given twice`);
    const text = equals?.slice(1) ?? (option.kind === 'flag' ? 'true' : words[++i]);
    // `--deadline --any`: a value was forgotten; whoever means it writes --deadline=--any
    if (text === undefined || (equals === undefined && text.startsWith('--'))) {
      throw new Failure('USAGE', `${where}: --${flag} needs a value (${option.placeholder})`);
    }
    const parsed = option.parse(text);
    if ('fault' in parsed) throw new Failure('USAGE', `${where}: --${flag}: ${parsed.fault}`);
    given.set(
      name,
      option.kind === 'list' ? [...((given.get(name) as string[]) ?? []), ...(parsed.value as string[])] : parsed.value,
    );
  }

  const values = Object.fromEntries(
    Object.entries(table).map(([name, option]) => [
      name,
      given.has(name) ? given.get(name) : valueFromEnvironment(option, env),
    ]),
  ) as OptionValues<Table>;
  return { operands, values };
}

/** Writes operands and the options that differ from their default; `parseOptions` reads them back. */
export function formatOptions<Table extends OptionTable>(
  table: Table,
  values: OptionValues<Table>,
  operands: readonly string[],
): string[] {
  const words: string[] = [];
  for (const [name, option] of Object.entries(table)) {
    const value: unknown = values[name as keyof Table];
    if (value === undefined || value === option.default) continue;
    if (option.kind === 'flag') words.push(`--${option.flag}`);
    else if (option.kind === 'list')
      words.push(...(value as string[]).flatMap((text) => formatOption(option.flag, text)));
    else words.push(...formatOption(option.flag, option.format(value)));
  }
  const guard = operands.some((operand) => operand.startsWith('-')) ? ['--'] : [];
  return guard.length > 0 ? [...words, ...guard, ...operands] : [...operands, ...words];
}

function formatOption(flag: string, text: string): string[] {
  return text.startsWith('-') ? [`--${flag}=${text}`] : [`--${flag}`, text];
}
