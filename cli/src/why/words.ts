// How causes put times, lists and other programs' words. Pure.
import { describeDuration } from '../../../helper/src/contract/index.ts';

/** `4m10s`; whole seconds, and no seconds beside hours. */
export function spell(ms: number): string {
  const unit = ms >= 3_600_000 ? 60_000 : 1_000;
  const whole = Math.max(0, Math.round(ms / unit) * unit);
  return whole === 0 ? '0s' : describeDuration(whole);
}

/** `a, b and c`; of many the first ones. */
export function listed(items: readonly string[], most = 4): string {
  const shown = items.length > most ? [...items.slice(0, most - 1), `${items.length - most + 1} more`] : [...items];
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

const longest = 300;

/** Another program's words, for one line of a terminal: nothing in them moves the cursor. */
export function quoted(text: string): string {
  const plain = text
    // ECMA-48 control sequences, then what is left of control characters
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
    .replace(/\x1b\[[\d;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)/g, '')
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  const letters = [...plain];
  return letters.length > longest ? `${letters.slice(0, longest - 1).join('')}…` : plain;
}

/** The last lines of a log that say something. */
export function lastLines(log: string | undefined, count: number): string[] {
  const lines = (log ?? '')
    .split('\n')
    .map(quoted)
    .filter((line) => line !== '');
  return lines.slice(-count);
}
