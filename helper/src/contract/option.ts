// What an option is: how its value is read, and how it is written so that reading gives it back.
// The tables made of these (wait-options.ts, fetch-options.ts, …) are the only place that knows an option:
// argv, environment, plans, help, the CLI and the docs all come from them.
import { formatByteSize, parseByteSize } from '../core/byte-size.ts';
import { formatDuration, parseDuration } from '../core/duration.ts';
import { suggest } from '../core/suggest.ts';

export type OptionKind = 'duration' | 'size' | 'count' | 'text' | 'path' | 'choice' | 'mode' | 'flag' | 'list';

/** A value, or the words that complete "--flag: …" where the text is none. */
export type Parsed<T> = { readonly value: T } | { readonly fault: string };

export interface Option<T> {
  readonly kind: OptionKind;
  /** The name on the command line, without dashes. */
  readonly flag: string;
  /** One line for help and docs. */
  readonly summary: string;
  /** What the value is called in help, such as `DURATION`; empty for a flag. */
  readonly placeholder: string;
  readonly default: T;
  /** Only of a count: both bounds are taken. */
  readonly range?: { readonly atLeast: number; readonly atMost: number };
  /** Only of a choice. */
  readonly choices?: readonly string[];
  parse(text: string): Parsed<T>;
  format(value: T): string;
  /** The value with every path in it moved; only where a value holds paths. A rehearsal needs it. */
  movePaths?(value: T, move: (path: string) => string): T;
}

/** A table of options, by the name that the code gives their values (with the unit in it). */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The values that a table of options stands for. */
export type OptionValues<Table> = { readonly [Name in keyof Table]: Table[Name] extends Option<infer T> ? T : never };

interface Details<T> {
  readonly flag: string;
  readonly summary: string;
  readonly default: T;
}

interface Codec<T> {
  parse(text: string): Parsed<T>;
  format(value: T): string;
}

// The codec need not know undefined: a default that is undefined is never written.
function option<T>(kind: OptionKind, placeholder: string, details: Details<T>, codec: Codec<unknown>): Option<T> {
  const { flag, summary, default: preset } = details;
  return { kind, placeholder, flag, summary, default: preset, ...(codec as Codec<T>) };
}

/** A span of time in milliseconds; a number without a unit is refused. */
export function duration<T extends number | undefined>(details: Details<T> & { atLeastMs?: number }): Option<T> {
  return option('duration', 'DURATION', details, {
    parse: (text) => {
      const value = parseDuration(text);
      const leastMs = details.atLeastMs ?? 0;
      if (value === undefined) {
        const isNumber = /^\d+(\.\d+)?$/.test(text) && Number(text) >= leastMs;
        const cure = isNumber ? `${text}s or ${text}ms` : '30s, 5m or 1m30s';
        return { fault: `${JSON.stringify(text)} is not a duration with a unit, such as ${cure}` };
      }
      return value < leastMs ? { fault: `must be at least ${formatDuration(leastMs)}` } : { value };
    },
    format: formatDuration,
  });
}

/** A size in bytes, with Kubernetes' suffixes. */
export function size<T extends number | undefined>(details: Details<T>): Option<T> {
  return option('size', 'SIZE', details, {
    parse: (text) => {
      const value = parseByteSize(text);
      return value === undefined
        ? { fault: `${JSON.stringify(text)} is not a size, such as 500Mi, 10Gi or 1048576` }
        : { value };
    },
    format: formatByteSize,
  });
}

/** A whole number within bounds. */
export function count<T extends number | undefined>(
  details: Details<T> & { atLeast: number; atMost: number },
): Option<T> {
  const { atLeast, atMost } = details;
  const counted = option('count', 'N', details, {
    parse: (text) => {
      const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
      return value >= atLeast && value <= atMost
        ? { value }
        : { fault: `must be a whole number from ${atLeast} to ${atMost}, not ${JSON.stringify(text)}` };
    },
    format: String,
  });
  return { ...counted, range: { atLeast, atMost } };
}

