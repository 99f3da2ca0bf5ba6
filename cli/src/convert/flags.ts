// The options of programs that people call in init containers; one that is not listed is never passed over.
import { Unsure } from './script/syntax.ts';

export interface FlagTable {
  /** Names of one option, such as `q quiet`; those of one character are written with one dash. */
  readonly flags?: readonly string[];
  readonly values?: readonly string[];
  /** Go's way: any name with one dash or two, and none together. */
  readonly long?: boolean;
  /** Whether options end at the first operand. */
  readonly ordered?: boolean;
}

export interface Given {
  readonly operands: readonly string[];
  /** The words behind `--`. */
  readonly rest: readonly string[] | undefined;
  has(name: string): boolean;
  /** The last value of an option, by its first name. */
  value(name: string): string | undefined;
  all(name: string): readonly string[];
}

/**
 * Reads a program's words.
 * @throws Unsure for an option that is not in the table
 */
export function readFlags(program: string, args: readonly string[], table: FlagTable): Given {
  const first = new Map<string, string>();
  const valued = new Set<string>();
  for (const names of [...(table.flags ?? []), ...(table.values ?? [])]) {
    const [head = '', ...others] = names.split(' ');
    for (const name of [head, ...others]) first.set(name, head);
    if (table.values?.includes(names)) valued.add(head);
  }
  const given = new Map<string, string[]>();
  const operands: string[] = [];
  let rest: readonly string[] | undefined;
  const put = (name: string, value = '') => given.set(name, [...(given.get(name) ?? []), value]);
  const unknown = (option: string) => new Unsure(`${program} ${option}: what it would mean is not known`);
  const needed = (at: number, option: string): string => {
    const value = args[at];
    if (value === undefined) throw new Unsure(`${program} ${option} has no value`);
    return value;
  };
  const long = (word: string, at: number): number => {
    const [, dashes = '', name = '', value] = /^(--?)([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    const head = name.length === 1 && dashes === '--' && table.long !== true ? undefined : first.get(name);
    if (head === undefined) throw unknown(dashes + name);
    if (!valued.has(head)) {
      if (value !== undefined && value !== 'true') throw unknown(word);
      put(head);
      return at;
    }
    put(head, value ?? needed(at + 1, dashes + name));
    return value === undefined ? at + 1 : at;
  };
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '--') {
      rest = args.slice(at + 1);
      break;
    }
    if (!/^-./.test(word)) {
      if (table.ordered === true) {
        operands.push(...args.slice(at));
        break;
      }
      operands.push(word);
    } else if (word.startsWith('--') || table.long === true) at = long(word, at);
    else {
      for (let i = 1; i < word.length; i++) {
        const head = first.get(word.charAt(i));
        if (head === undefined) throw unknown(`-${word.charAt(i)}`);
        if (!valued.has(head)) {
          put(head);
          continue;
        }
        const attached = word.slice(i + 1);
        put(head, attached === '' ? needed(++at, `-${word.charAt(i)}`) : attached);
        break;
      }
    }
  }
  return {
    operands,
    rest,
    has: (name) => given.has(name),
    value: (name) => given.get(name)?.at(-1),
    all: (name) => given.get(name) ?? [],
  };
}

const unitSeconds: Readonly<Record<string, number>> = { '': 1, ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds: `30`, `1.5`, `2m`, `1m30s`. */
export function readSeconds(text: string, what: string): number {
  const pieces = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd]?)/gy)];
  if (text === '' || pieces.map(([whole]) => whole).join('') !== text || (pieces.length > 1 && /\d$/.test(text)))
    throw new Unsure(`${what} is not a plain number of seconds`);
  return pieces.reduce((sum, [, digits, unit = '']) => sum + Number(digits) * (unitSeconds[unit] ?? 1), 0);
}

/** Seconds as the helper writes a duration. */
export const durationWord = (seconds: number): string =>
  Number.isInteger(seconds) ? `${seconds}s` : `${Math.max(1, Math.round(seconds * 1000))}ms`;

/** The longest that one attempt may take, as an option; nothing where the program has no limit of its own. */
export const timeoutOption = (seconds: number | undefined): string[] =>
  seconds === undefined || seconds <= 0 ? [] : ['--timeout', durationWord(seconds)];
