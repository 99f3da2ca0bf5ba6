// Changes as strategic merge patches, for kubectl and kustomize alike. Neither keeps an order that it is not told, and
// they are told differently: where the order counts, what is there is named by its key, which both understand.
// https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/
import { isDeepStrictEqual } from 'node:util';
import { isValues, type Values, valueAt } from '../manifest/values.ts';
import { type ListChange, type ObjectChange, without } from './changes.ts';

/** The patch as an object of the same kind and name. */
export function strategicPatch({ before, after, podPath, lists }: ObjectChange): Values {
  const pod: Record<string, unknown> = {};
  for (const change of lists) {
    if (change.container === undefined) pod[change.list] = itemsOf(change, 'name', change.list === 'initContainers');
  }
  const mounts = lists.filter(({ container }) => container !== undefined);
  if (mounts.length > 0) {
    // all of them: kustomize puts those that a patch names before the others
    const containers = valueAt(after, [...podPath, 'containers']) as readonly Values[];
    pod.containers = containers.map(({ name }, index) => {
      const change = mounts.find(({ container }) => container?.index === index);
      return change === undefined ? { name } : { name, volumeMounts: itemsOf(change, 'mountPath', false) };
    });
  }
  const { apiVersion, kind } = before;
  const { name, namespace } = (isValues(before.metadata) ? before.metadata : {}) as Values;
  const metadata = { ...(name === undefined ? {} : { name }), ...(namespace === undefined ? {} : { namespace }) };
  const spec = podPath.toReversed().reduce<unknown>((value, key) => ({ [key]: value }), pod);
  return { apiVersion, kind, metadata, ...(spec as Values) };
}

/** Items that are new or different, whole; those that go, marked; where the order counts, all others by their key. */
function itemsOf(
  { before = [], after = [] }: Pick<ListChange, 'before' | 'after'>,
  key: string,
  ordered: boolean,
): Values[] {
  const gone = before.filter((item) => !after.some((one) => one[key] === item[key]));
  const fresh = without(after, before);
  const isFirst = fresh.every((item, index) => isDeepStrictEqual(after[index], item));
  const items = ordered && !isFirst ? after : fresh;
  return [
    ...items.map((item) => {
      if (!fresh.includes(item)) return { [key]: item[key] };
      const old = before.find((one) => one[key] === item[key]);
      return old === undefined ? item : { [key]: item[key], ...merged(old, item) };
    }),
    ...gone.map((item) => ({ [key]: item[key], $patch: 'delete' })),
  ];
}

// lists that are merged item by item, and what tells the items apart; every other list is replaced
const mergeKeys: Readonly<Record<string, string>> = { env: 'name', volumeMounts: 'mountPath' };

/** What makes one mapping of another where both are merged: what goes is null. (kustomize knows no `$patch: replace`.) */
function merged(before: Values, after: Values): Values {
  const gone = Object.keys(before).filter((key) => !(key in after));
  const entries = Object.entries(after).flatMap(([key, value]): [string, unknown][] => {
    const old = before[key];
    if (isDeepStrictEqual(old, value)) return [];
    if (isValues(old) && isValues(value)) return [[key, merged(old, value)]];
    const mergeKey = mergeKeys[key];
    if (mergeKey === undefined || !Array.isArray(old) || !Array.isArray(value)) return [[key, value]];
    return [[key, itemsOf({ before: old, after: value }, mergeKey, false)]];
  });
  return { ...Object.fromEntries(entries), ...Object.fromEntries(gone.map((key) => [key, null])) };
}
