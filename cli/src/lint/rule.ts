// What a rule is: pure, from an object of the inputs and all of them to what is wrong with it.

import type { Value } from './value.ts';
import type { LintObject, World } from './world.ts';

/** From the least to the most. */
export const severities = ['info', 'warning', 'error'] as const;

/** error: it will not work. warning: it will surprise. info: it could be better. */
export type Severity = (typeof severities)[number];

export const isAtLeast = (severity: Severity, least: Severity): boolean =>
  severities.indexOf(severity) >= severities.indexOf(least);

/** What a rule says of one place. */
export interface Remark {
  readonly at: Value;
  /** One sentence without a full stop. No secret is in it. */
  readonly message: string;
  /** Where this place needs another cure than the rule's own. */
  readonly cure?: string;
  /** Where this place is worse, or less bad, than the rule as such. */
  readonly severity?: Severity;
  /** What shall stand in place of the scalar; only where that is sure to be right. */
  readonly fix?: string;
}

export interface Rule {
  /** As `--rule`, suppressions and reports name it. */
  readonly id: string;
  readonly severity: Severity;
  /** Why it matters: what Kubernetes, or the helper, does with it. */
  readonly reason: string;
  /** What to do about it. */
  readonly cure: string;
  /** Lines of YAML, as they stand in test/golden/lint/<id>/bad.yaml and good.yaml. */
  readonly example: { readonly bad: string; readonly good: string };
  check(object: LintObject, world: World): Iterable<Remark>;
}