const verbatim: Codec<string> = {
  parse: (text) => (text === '' ? { fault: 'must not be empty' } : { value: text }),
  format: (value) => value,
};

/** Any text but the empty one. `check` names a fault, or answers undefined. */
export function text<T extends string | undefined>(
  details: Details<T> & { placeholder: string; check?: (value: string) => string | undefined },
): Option<T> {
  const { check, ...rest } = details;
  return option('text', details.placeholder, rest, {
    ...verbatim,
    parse: (value) => {
      const fault = value === '' ? 'must not be empty' : check?.(value);
      return fault === undefined ? { value } : { fault };
    },
  });
}

/** The name of an environment variable, which holds what is secret. */
export function variable(flagName: string, summary: string): Option<string | undefined> {
  return text<string | undefined>({
    flag: flagName,
    placeholder: 'VARIABLE',
    default: undefined,
    summary,
    check: (value) => (/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(value) ? undefined : 'must be the name of a variable'),
  });
}

/** The path of a file or folder in the container. */
export function path<T extends string | undefined>(details: Details<T>): Option<T> {
  return {
    ...option('path', 'PATH', details, verbatim),
    movePaths: (value, move) => (value === undefined ? value : (move(value) as T)),
  };
}

/** The path of a folder in the container. */
export function folder<T extends string | undefined>(details: Details<T>): Option<T> {
  return { ...path(details), placeholder: 'FOLDER' };
}

/** One of a few words. */
export function choice<const Word extends string>(details: Details<Word> & { choices: readonly Word[] }): Option<Word> {
  const { choices, ...rest } = details;
  const chosen = option('choice', choices.join('|'), rest, {
    parse: (word) => {
      if ((choices as readonly string[]).includes(word)) return { value: word };
      const nearest = suggest(word, choices);
      const cure = nearest === undefined ? '' : `; did you mean ${nearest}?`;
      return { fault: `must be one of ${choices.join(', ')}, not ${JSON.stringify(word)}${cure}` };
    },
    format: (word: string) => word,
  });
  return { ...chosen, choices };
}

/** File permissions in octal, 0 to 07777. */
export function mode<T extends number | undefined>(details: Details<T>): Option<T> {
  return option('mode', 'MODE', details, {
    parse: (digits) =>
      /^0?[0-7]{3,4}$/.test(digits)
        ? { value: Number.parseInt(digits, 8) }
        : { fault: `${JSON.stringify(digits)} is not a mode in octal, such as 0644` },
    format: (value: number) => `0${value.toString(8).padStart(3, '0')}`,
  });
}

/** True when given. Takes no value on the command line; `true` or `false` in the environment and in plans. */
export function flag(details: Omit<Details<boolean>, 'default'>): Option<boolean> {
  return option(
    'flag',
    '',
    { ...details, default: false },
    {
      parse: (word) =>
        word === 'true' || word === 'false'
          ? { value: word === 'true' }
          : { fault: `must be true or false, not ${JSON.stringify(word)}` },
      format: String,
    },
  );
}

/** May be given several times; in the environment one value a line. `parse` and `format` treat one value. */
export type ListOption = Option<readonly string[]>;

/** Texts in the order given. `check` names a fault in one of them, or answers undefined. */
export function list(
  details: Omit<Details<readonly string[]>, 'default'> & {
    placeholder: string;
    check?: (value: string) => string | undefined;
    /** Where a value holds a path: the value with that path moved. */
    movePath?: (value: string, move: (path: string) => string) => string;
  },
): ListOption {
  const { check, movePath, ...rest } = details;
  return {
    kind: 'list',
    ...rest,
    default: [],
    parse: (value) => {
      const fault = value === '' ? 'must not be empty' : check?.(value);
      return fault === undefined ? { value: [value] } : { fault };
    },
    format: (values) => values.join('\n'),
    ...(movePath && { movePaths: (values, move) => values.map((value) => movePath(value, move)) }),
  };
}
