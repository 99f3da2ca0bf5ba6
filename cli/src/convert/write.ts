// The helper's container in the place of one that was read: its name, what it needs of env and mounts, its user.
import { isMap, isScalar, isSeq, type Node } from 'yaml';
import type { Step } from '../../../helper/src/contract/index.ts';
import { ContainerWriter, type NewPart, newPart } from '../inject/container.ts';
import { guaranteedCpu } from '../inject/guaranteed.ts';
import type { HelperOptions } from '../inject/options.ts';
import { flowList, list, type NewEntry, type NewNode } from '../manifest/node.ts';
import { follow, nothingText, type Tree } from '../manifest/tree.ts';
import type { PodPlace } from '../manifest/workload.ts';
import type { Reading } from './container.ts';

/** What all containers of a run have in common. */
export type Common = Omit<HelperOptions, 'steps' | 'name'>;

/**
 * The helper's container for what was read.
 * @param readings of one container, or of several in a row that become one; the first gives the name
 */
export function helperContainer(place: PodPlace, readings: readonly Reading[], common: Common): NewPart {
  const [first] = readings;
  if (first === undefined) throw new Error('no container to write');
  const steps: Step[] = readings.flatMap((reading) => [...reading.steps.steps]);
  const mounts = [...new Set(readings.flatMap((reading) => [...reading.mounts]))].map((node) => copy(place, node));
  const [part] = new ContainerWriter({ ...common, steps, name: first.name }).write({
    mounts,
    guaranteedCpu: guaranteedCpu(place),
  });
  if (part?.node.kind !== 'map') throw new Error('no container was written');
  const env = readings.flatMap((reading) => reading.env.map((node) => copy(place, node)));
  const entries = part.node.entries.flatMap((entry): NewEntry[] => {
    if (entry.key === 'securityContext') return [{ ...entry, value: asUser(entry.value, first) }];
    if (entry.key !== 'args' || first.steps.names.length === 0) return [entry];
    const words =
      entry.value.kind === 'list'
        ? entry.value.items.map((item) => (item.kind === 'scalar' ? String(item.value) : ''))
        : [];
    const args = { ...entry, value: flowList(first.steps.write(words)) };
    return [args, { key: 'env', value: list(env) }];
  });
  return newPart(first.name, { ...part.node, entries });
}

/** A security context with the user that the container had. */
function asUser(context: NewNode, { user, group }: Reading): NewNode {
  if (context.kind !== 'map' || user === undefined) return context;
  return {
    ...context,
    entries: context.entries.map((entry) => {
      if (entry.key === 'runAsUser') return { ...entry, value: { kind: 'scalar', value: Number(user) } };
      if (entry.key === 'runAsGroup' && group !== undefined)
        return { ...entry, value: { kind: 'scalar', value: Number(group) } };
      return entry;
    }),
  };
}

/** A node of the manifest as a new one; aliases are written out. */
function copy(place: PodPlace, tree: Tree): NewNode {
  const node = follow(place.document, tree) as Node;
  if (isMap(node)) {
    const entries = node.items.map(
      ({ key, value }): NewEntry => ({
        key: isScalar(key) ? String(key.value) : '',
        value: copy(place, value as Tree),
      }),
    );
    return {
      kind: 'map',
      entries,
      flow: entries.length < 4 && entries.every(({ value }) => value.kind === 'scalar') && node.flow === true,
    };
  }
  if (isSeq(node))
    return { kind: 'list', items: node.items.map((item) => copy(place, item as Tree)), flow: node.flow === true };
  const text = isScalar(node) ? String(node.value ?? '') : '';
  const plain = isScalar(node) && node.type === 'PLAIN';
  if (plain && /^(?:true|false)$/.test(text)) return { kind: 'scalar', value: text === 'true' };
  if (plain && /^\d{1,15}$/.test(text)) return { kind: 'scalar', value: Number(text) };
  if (nothingText(node) !== undefined) return { kind: 'scalar', value: '' };
  return { kind: 'scalar', value: text };
}
