// The check on our own work: parsed again, the new text differs from the old one in what is ours, and in nothing else.
import { isAlias, isMap, isScalar, isSeq, type YAMLMap } from 'yaml';
import type { ManifestDocument } from '../manifest/parse.ts';
import { lookup, nothingText, type Tree, textAt } from '../manifest/tree.ts';
import { isOwnContainerName, isOwnVolumeName, type Names } from './names.ts';
import type { Candidate } from './transform.ts';

/** Throws, as a bug, where anything but our own parts changed its meaning. */
export function requireSameRest(before: readonly Candidate[], after: readonly Candidate[], names: Names): void {
  if (outlines(before, names) !== outlines(after, names)) {
    throw new Error('self-check: more than our own parts would change');
  }
}

/** As text: of lists and texts alone, it says all of them, and two are compared at once. */
function outlines(pods: readonly Candidate[], names: Names): string {
  const documents = new Map<ManifestDocument, Candidate[]>();
  for (const pod of pods) documents.set(pod.document, [...(documents.get(pod.document) ?? []), pod]);
  return JSON.stringify([...documents].map(([document, own]) => outline(document, own, names)));
}

/** A document as data, without what is ours in the given pods. Aliases stay aliases. */
function outline(document: ManifestDocument, pods: readonly Candidate[], names: Names): unknown {
  const podMaps = new Set(pods.map(({ pod }) => pod));
  const apps = new Set(
    pods.flatMap(({ pod }) => {
      const containers = lookup(document, pod, 'containers');
      return isSeq(containers) ? (containers.items as unknown[]) : [];
    }),
  );
  const ownIn = (map: YAMLMap, key: string): ((name: string | undefined) => boolean) | undefined => {
    if (podMaps.has(map) && key === 'initContainers') return (name) => isOwnContainerName(names, name);
    if ((podMaps.has(map) && key === 'volumes') || (apps.has(map) && key === 'volumeMounts')) {
      return (name) => isOwnVolumeName(names, name);
    }
    return undefined;
  };
  const of = (tree: Tree): unknown => {
    if (tree === null || isAlias(tree)) return tree === null ? null : `*${tree.source}`;
    const anchor = 'anchor' in tree ? tree.anchor : undefined;
    if (isSeq(tree)) return [anchor, tree.items.map((item) => of(item as Tree))];
    if (!isMap(tree)) return [anchor, isScalar(tree) ? tree.value : undefined];
    const entries = tree.items.flatMap(({ key, value }) => {
      const isOwn = ownIn(tree, isScalar(key) ? String(key.value) : '');
      if (isOwn === undefined || isAlias(value)) return [[of(key as Tree), of(value as Tree)]];
      const rest = isSeq(value)
        ? value.items.filter((item) => !isOwn(textAt(document, item as Tree, 'name')))
        : nothingText(value as Tree) === undefined
          ? [value]
          : [];
      return rest.length === 0 ? [] : [[of(key as Tree), rest.map((item) => of(item as Tree))]];
    });
    return [anchor, 'map', entries];
  };
  return of(document.contents);
}
