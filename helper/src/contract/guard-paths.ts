// The paths within a guard (guard.ts), which a rehearsal moves. It knows the options of a guard by their table. Pure.
import type { Option, OptionTable } from './option.ts';
import { moveTargetPath } from './target.ts';
import { joinWords, splitWords } from './words.ts';

/** @param text a guard that was read before, so that it has no faults */
export function moveGuardPaths(table: OptionTable, text: string, move: (path: string) => string): string {
  const options = new Map(Object.values(table).map((option) => [option.flag, option]));
  let pending: Option<unknown> | undefined;
  const words = splitWords(text).map((word) => {
    const option = pending;
    pending = undefined;
    if (option !== undefined) return movedValue(option, word, move);
    const [, flag, value] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (flag === undefined) return moveTargetPath(word, move);
    const named = options.get(flag);
    if (named === undefined || named.kind === 'flag') return word;
    if (value !== undefined) return `--${flag}=${movedValue(named, value, move)}`;
    pending = named;
    return word;
  });
  return joinWords(words);
}

function movedValue(option: Option<unknown>, text: string, move: (path: string) => string): string {
  const parsed = option.parse(text);
  return option.movePaths === undefined || 'fault' in parsed
    ? text
    : option.format(option.movePaths(parsed.value, move));
}
