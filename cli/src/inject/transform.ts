// The walk over a file that inject and uninject share: slice by slice, every pod with its verdict, all or nothing.
import { Fault, type Place } from '../fault.ts';
import { type ManifestDocument, parseSlice, type Slice, sliceDocuments } from '../manifest/parse.ts';
import { Lines } from '../manifest/place.ts';
import { LayoutError } from '../manifest/splice.ts';
import { aliasesOf, nothingText, type Tree } from '../manifest/tree.ts';
import { findPod, objectsOf, objectText, type PodPlace, refuseShared } from '../manifest/workload.ts';
import { PodFault } from './volumes.ts';

export type Outcome = 'injected' | 'updated' | 'unchanged' | 'removed' | 'converted' | 'skipped';

/** What became of one object. */
export interface Verdict {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** `Deployment/my-app`; empty for what is no object. */
  readonly object: string;
  readonly outcome: Outcome;
  readonly detail: string;
}

export interface Transformed {
  readonly text: string;
  readonly verdicts: readonly Verdict[];
}

/** A pod to work on. */
export interface Candidate extends PodPlace {
  /** Refuses a change of what hangs on these, where an alias shares it. */
  refuseShared(trail: readonly Tree[]): void;
  /** The place of an offset of the slice in its file. */
  placeAt(offset: number): Place;
}

/** Changes the pods of a slice; answers the new text, and an outcome for each pod in their order. */
export type Transformer = (
  text: string,
  pods: readonly Candidate[],
  parseAgain: (text: string) => readonly Candidate[],
) => { text: string; outcomes: readonly { outcome: Outcome; detail: string }[] };

/** Which objects are worked on: those whose kind and name pass. */
export type Selection = (kind: string, name: string | undefined) => boolean;

/**
 * Transforms a whole file.
 * @param file as the user named it
 * @throws Fault input, with the place and the cure; nothing is half done then
 */
export function transformFile(file: string, text: string, selection: Selection, transformer: Transformer): Transformed {
  const lines = new Lines(file, text);
  const results = sliceDocuments(text).map((slice) => transformSlice(slice, lines, selection, transformer));
  return { text: results.map((result) => result.text).join(''), verdicts: results.flatMap(({ verdicts }) => verdicts) };
}

function transformSlice(slice: Slice, lines: Lines, selection: Selection, transformer: Transformer): Transformed {
  const found = parseSlice(slice, lines).flatMap((document) => survey(document, slice, lines, selection));
  const pods = found.flatMap(({ pod }) => pod ?? []);
  const fault = (error: unknown): never => {
    throw asFault(error, slice, lines);
  };
  const parseAgain = (text: string) => {
    const again = new Lines(lines.file, text);
    const whole = { text, offset: 0 };
    return parseSlice(whole, again)
      .flatMap((document) => survey(document, whole, again, selection))
      .flatMap(({ pod }) => pod ?? []);
  };
  let result: ReturnType<Transformer> = { text: slice.text, outcomes: [] };
  try {
    if (pods.length > 0) result = transformer(slice.text, pods, parseAgain);
  } catch (error) {
    fault(error);
  }
  let next = 0;
  const verdicts = found.map(({ line, object, pod, reason }): Verdict => {
    const verdict = pod === undefined ? { outcome: 'skipped' as const, detail: reason } : result.outcomes[next++];
    return { file: lines.file, line, object, outcome: verdict?.outcome ?? 'skipped', detail: verdict?.detail ?? '' };
  });
  return { text: result.text, verdicts };
}

interface Found {
  readonly line: number;
  readonly object: string;
  readonly pod: Candidate | undefined;
  readonly reason: string;
}

function survey(document: ManifestDocument, slice: Slice, lines: Lines, selection: Selection): Found[] {
  let aliases: ReturnType<typeof aliasesOf> | undefined;
  return objectsOf(document).flatMap((object): Found[] => {
    const { kind, name, tree } = object;
    if (nothingText(tree) !== undefined) return [];
    const line = lines.lineAt(slice.offset + object.offset);
    const told = objectText(object);
    const place = findPod(document, object);
    if ('reason' in place) return [{ line, object: told, pod: undefined, reason: place.reason }];
    if (!selection(kind ?? '', name)) return [{ line, object: told, pod: undefined, reason: 'not chosen' }];
    const refuse = (trail: readonly Tree[]) => {
      aliases ??= aliasesOf(document);
      refuseShared(trail, document, lines, slice.offset, aliases);
    };
    const placeAt = (offset: number) => lines.placeAt(slice.offset + offset);
    return [{ line, object: told, pod: { ...place, refuseShared: refuse, placeAt }, reason: '' }];
  });
}

function asFault(error: unknown, slice: Slice, lines: Lines): unknown {
  if (error instanceof PodFault) {
    const offset = error.node?.range?.[0];
    return new Fault('input', error.message, {
      ...(offset === undefined ? {} : { place: lines.placeAt(slice.offset + offset) }),
      ...(error.cure === undefined ? {} : { cure: error.cure }),
    });
  }
  if (error instanceof LayoutError) {
    return new Fault('input', 'the text is laid out in a way that nothing can be put in here', {
      place: lines.placeAt(slice.offset + error.offset),
      cure: 'write one key, or one item of a list, a line',
    });
  }
  return error;
}
