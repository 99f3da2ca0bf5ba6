// Findings as SARIF 2.1.0, which code hosts show beside the lines.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html
import { createHash } from 'node:crypto';
import type { Finding } from './lint.ts';
import type { Rule, Severity } from './rule.ts';

const levels: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' };

/** @param findings also those that are ignored: SARIF has a place for them */
export function reportSarif(findings: readonly Finding[], rules: readonly Rule[], version: string): string {
  const report = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'greenroom lint', semanticVersion: version, rules: rules.map(describeRule) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => describeFinding(finding, rules)),
      },
    ],
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

function describeRule({ id, severity, reason, cure }: Rule) {
  return {
    id,
    shortDescription: { text: cure },
    fullDescription: { text: reason },
    help: { text: `${reason}\n\n${cure}`, markdown: `${reason}\n\n${cure}` },
    defaultConfiguration: { level: levels[severity] },
  };
}

function describeFinding(finding: Finding, rules: readonly Rule[]) {
  const { rule, severity, message, cure, place, object, ignored } = finding;
  return {
    ruleId: rule.id,
    ruleIndex: rules.indexOf(rule),
    level: levels[severity],
    message: { text: `${message}. ${cure}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(place.file) },
          region: { startLine: place.line, startColumn: place.column, snippet: { text: place.text } },
        },
        ...(object === '' ? {} : { logicalLocations: [{ fullyQualifiedName: object }] }),
      },
    ],
    // what stays the same when lines are put in above
    partialFingerprints: {
      'greenroomFinding/v1': createHash('sha256')
        .update([rule.id, place.file, object, message].join('\0'))
        .digest('hex'),
    },
    ...(ignored === undefined ? {} : { suppressions: [{ kind: 'inSource', justification: ignored }] }),
  };
}

const uriOf = (file: string) => (file === '-' ? 'stdin' : file.split(/[\\/]/).map(encodeURIComponent).join('/'));
