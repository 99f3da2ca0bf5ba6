// Findings that somebody has judged and let be: by a comment at the place, or an annotation of the object.
import { suggest } from '../../../helper/src/contract/index.ts';
import type { LintObject } from './world.ts';

/** In the metadata of an object or of its pods; a line a rule: `image-tag: the registry moves no tag`. */
export const ignoreAnnotation = 'greenroom.dev/lint-ignore';

/** A rule that is let be, for the lines from one to another of a file (both included), and why. */
export interface Suppression {
  readonly rule: string;
  readonly reason: string;
  readonly fromLine: number;
  readonly toLine: number;
}

/** A suppression that is not heeded. */
export interface Misfit {
  readonly offset: number;
  readonly message: string;
}

export interface Suppressions {
  readonly heeded: readonly Suppression[];
  readonly misfits: readonly Misfit[];
}

/**
 * `# greenroom: lint-ignore RULE: REASON`, behind a line or alone above it.
 * @param ids of all rules
 */
export function commentSuppressions(text: string, ids: readonly string[]): Suppressions {
  const heeded: Suppression[] = [];
  const misfits: Misfit[] = [];
  let line = 1;
  let counted = 0;
  for (const match of text.matchAll(/(?<=^|[ \t])#[ \t]*greenroom: lint-ignore\b[ \t]*([^\r\n]*)/gm)) {
    for (; counted < match.index; counted++) if (text.charCodeAt(counted) === 10) line++;
    const parsed = parse(match[1] ?? '', ids);
    if (typeof parsed === 'string') misfits.push({ offset: match.index, message: parsed });
    else {
      const before = text.slice(text.lastIndexOf('\n', match.index - 1) + 1, match.index);
      heeded.push({ ...parsed, fromLine: line, toLine: before.trim() === '' ? line + 1 : line });
    }
  }
  return { heeded, misfits };
}

/** What the annotation says: wherever the findings of its object are. */
export function annotationSuppressions({ value, pod }: LintObject, ids: readonly string[]): Suppressions {
  const heeded: Suppression[] = [];
  const misfits: Misfit[] = [];
  for (const holder of new Set([value, ...(pod === undefined ? [] : [pod.template])])) {
    const annotation = holder.get('metadata', 'annotations', ignoreAnnotation);
    for (const line of annotation?.text?.split('\n') ?? []) {
      if (line.trim() === '' || annotation === undefined) continue;
      const parsed = parse(line, ids);
      if (typeof parsed === 'string') misfits.push({ offset: annotation.start, message: parsed });
      else heeded.push({ ...parsed, fromLine: 1, toLine: Number.POSITIVE_INFINITY });
    }
  }
  return { heeded, misfits };
}

/** The rule and the reason, or what is wrong. */
function parse(text: string, ids: readonly string[]): { rule: string; reason: string } | string {
  const [, rule = '', reason = ''] = /^\s*([^\s:]*)\s*:?\s*(.*?)\s*$/s.exec(text) ?? [];
  if (!ids.includes(rule)) {
    const nearest = suggest(rule, ids);
    const cure = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    return rule === '' ? 'names no rule to ignore' : `there is no rule ${JSON.stringify(rule)} to ignore${cure}`;
  }
  return reason === '' ? `gives no reason why ${rule} is ignored` : { rule, reason };
}
