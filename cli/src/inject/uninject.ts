// Takes the helper's parts out of pods; what inject put in leaves the bytes that were there before.
import { isAlias, isMap, type YAMLMap, type YAMLSeq } from 'yaml';
import { Edits } from '../manifest/edits.ts';
import { cutEntries, cutItems, type Entry } from '../manifest/splice.ts';
import { entryOf, lookup, type Tree } from '../manifest/tree.ts';
import type { Names } from './names.ts';
import { findPresent, isPresent, type OwnList, type Present } from './survey.ts';
import type { Candidate, Transformer } from './transform.ts';
import { requireSameRest } from './verify.ts';

/** Removes the parts that go by these names. */
export const uninject =
  (names: Names): Transformer =>
  (text, pods, parseAgain) => {
    const edits = new Edits(text);
    const outcomes = pods.map((pod) => {
      // what an alias brings in is another place's to change
      const present = isAlias(pod.trail.at(-1)) ? undefined : findPresent(pod, names);
      if (present === undefined || !isPresent(present))
        return { outcome: 'unchanged' as const, detail: 'nothing of ours is in it' };
      cutPresent(edits, pod, present);
      return { outcome: 'removed' as const, detail: describe(present) };
    });
    if (edits.none) return { text, outcomes };
    const changed = edits.apply();
    const after = parseAgain(changed);
    requireSameRest(pods, after, names);
    if (after.some((pod) => !isAlias(pod.trail.at(-1)) && isPresent(findPresent(pod, names)))) {
      throw new Error('self-check: something of ours is still there');
    }
    return { text: changed, outcomes };
  };

/** Cuts everything of ours out of one pod. */
export function cutPresent(edits: Edits, pod: Candidate, present: Present): void {
  cutLists(edits, pod, pod.pod, pod.trail, [
    ['initContainers', present.containers],
    ['volumes', present.volumes],
  ]);
  const apps = lookup(pod.document, pod.pod, 'containers') as YAMLSeq | undefined;
  const trail = [...pod.trail, entryOf(pod.pod, 'containers')?.value ?? null];
  present.mounts.forEach((list, index) => {
    const app = apps?.items[index] as Tree;
    if (isMap(app)) cutLists(edits, pod, app, [...trail, app], [['volumeMounts', list]]);
  });
}

function cutLists(
  edits: Edits,
  pod: Candidate,
  map: YAMLMap,
  trail: readonly Tree[],
  lists: readonly (readonly [key: string, list: OwnList])[],
): void {
  const whole = new Set<Entry>();
  for (const [key, { seq, own }] of lists) {
    const entry = entryOf(map, key);
    if (seq === undefined || entry === undefined || own.length === 0) continue;
    pod.refuseShared([...trail, seq]);
    if (own.length === seq.items.length) whole.add(entry);
    else cutItems(edits, seq, (index) => own.includes(index));
  }
  if (whole.size > 0) cutEntries(edits, map, (entry) => whole.has(entry));
}

function describe({ containers, volumes, mounts }: Present): string {
  const count = (lists: readonly OwnList[], one: string) => {
    const sum = lists.reduce((total, { own }) => total + own.length, 0);
    return sum === 0 ? [] : [`${sum} ${one}${sum === 1 ? '' : 's'}`];
  };
  return [...count([containers], 'init container'), ...count([volumes], 'volume'), ...count(mounts, 'mount')].join(
    ', ',
  );
}
