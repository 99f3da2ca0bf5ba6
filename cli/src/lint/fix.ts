// Findings with a sure fix → the texts without them. Only the scalars in question change.
import { Edits } from '../manifest/edits.ts';
import { type Finding, type Input, lint } from './lint.ts';
import type { Rule } from './rule.ts';
import type { LintSettings } from './world.ts';

export interface Fixed {
  readonly name: string;
  readonly before: string;
  readonly text: string;
  /** How many places were changed. */
  readonly count: number;
}

/**
 * Mends what can be mended, and lints the outcome: each fix must have done away with its finding.
 * @throws Error where one has not: a bug of a rule
 */
export function fixInputs(
  inputs: readonly Input[],
  findings: readonly Finding[],
  settings: LintSettings,
  rules: readonly Rule[],
): Fixed[] {
  const fixed = inputs.map(({ name, text }) => {
    const edits = new Edits(text);
    const places = new Map<number, Finding>();
    for (const finding of findings) {
      if (finding.place.file !== name || finding.fix === undefined || finding.ignored !== undefined) continue;
      if (places.has(finding.range[0])) continue;
      places.set(finding.range[0], finding);
      edits.replace(finding.range[0], finding.range[1], finding.fix);
    }
    return { name, before: text, text: edits.apply(), count: places.size };
  });
  const changed = fixed.filter(({ count }) => count > 0);
  if (changed.length === 0) return fixed;
  const after = lint(fixed, settings, rules).findings.filter(
    ({ fix, ignored }) => fix !== undefined && ignored === undefined,
  );
  const [left] = after;
  if (left !== undefined)
    throw new Error(`the fix of ${left.rule.id} at ${left.place.file}:${left.place.line} did not help`);
  return fixed;
}
