// Changes as a JSON patch (RFC 6902), held against what it shall yield before anybody sees it.
import { isDeepStrictEqual } from 'node:util';
import { isValues, type Values } from '../manifest/values.ts';
import type { ListChange, ObjectChange } from './changes.ts';

export interface Operation {
  readonly op: 'test' | 'add' | 'remove';
  /** A JSON pointer (RFC 6901). */
  readonly path: string;
  readonly value?: unknown;
}

const pointer = (path: readonly (string | number)[]) =>
  path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** The operations; a list of mounts is found by the place of its container, which they test. */
export function jsonPatch({ before, after, podPath, lists }: ObjectChange): Operation[] {
  const operations = lists.flatMap((list) => [...guard(list, podPath), ...operationsOf(list)]);
  if (!isDeepStrictEqual(applyPatch(before, operations), after)) {
    throw new Error('self-check: the patch does not give what it shall');
  }
  return operations;
}

function guard({ container }: ListChange, podPath: readonly (string | number)[]): Operation[] {
  if (container === undefined) return [];
  const path = pointer([...podPath, 'containers', container.index, 'name']);
  return [{ op: 'test', path, value: container.name }];
}

function operationsOf({ path, before, after }: ListChange): Operation[] {
  const at = pointer(path);
  if (after === undefined) return [{ op: 'remove', path: at }];
  if (before === undefined) return [{ op: 'add', path: at, value: after }];
  const operations: Operation[] = [];
  const work = [...before];
  const stays = (item: Values) => after.some((one) => isDeepStrictEqual(one, item));
  for (let index = work.length - 1; index >= 0; index--) {
    if (stays(work[index] as Values)) continue;
    operations.push({ op: 'remove', path: `${at}/${index}` });
    work.splice(index, 1);
  }
  after.forEach((item, index) => {
    if (isDeepStrictEqual(work[index], item)) return;
    operations.push({ op: 'add', path: `${at}/${index}`, value: item });
    work.splice(index, 0, item);
  });
  // what stands elsewhere now has been put there anew
  for (let index = work.length - 1; index >= after.length; index--) {
    operations.push({ op: 'remove', path: `${at}/${index}` });
  }
  return operations;
}

/** Applies such operations to a copy. */
export function applyPatch(value: Values, operations: readonly Operation[]): unknown {
  const copy = structuredClone(value);
  for (const { op, path, value: item } of operations) {
    const keys = path
      .slice(1)
      .split('/')
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = keys.pop() ?? '';
    const parent = keys.reduce<unknown>(
      (found, key) => (Array.isArray(found) ? found[Number(key)] : isValues(found) ? found[key] : undefined),
      copy,
    ) as Record<string, unknown> | unknown[];
    if (Array.isArray(parent)) {
      if (op === 'add') parent.splice(Number(last), 0, item);
      else if (op === 'remove') parent.splice(Number(last), 1);
    } else if (op === 'add') parent[last] = item;
    else if (op === 'remove') delete parent[last];
    else if (!isDeepStrictEqual(parent[last], item)) throw new Error(`${path} is not what the patch is for`);
  }
  return copy;
}
