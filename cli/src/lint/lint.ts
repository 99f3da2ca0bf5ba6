// Texts → findings: reads all inputs, asks every rule about every object, and leaves out what is suppressed. Pure.
import type { Place } from '../fault.ts';
import { sliceDocuments } from '../manifest/parse.ts';
import { Lines } from '../manifest/place.ts';
import type { Remark, Rule, Severity } from './rule.ts';
import { rules as allRules } from './rules/index.ts';
import { lintIgnore } from './rules/lint-ignore.ts';
import { maskSecrets } from './secrets.ts';
import { annotationSuppressions, commentSuppressions, type Suppression, type Suppressions } from './suppress.ts';
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
  const ids = allRules.map(({ id }) => id);
  const files = inputs.map(({ name, text }) => {
    const lines = new Lines(name, text);
    const objects = sliceDocuments(text).flatMap((slice) => readObjects(slice, lines));
    return { lines, comments: commentSuppressions(text, ids), objects };
  });
  const world = makeWorld(
    files.flatMap(({ objects }) => objects),
    settings,
  );
  const comments = new Map(files.map(({ lines, comments: { heeded } }) => [lines.file, heeded]));

  const findings = files.flatMap((file) => {
    const found = file.objects.flatMap((object): Finding[] => {
      const annotations = annotationSuppressions(object, ids);
      const remarks = rules.flatMap((rule) => [...rule.check(object, world)].map((remark) => ({ rule, remark })));
      return [
        ...remarks.map(({ rule, remark }) => {
          // a plan may lie in a ConfigMap of another file
          const { lines } = remark.at.origin;
          const reasons = [...annotations.heeded, ...(comments.get(lines.file) ?? [])];
          return findingOf(rule, remark, object, reasons);
        }),
        ...misfitsOf(annotations, file.lines),
      ];
    });
    const all = [...distinct(found), ...misfitsOf(file.comments, file.lines)];
    return sorted(all.filter(({ rule }) => rules.includes(rule)));
  });
  return { findings, objects: world.objects.length, pods: world.objects.filter(({ pod }) => pod !== undefined).length };
}

function findingOf(rule: Rule, remark: Remark, object: LintObject, suppressions: readonly Suppression[]): Finding {
  const { at, message, cure = rule.cure, severity = rule.severity, fix } = remark;
  const place = maskedPlace(at.origin.lines, at.start);
  return {
    ...{ rule, severity, message, cure, place, range: [at.start, at.end], object: nameOf(object) },
    fix: at.isAnchored ? undefined : fix,
    ignored: suppressions.find((each) => each.rule === rule.id && covers(each, place.line))?.reason,
  };
}

const covers = ({ fromLine, toLine }: Suppression, line: number) => fromLine <= line && line <= toLine;

function misfitsOf({ misfits }: Suppressions, lines: Lines): Finding[] {
  const { severity, cure } = lintIgnore;
  return misfits.map(({ offset, message }) => {
    const place = maskedPlace(lines, offset);
    const range = [offset, offset] as const;
    return {
      ...{ rule: lintIgnore, severity, message, cure, place, range },
      object: '',
      fix: undefined,
      ignored: undefined,
    };
  });
}

function maskedPlace(lines: Lines, offset: number): Place {
  const place = lines.placeAt(offset);
  return { ...place, text: maskSecrets(place.text) };
}

const nameOf = ({ kind, name }: LintObject) => (name === '' ? kind : `${kind}/${name}`);

/** What an alias brings in twice is said once. */
function distinct(findings: readonly Finding[]): Finding[] {
  const keys = new Set<string>();
  return findings.filter(({ rule, place, range, message }) => {
    const key = `${rule.id}\n${place.file}\n${range[0]}\n${message}`;
    return !keys.has(key) && keys.add(key);
  });
}

const sorted = (findings: readonly Finding[]) =>
  findings.toSorted((a, b) => a.range[0] - b.range[0] || allRules.indexOf(a.rule) - allRules.indexOf(b.rule));
