// Findings for programs: one JSON document.
import type { Finding, LintResult } from './lint.ts';

export function reportJson(findings: readonly Finding[], { objects, pods }: LintResult): string {
  const report = {
    findings: findings.map(({ rule, severity, message, cure, place, object, fix }) => ({
      rule: rule.id,
      severity,
      message,
      cure,
      file: place.file,
      line: place.line,
      column: place.column,
      ...(object === '' ? {} : { object }),
      ...(fix === undefined ? {} : { fix }),
    })),
    objects,
    pods,
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
