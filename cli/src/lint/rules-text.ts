// The list of rules for a terminal: what each is about, why, and the cure.
import type { Rule } from './rule.ts';

const width = 96;

export function rulesText(rules: readonly Rule[]): string {
  return rules
    .map(
      ({ id, severity, reason, cure }) =>
        `${id} (${severity})\n${wrap(plain(reason))}\n${wrap(`Cure: ${plain(cure)}`)}\n`,
    )
    .join('\n');
}

const plain = (text: string) => text.replaceAll('`', '');

/** Lines of a paragraph, indented. */
function wrap(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((line) => `  ${line}`).join('\n');
}
