// Which objects of a document hold a pod, and where it lies in them.
import { isAlias, isMap, isSeq, type YAMLMap } from 'yaml';
import { Fault } from '../fault.ts';
import type { ManifestDocument } from './parse.ts';
import type { Lines } from './place.ts';
import { aliasesOf, entryOf, lookup, type Tree, textAt } from './tree.ts';

/** Where each kind keeps the spec of its pods. The closed list of what can be injected. */
export const podPaths: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  PodTemplate: ['template', 'spec'],
  Deployment: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  ReplicationController: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

/** An object of a manifest: a document, or an item of a List. */
export interface ManifestObject {
  readonly kind: string | undefined;
  readonly name: string | undefined;
  readonly tree: Tree;
  /** Where it begins in its slice. */
  readonly offset: number;
  /** From the document's root to this object; aliases as they stand. */
  readonly trail: readonly Tree[];
}

/** An object for people: `Deployment/my-app`; without its name where it has none. */
export const objectText = ({ kind = '', name }: Pick<ManifestObject, 'kind' | 'name'>): string =>
  name === undefined ? kind : `${kind}/${name}`;

/** The objects of a document: one, or the items of a List (and of a List in it). */
export function objectsOf(document: ManifestDocument): ManifestObject[] {
  return unfold(document, document.contents, []);
}

function unfold(document: ManifestDocument, tree: Tree, above: readonly Tree[]): ManifestObject[] {
  const trail = [...above, tree];
  const kind = textAt(document, tree, 'kind');
  const items = isMap(tree) ? entryOf(tree, 'items')?.value : undefined;
  if (kind?.endsWith('List') && isSeq(items)) {
    return items.items.flatMap((item) => unfold(document, item as Tree, [...trail, items]));
  }
  const name = textAt(document, lookup(document, tree, 'metadata'), 'name');
  const generated = textAt(document, lookup(document, tree, 'metadata'), 'generateName');
  const offset = tree?.range?.[0] ?? document.range[0];
  return [{ kind, name: name ?? (generated === undefined ? undefined : `${generated}*`), tree, offset, trail }];
}

/** The spec of an object's pods, and all that it hangs on. */
export interface PodPlace {
  readonly object: ManifestObject;
  readonly document: ManifestDocument;
  readonly pod: YAMLMap;
  /** The mapping that the pod's own is the value of; its indentation against that of the pod tells the step. */
  readonly parent: YAMLMap;
  /** From the document's root to the pod. */
  readonly trail: readonly Tree[];
}

/** Where the pod of an object lies; or why there is none to work on. */
export function findPod(document: ManifestDocument, object: ManifestObject): PodPlace | { readonly reason: string } {
  const { kind, tree } = object;
  if (!isMap(tree) || kind === undefined) return { reason: 'no Kubernetes object' };
  const path = Object.hasOwn(podPaths, kind) ? podPaths[kind] : undefined;
  if (path === undefined) return { reason: `a ${kind} has no pod` };
  const trail: Tree[] = [...object.trail];
  let parent: YAMLMap = tree;
  let pod: Tree = tree;
  for (const key of path) {
    if (!isMap(pod)) break;
    parent = pod;
    pod = entryOf(pod, key)?.value ?? null;
    trail.push(pod);
  }
  if (isAlias(pod)) return { object, document, pod: parent, parent, trail };
  if (!isMap(pod)) return { reason: `no ${path.join('.')}` };
  return { object, document, pod, parent, trail };
}

/**
 * Refuses a place that an alias shares: a change there would change the other place too.
 * @param trail from the root to what shall be changed
 * @param offset where the slice begins in its file
 */
export function refuseShared(
  trail: readonly Tree[],
  document: ManifestDocument,
  lines: Lines,
  offset: number,
  aliases = aliasesOf(document),
): void {
  for (const tree of trail) {
    if (isAlias(tree)) {
      throw new Fault('input', `what stands here is shared: *${tree.source} is written elsewhere`, {
        place: lines.placeAt(offset + (tree.range?.[0] ?? 0)),
        cure: 'a change would change the other place too: write it out here in place of the alias',
      });
    }
    const anchor = tree !== null && 'anchor' in tree ? tree.anchor : undefined;
    const alias = anchor === undefined ? undefined : aliases.get(anchor);
    if (alias === undefined) continue;
    const place = lines.placeAt(offset + (alias.range?.[0] ?? 0));
    throw new Fault('input', `what stands here is shared: *${anchor} on line ${place.line} is the same`, {
      place: lines.placeAt(offset + (tree?.range?.[0] ?? 0)),
      cure: 'a change would change that place too: write it out there in place of the alias',
    });
  }
}
