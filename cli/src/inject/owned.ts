// Which parts of a pod are the helper's, by name (names.ts) and form; and which are the app's.
import { isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import { stepKinds } from '../../../helper/src/contract/index.ts';
import type { ManifestDocument } from '../manifest/parse.ts';
import { follow, itemsAt, lookup, type Tree, textAt } from '../manifest/tree.ts';

/** Whether a container is one that runs the helper as this program writes it: arguments only, and a command first. */
export function looksOwn(document: ManifestDocument, container: Node): boolean {
  const [first] = itemsAt(document, container, 'args');
  const commands: readonly unknown[] = [...stepKinds, 'run'];
  return lookup(document, container, 'command') === undefined && isScalar(first) && commands.includes(first.value);
}

/** The indexes of a list's items whose name (or what a mount refers to) passes; a list that is none has none. */
export function indexesWhere(
  document: ManifestDocument,
  tree: Tree | undefined,
  passes: (name: string | undefined) => boolean,
): number[] {
  if (!isSeq(tree)) return [];
  return tree.items.flatMap((item, index) => (passes(textAt(document, item as Tree, 'name')) ? [index] : []));
}

/** A container of the app. */
export interface AppContainer {
  readonly name: string | undefined;
  /** Its place in the list. */
  readonly index: number;
  /** The container itself, an alias followed. */
  readonly node: Node;
}

export function appContainers(document: ManifestDocument, pod: YAMLMap): AppContainer[] {
  const containers = lookup(document, pod, 'containers');
  if (!isSeq(containers)) return [];
  return containers.items.flatMap((item, index) => {
    const node = follow(document, item as Tree);
    return isMap(node) ? [{ name: textAt(document, node, 'name'), index, node }] : [];
  });
}
