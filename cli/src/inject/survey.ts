// What is in a pod and what shall be: compares the two, and changes nothing.
import { isDeepStrictEqual } from 'node:util';
import { isAlias, isMap, isScalar, isSeq, type Node, type YAMLSeq } from 'yaml';
import { suggest } from '../../../helper/src/contract/index.ts';
import { meshProxies } from '../manifest/mesh-proxies.ts';
import type { Texts } from '../manifest/node.ts';
import { entryOf, follow, itemsAt, lookup, nothingText, type Tree, textAt } from '../manifest/tree.ts';
import { objectText, type PodPlace } from '../manifest/workload.ts';
import type { ContainerWriter, NewPart } from './container.ts';
import { guaranteedCpu } from './guaranteed.ts';
import { isOwnContainerName, isOwnVolumeName, type Names } from './names.ts';
import type { InjectOptions, Position } from './options.ts';
import { indexesWhere, looksOwn } from './owned.ts';
import { PodFault, planVolumes, type VolumePlan } from './volumes.ts';

/** A list of a pod: what is there by that name, and which of it is ours. */
export interface OwnList {
  readonly seq: YAMLSeq | undefined;
  readonly own: readonly number[];
}

/** The helper's parts that are in a pod now. */
export interface Present {
  readonly containers: OwnList;
  readonly volumes: OwnList;
  /** For each of the app's containers, by its place in the list. */
  readonly mounts: readonly OwnList[];
}

export function findPresent({ document, pod, object }: PodPlace, names: Names): Present {
  const ownList = (tree: Tree | undefined, passes: (name: string | undefined) => boolean): OwnList => {
    const seq = isSeq(tree) ? tree : undefined;
    return { seq, own: indexesWhere(document, seq, passes) };
  };
  const containers = ownList(entryOf(pod, 'initContainers')?.value, (name) => isOwnContainerName(names, name));
  for (const index of containers.own) {
    const node = follow(document, containers.seq?.items[index] as Tree) as Node;
    if (looksOwn(document, node)) continue;
    const name = textAt(document, node, 'name');
    throw new PodFault(
      `init container ${name} of ${objectText(object)} is called as ours would be, but is something else`,
      node,
      'choose another name with --name, or rename that one',
    );
  }
  const apps = lookup(document, pod, 'containers');
  return {
    containers,
    volumes: ownList(entryOf(pod, 'volumes')?.value, (name) => isOwnVolumeName(names, name)),
    mounts: (isSeq(apps) ? (apps.items as Tree[]) : []).map((app) =>
      ownList(isMap(app) ? entryOf(app, 'volumeMounts')?.value : undefined, (name) => isOwnVolumeName(names, name)),
    ),
  };
}

export const isPresent = ({ containers, volumes, mounts }: Present): boolean =>
  [containers, volumes, ...mounts].some(({ own }) => own.length > 0);

/** What a pod shall have. */
export interface Wanted {
  readonly containers: readonly NewPart[];
  readonly volumes: VolumePlan;
}

export function planWanted(place: PodPlace, options: InjectOptions, writer: ContainerWriter): Wanted {
  const { document, pod, object } = place;
  const containers = lookup(document, pod, 'containers');
  if (!isSeq(containers) || containers.items.length === 0) {
    throw new PodFault(`${objectText(object)} has no containers`, pod);
  }
  for (const item of containers.items as Tree[]) {
    if (textAt(document, item, 'name') !== undefined) continue;
    throw new PodFault(`a container of ${objectText(object)} has no name`, item ?? containers);
  }
  const volumes = planVolumes(place, options);
  const wanted = writer.write({
    mounts: volumes.helperMounts,
    isBare: object.kind === 'Pod',
    guaranteedCpu: guaranteedCpu(place, { base: options.name }),
  });
  const clash = wanted.find(({ name }) =>
    itemsAt(document, pod, 'containers').some((app) => textAt(document, app, 'name') === name),
  );
  if (clash !== undefined) {
    throw new PodFault(
      `the app's own container is called ${clash.name}`,
      containers,
      'choose another name with --name',
    );
  }
  return { containers: wanted, volumes };
}

/** How what is there differs from what shall be. */
export type Difference =
  | { readonly kind: 'absent' }
  /** Parts stand where they shall, some perhaps with another content, or are still missing. */
  | { readonly kind: 'same places'; readonly changed: number }
  /** Parts are too many, called otherwise, or in the wrong place. */
  | { readonly kind: 'other places' };

