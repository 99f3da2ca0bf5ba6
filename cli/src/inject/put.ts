// Writes into a pod what it shall have, where it is missing or different.
import { isSeq, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Edits } from '../manifest/edits.ts';
import type { Style } from '../manifest/format.ts';
import { list } from '../manifest/node.ts';
import { type Entry, fillEntry, insertEntry, insertItems, replaceItem } from '../manifest/splice.ts';
import { entryOf, lookup, type Tree } from '../manifest/tree.ts';
import type { NewPart } from './container.ts';
import { styleOf } from './style.ts';
import { indexOf, isAsWanted, type OwnList, ownEntry, type Present, type Wanted } from './survey.ts';
import type { Candidate } from './transform.ts';
import { PodFault } from './volumes.ts';

/**
 * Brings a pod to what it shall have; parts that are right stay as they are written.
 * @param index how many other init containers come before ours
 */
export function putWanted(edits: Edits, pod: Candidate, present: Present, wanted: Wanted, index: number): void {
  const style = styleOf(pod, edits.text);
  const containers = entryOf(pod.pod, 'containers');
  if (containers === undefined)
    throw new PodFault('the containers come from elsewhere, by <<', pod.pod, 'write containers out here');
  const put = (target: Target, parts: readonly NewPart[]) => putParts(edits, pod, style, target, parts);

  const map = pod.pod;
  const { trail } = pod;
  put(
    { map, trail, key: 'initContainers', beside: containers, side: 0, list: present.containers, index },
    wanted.containers,
  );
  const apps = (lookup(pod.document, map, 'containers') as YAMLSeq).items as Tree[];
  const appTrail = [...trail, containers.value];
  for (const { index: at } of wanted.volumes.containers) {
    const tree = apps[at] as Tree;
    const app = tree as YAMLMap;
    const beside = app.items?.at(-1) as Entry;
    const mounts = present.mounts[at] as OwnList;
    put(
      { map: app, trail: [...appTrail, tree], key: 'volumeMounts', beside, side: 1, list: mounts },
      wanted.volumes.appMounts,
    );
  }
  put({ map, trail, key: 'volumes', beside: containers, side: 1, list: present.volumes }, wanted.volumes.volumes);
}

interface Target {
  readonly map: YAMLMap;
  /** From the document's root to the mapping. */
  readonly trail: readonly Tree[];
  readonly key: string;
  /** Where the key goes if it is not there: before (0) or behind (1) this entry. */
  readonly beside: Entry;
  readonly side: 0 | 1;
  readonly list: OwnList;
  /** Where new items go; without it, to the end. */
  readonly index?: number;
}

function putParts(edits: Edits, pod: Candidate, style: Style, target: Target, parts: readonly NewPart[]): void {
  const { map, trail, key, list: there, index } = target;
  const different = parts.filter((part) => !isAsWanted(pod, there, part));
  if (different.length === 0) return;
  pod.refuseShared(trail);
  const entry = ownEntry(pod, map, key);
  if (entry !== undefined) pod.refuseShared([...trail, entry.value]);
  const missing: NewPart[] = [];
  for (const part of different) {
    const at = indexOf(pod, there, part.name);
    if (at === -1) missing.push(part);
    else replaceItem(edits, there.seq as YAMLSeq, at, part.node, style);
  }
  if (missing.length === 0) return;
  const nodes = missing.map(({ node }) => node);
  if (entry === undefined) insertEntry(edits, map, target.beside, target.side, { key, value: list(nodes) }, style);
  else if (isSeq(entry.value) && entry.value.items.length > 0) {
    insertItems(edits, entry.value, index ?? entry.value.items.length, nodes, style);
  } else fillEntry(edits, map, entry, nodes, style);
}
