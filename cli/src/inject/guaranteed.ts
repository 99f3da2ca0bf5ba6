// Pods of the QoS class Guaranteed stay so: one container that does not limit what it asks for, an init container as well,
// makes a pod Burstable, and it loses the CPUs that were its own and its place at the end of the line for eviction.
import { isExact, parseQuantity } from '../manifest/quantity.ts';
import { itemsAt, lookup, type Tree, textAt } from '../manifest/tree.ts';
import type { PodPlace } from '../manifest/workload.ts';
import { isOwnContainerName, type Names } from './names.ts';

/**
 * The cpu that our container may have of a Guaranteed pod: as much as the app's first container, so that no more is set
 * aside for the pod. As it is written there.
 * @param ours what is called so is to be replaced, and does not count
 * @returns undefined for a pod of another class, or one whose class its own resources decide
 */
export function guaranteedCpu({ document, pod }: PodPlace, ours?: Names): string | undefined {
  if (lookup(document, pod, 'resources') !== undefined) return undefined;
  const apps = itemsAt(document, pod, 'containers');
  const others = itemsAt(document, pod, 'initContainers').filter(
    (container) => ours === undefined || !isOwnContainerName(ours, textAt(document, container, 'name')),
  );
  const quantity = (container: Tree, kind: 'requests' | 'limits', name: string) =>
    textAt(document, lookup(document, lookup(document, container, 'resources'), kind), name);
  const amounts = (container: Tree, kinds: readonly ('requests' | 'limits')[]) =>
    Object.fromEntries(
      ['cpu', 'memory'].map((name) => {
        const said = kinds.map((kind) => quantity(container, kind, name)).find((text) => text !== undefined);
        return [name, parseQuantity(said ?? '') ?? 0];
      }),
    );
  const limitsAll = (container: Tree) =>
    isExact({ requests: amounts(container, ['requests', 'limits']), limits: amounts(container, ['limits']) });
  const [first] = apps;
  return first !== undefined && [...apps, ...others].every(limitsAll) ? quantity(first, 'limits', 'cpu') : undefined;
}
