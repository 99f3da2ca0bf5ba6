// Verdicts for people: a line an object, `file:line: Kind/name outcome: detail`, and a sum behind several.
import type { Outcome, Verdict } from '../inject/transform.ts';

const order: readonly Outcome[] = ['injected', 'updated', 'removed', 'converted', 'unchanged', 'skipped'];

export function reportText(verdicts: readonly Verdict[]): string {
  const lines = verdicts.map(({ file, line, object, outcome, detail }) => {
    const who = object === '' ? '' : `${object} `;
    return `${file}:${line}: ${who}${outcome}${detail === '' ? '' : `: ${detail}`}\n`;
  });
  if (verdicts.length > 1) {
    const counts = order.flatMap((outcome) => {
      const count = verdicts.filter((verdict) => verdict.outcome === outcome).length;
      return count === 0 ? [] : [`${count} ${outcome}`];
    });
    lines.push(`${counts.join(', ')}\n`);
  }
  return lines.join('');
}