export function compare(place: PodPlace, present: Present, wanted: Wanted, position: Position | undefined): Difference {
  if (!isPresent(present)) return { kind: 'absent' };
  const names = (list: OwnList) =>
    list.own.map((index) => textAt(place.document, list.seq?.items[index] as Tree, 'name'));
  const wantedNames = wanted.containers.map(({ name }) => name);
  const volumeNames = wanted.volumes.volumes.map(({ name }) => name);
  const mountNames = wanted.volumes.appMounts.map(({ name }) => name);
  const surplus = (list: OwnList, allowed: readonly string[]) => {
    const found = names(list);
    return found.some((name) => !allowed.includes(name ?? '')) || new Set(found).size < found.length;
  };
  const chosen = new Set(wanted.volumes.containers.map(({ index }) => index));
  const stands =
    isDeepStrictEqual(names(present.containers), wantedNames) &&
    !surplus(present.volumes, volumeNames) &&
    present.mounts.every((list, index) => !surplus(list, chosen.has(index) ? mountNames : [])) &&
    (position === undefined || standsAt(present.containers, placeIndex(place, position, present.containers.own)));
  if (!stands) return { kind: 'other places' };
  const parts = [
    ...wanted.containers.map((part) => [present.containers, part] as const),
    ...wanted.volumes.volumes.map((part) => [present.volumes, part] as const),
    ...present.mounts.flatMap((list, index) =>
      chosen.has(index) ? wanted.volumes.appMounts.map((part) => [list, part] as const) : [],
    ),
  ];
  return { kind: 'same places', changed: parts.filter(([list, part]) => !isAsWanted(place, list, part)).length };
}

/** Whether a list holds a part with the very content that is wanted; comments, order of keys and quotes don't count. */
export function isAsWanted(place: PodPlace, list: OwnList, part: NewPart): boolean {
  const index = indexOf(place, list, part.name);
  return index !== -1 && isDeepStrictEqual(textsIn(place, list.seq?.items[index] as Tree), part.texts);
}

/** Where a list holds our part of a name; -1 where it does not. */
export function indexOf({ document }: PodPlace, list: OwnList, name: string): number {
  return list.own.find((index) => textAt(document, list.seq?.items[index] as Tree, 'name') === name) ?? -1;
}

function textsIn(place: PodPlace, tree: Tree): Texts {
  const node = follow(place.document, tree);
  if (isMap(node)) {
    return Object.fromEntries(
      node.items.map(({ key, value }) => [isScalar(key) ? String(key.value) : '', textsIn(place, value as Tree)]),
    );
  }
  if (isSeq(node)) return node.items.map((item) => textsIn(place, item as Tree));
  return isScalar(node) ? String(node.value) : '';
}

/** Whether our containers stand together with so many others before them. */
function standsAt({ own }: OwnList, index: number): boolean {
  return own.every((at, count) => at === index + count);
}

/**
 * How many of the other init containers come before ours.
 * @param own which of those that are there are ours
 */
export function placeIndex(
  { document, pod, object }: PodPlace,
  position: Position | undefined,
  own: readonly number[],
): number {
  const tree = lookup(document, pod, 'initContainers');
  const others = (isSeq(tree) ? (tree.items as Tree[]) : []).filter((_, index) => !own.includes(index));
  const names = others.map((item) => textAt(document, item, 'name'));
  if (position === undefined) {
    // before the proxy runs there is no network, and a wait would wait for nothing
    const proxy = others.findLastIndex(
      (item, index) => meshProxies.includes(names[index] ?? '') && textAt(document, item, 'restartPolicy') === 'Always',
    );
    return proxy + 1;
  }
  if (position.at === 'first') return 0;
  if (position.at === 'last') return others.length;
  const index = names.indexOf(position.name);
  if (index !== -1) return position.at === 'before' ? index : index + 1;
  const known = names.flatMap((name) => name ?? []);
  const isApp = itemsAt(document, pod, 'containers').some((app) => textAt(document, app, 'name') === position.name);
  const nearest = suggest(position.name, known);
  const cure = isApp
    ? `${position.name} is a container of the app, and every init container comes before it: say --last`
    : nearest !== undefined
      ? `did you mean ${nearest}?`
      : known.length === 0
        ? 'it has none: say --first, or nothing'
        : `it has ${known.join(', ')}`;
  throw new PodFault(`${objectText(object)} has no init container ${JSON.stringify(position.name)}`, pod, cure);
}

/**
 * Refuses a list that cannot be extended here: it comes in by an alias or a merge, or is no list.
 * @returns the list's own entry, if it has one
 */
export function ownEntry({ document }: PodPlace, map: Tree, key: string) {
  if (!isMap(map)) throw new PodFault(`a container is not a mapping`, map ?? undefined);
  const entry = entryOf(map, key);
  if (entry === undefined) {
    if (lookup(document, map, key) === undefined) return undefined;
    throw new PodFault(`${key} comes from elsewhere, by <<`, map, `write ${key} out here`);
  }
  const { value } = entry;
  if (!isSeq(value) && !isAlias(value) && nothingText(value) === undefined) {
    throw new PodFault(`${key} is not a list`, value ?? entry.key);
  }
  return entry;
}
