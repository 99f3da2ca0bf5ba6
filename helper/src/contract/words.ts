// A line of words ⇄ the words, by the quoting rules of a POSIX shell
// (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02).
// Nothing is expanded: no variable, no pattern, no command.
import { Failure } from '../core/failure.ts';

/**
 * Splits a line as a shell would.
 * @throws Failure USAGE for a quote that is not closed, or a backslash with nothing behind it
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  for (let i = 0; i < line.length; i++) {
    const character = line.charAt(i);
    if (quote === "'") {
      if (character === quote) quote = undefined;
      else word += character;
    } else if (character === '\\') {
      const next = line[++i];
      if (next === undefined) throw new Failure('USAGE', `nothing follows the last backslash: ${line}`);
      // within double quotes a backslash is itself, except before these four
      word = (word ?? '') + (quote === '"' && !'$`"\\'.includes(next) ? character + next : next);
    } else if (quote === '"') {
      if (character === quote) quote = undefined;
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== undefined) throw new Failure('USAGE', `a quote (${quote}) is not closed`);
  if (word !== undefined) words.push(word);
  return words;
}

/** Writes words as a line that `splitWords`, and a shell, reads back. */
export function joinWords(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
}
