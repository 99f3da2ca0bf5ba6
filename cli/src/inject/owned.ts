// How the helper's parts of a pod are known again: by name and form, so that a tool that drops comments does no harm.
import { isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import { stepKinds } from '../../../helper/src/contract/index.ts';
import type { ManifestDocument } from '../manifest/parse.ts';
import { follow, itemsAt, lookup, type Tree, textAt } from '../manifest/tree.ts';

/** What the helper's parts are called in a pod. */
export interface Names {
  /** `greenroom`, unless the user said otherwise. */
  readonly base: string;
}

/** What volumes come with the helper for: a folder of files, a Secret, a ConfigMap, a claim (of a cache), a token for the API. */
const volumePurposes = ['at', 'secret', 'configmap', 'claim', 'token'] as const;

export type VolumePurpose = (typeof volumePurposes)[number];

export const ownContainerName = ({ base }: Names, step?: { number: number; kind: string }): string =>
  step === undefined ? base : `${base}-${step.number}-${step.kind}`;

export const ownVolumeName = ({ base }: Names, what: VolumePurpose, rest: string): string => `${base}-${what}-${rest}`;

/** Whether a container is called as the helper's are. */
export function isOwnContainerName({ base }: Names, name: string | undefined): boolean {
  if (name === base) return true;
  const rest = name?.startsWith(`${base}-`) ? name.slice(base.length + 1) : '';
  return new RegExp(`^[1-9]\\d*-(?:${stepKinds.join('|')})$`).test(rest);
}

/** Whether a volume is called as those that came with the helper are. */
export function isOwnVolumeName({ base }: Names, name: string | undefined): boolean {
  return name !== undefined && volumePurposes.some((what) => name.startsWith(`${base}-${what}-`));
}

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
