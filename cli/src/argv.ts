// The words of the command line, made ready for yargs, and what yargs would lose of them.
import type { StepFlag } from './command.ts';

// yargs drops a lone "-" (https://github.com/yargs/yargs/issues/1312). No argument can hold a NUL, so it stands in.
const loneDash = '\0';

export interface PreparedWords {
  /** What yargs shall read. */
  readonly words: readonly string[];
  /** What stands behind `--`. */
  readonly rest: readonly string[];
  /** yargs keeps the order within a flag, not across two. */
  readonly steps: readonly StepFlag[];
}

/** Splits off what yargs cannot carry; `restoreDashes` undoes the stand-ins in what yargs gives back. */
export function prepareWords(argv: readonly string[]): PreparedWords {
  const end = argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  const words: string[] = [];
  const steps: StepFlag[] = [];
  for (let i = 0; i < own.length; i++) {
    const word = own[i] ?? '';
    const [, kind, equals] = /^--(wait|fetch)(=.*)?$/s.exec(word) ?? [];
    const next = own[i + 1];
    let text = equals?.slice(1);
    // a step may begin with its options ('--any tcp://a tcp://b'); a lone flag means that the step was forgotten
    if (kind !== undefined && text === undefined && next !== undefined && (!next.startsWith('-') || /\s/.test(next))) {
      text = next;
      i++;
    }
    if (kind !== undefined && text !== undefined) {
      steps.push({ kind: kind as StepFlag['kind'], text });
      words.push(`--${kind}=${text}`);
    } else words.push(word === '-' ? loneDash : word);
  }
  return { words, rest: end === -1 ? [] : argv.slice(end + 1), steps };
}

/** A value from yargs as the user wrote it. */
export function restoreDashes<T>(value: T): T {
  if (typeof value === 'string') return value.replaceAll(loneDash, '-') as T;
  if (Array.isArray(value)) return value.map(restoreDashes) as T;
  return value;
}
