// Findings for people: as a compiler tells its own, with the line, a caret and the cure; and a sum.
import { Fault } from '../fault.ts';
import { faultText } from '../render/fault-text.ts';
import type { Finding, LintResult } from './lint.ts';
import { severities } from './rule.ts';

/** Each finding as lines; nothing where there is none. */
export function reportText(findings: readonly Finding[]): string {
  return findings
    .map(({ place, severity, message, rule, cure }) =>
      faultText(
        '',
        new Fault('input', `${severity}: ${message} [${rule.id}]`, { place, cure: cure.replaceAll('`', '') }),
      ),
    )
    .join('\n');
}

/** `2 errors, 1 warning in 3 pods of 7 objects`. */
export function sumText(
  findings: readonly Finding[],
  { objects, pods }: LintResult,
  hidden: number,
  ignored: number,
): string {
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
  const parts = severities.toReversed().flatMap((severity) => {
    const number = findings.filter((finding) => finding.severity === severity).length;
    return number === 0 ? [] : [severity === 'info' ? `${number} info` : count(number, severity)];
  });
  const rest = [hidden === 0 ? '' : `${hidden} below --level`, ignored === 0 ? '' : `${ignored} ignored`].filter(
    Boolean,
  );
  const more = rest.length === 0 ? '' : ` (${rest.join(', ')})`;
  return `${parts.length === 0 ? 'nothing found' : parts.join(', ')} in ${count(pods, 'pod')} of ${count(objects, 'object')}${more}\n`;
}
