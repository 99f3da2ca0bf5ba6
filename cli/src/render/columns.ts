// Text in the width of a terminal: wrapped, and in two columns.
import type { Writer } from '../streams.ts';

const widest = 100;

export const widthOf = (to: Writer): number => Math.min(widest, to.columns ?? widest);

/** Two columns, one row after the other; the second is wrapped under itself. */
export function table(rows: readonly (readonly [string, string])[], to: Writer): string[] {
  const width = widthOf(to);
  const widestTerm = Math.min(30, Math.floor(width * 0.4));
  const first = Math.max(0, ...rows.map(([term]) => term.length).filter((length) => length <= widestTerm)) + 4;
  return rows.flatMap(([term, text]) => {
    const [head = '', ...tail] = wrap(text, Math.max(20, width - first));
    const lead = `  ${term}`;
    // a term that is too long has a line of its own
    const lines = lead.length + 2 > first ? [lead, ' '.repeat(first) + head] : [lead.padEnd(first) + head];
    return [...lines, ...tail.map((line) => ' '.repeat(first) + line)];
  });
}

export function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}
