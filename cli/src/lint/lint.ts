// Texts → findings: reads all inputs, asks every rule about every object, and leaves out what is suppressed. Pure.
import type { Place } from '../fault.ts';
import { sliceDocuments } from '../manifest/parse.ts';
import { Lines } from '../manifest/place.ts';
import type { Rule, Severity } from './rule.ts';
import { rules as allRules } from './rules/index.ts';
import { lintIgnore } from './rules/lint-ignore.ts';
import { maskSecrets } from './secrets.ts';
import { annotationSuppressions, commentSuppressions, type Suppression } from './suppress.ts';
import { type LintObject, type LintSettings, makeWorld, readObjects } from './world.ts';

export interface Finding {
  readonly rule: Rule;
  readonly severity: Severity;
  readonly message: string;
  readonly cure: string;
  readonly place: Place;
  /** From where to where in its file. */
  readonly range: readonly [start: number, end: number];
  /** `Deployment/my-app`; empty where it is of no object. */
  readonly object: string;
  /** What shall stand there instead; undefined where no fix is sure. */
  readonly fix: string | undefined;
  /** Why it is let be; undefined where it is not. */
  readonly ignored: string | undefined;
}

export interface LintResult {
  /** By file and place. */
  readonly findings: readonly Finding[];
  readonly objects: number;
  readonly pods: number;
}

export interface Input {
  readonly name: string;
  readonly text: string;
}

/**
 * @param rules those that are asked
 * @throws Fault input, for broken YAML and templates
 */
export function lint(inputs: readonly Input[], settings: LintSettings, rules: readonly Rule[] = allRules): LintResult {
  const files = inputs.map(({ name, text }) => {
    const lines = new Lines(name, text);
    return { lines, text, objects: sliceDocuments(text).flatMap((slice) => readObjects(slice, lines)) };
  });
  const world = makeWorld(
    files.flatMap(({ objects }) => objects),
    settings,
  );
  const findings = files.flatMap(({ lines, text, objects }) => {
    const ids = allRules.map(({ id }) => id);
    const sources = [commentSuppressions(text, ids), ...objects.map((object) => annotationSuppressions(object, ids))];
    const suppressions = sources.flatMap(({ heeded }) => heeded);
    const found = objects.flatMap((object) =>
      rules.flatMap((rule) =>
        [...rule.check(object, world)].map((remark): Finding => {
          const { at, message, cure = rule.cure, severity = rule.severity, fix } = remark;
          const place = at.origin.lines.placeAt(at.start);
          return {
            ...{ rule, severity, message, cure, object: nameOf(object) },
            place: { ...place, text: maskSecrets(place.text) },
            range: [at.start, at.end],
            fix: at.isAnchored ? undefined : fix,
            ignored: reasonFor(rule.id, place.line, suppressions),
          };
        }),
      ),
    );
    const misfits = rules.includes(lintIgnore) ? sources.flatMap((source) => source.misfits) : [];
    return sorted([
      ...distinct(found),
      ...misfits.map(({ offset, message }): Finding => {
        const { severity, cure } = lintIgnore;
        const place = lines.placeAt(offset);
        const range = [offset, offset] as const;
        return {
          rule: lintIgnore,
          severity,
          message,
          cure,
          place,
          range,
          object: '',
          fix: undefined,
          ignored: undefined,
        };
      }),
    ]);
  });
  return { findings, objects: world.objects.length, pods: world.objects.filter(({ pod }) => pod !== undefined).length };
}

const nameOf = ({ kind, name }: LintObject) => (name === '' ? kind : `${kind}/${name}`);

function reasonFor(rule: string, line: number, suppressions: readonly Suppression[]): string | undefined {
  return suppressions.find((each) => each.rule === rule && each.fromLine <= line && line <= each.toLine)?.reason;
}

/** What an alias brings in twice is said once. */
function distinct(findings: readonly Finding[]): Finding[] {
  const keys = new Set<string>();
  return findings.filter(({ rule, range, message }) => {
    const key = `${rule.id}\n${range[0]}\n${message}`;
    return !keys.has(key) && keys.add(key);
  });
}

const sorted = (findings: readonly Finding[]) =>
  findings.toSorted((a, b) => a.range[0] - b.range[0] || allRules.indexOf(a.rule) - allRules.indexOf(b.rule));
