// What differs between an object and the same object with steps in it: lists of its pod, and nothing else.
import { isDeepStrictEqual } from 'node:util';
import { readValues, type Values, valueAt } from '../manifest/values.ts';
import { podPaths } from '../manifest/workload.ts';

type Path = readonly (string | number)[];

/** A list that changed. */
export interface ListChange {
  readonly list: 'initContainers' | 'volumes' | 'volumeMounts';
  readonly path: Path;
  /** Whose list of mounts it is. */
  readonly container: { readonly index: number; readonly name: string } | undefined;
  /** Undefined where there is no such list. */
  readonly before: readonly Values[] | undefined;
  readonly after: readonly Values[] | undefined;
}

/** An object that changed. */
export interface ObjectChange {
  readonly before: Values;
  readonly after: Values;
  readonly podPath: Path;
  readonly lists: readonly ListChange[];
}

/** Every object of a text that changed. */
export function changesOf(file: string, before: string, after: string): ObjectChange[] {
  const [old, now] = [readValues(file, before), readValues(file, after)];
  if (old.length !== now.length) throw new Error('a change added or removed an object');
  return old.flatMap((object, index) => {
    const other = now[index] as Values;
    return isDeepStrictEqual(object, other) ? [] : [changeOf(object, other)];
  });
}

function changeOf(before: Values, after: Values): ObjectChange {
  const podPath = podPaths[String(before.kind)] ?? [];
  const containers = listAt(before, [...podPath, 'containers']) ?? [];
  const candidates: Omit<ListChange, 'before' | 'after'>[] = [
    { list: 'initContainers', path: [...podPath, 'initContainers'], container: undefined },
    { list: 'volumes', path: [...podPath, 'volumes'], container: undefined },
    ...containers.map(({ name }, index) => ({
      list: 'volumeMounts' as const,
      path: [...podPath, 'containers', index, 'volumeMounts'],
      container: { index, name: String(name) },
    })),
  ];
  const lists = candidates
    .map((one) => ({ ...one, before: listAt(before, one.path), after: listAt(after, one.path) }))
    .filter((one) => !isDeepStrictEqual(one.before, one.after));
  return { before, after, podPath, lists };
}

function listAt(object: Values, path: Path): readonly Values[] | undefined {
  const value = valueAt(object, path);
  return Array.isArray(value) ? (value as readonly Values[]) : undefined;
}

/** Items that are in one list and not, just so, in the other. */
export const without = (list: readonly Values[], other: readonly Values[]): Values[] =>
  list.filter((item) => !other.some((one) => isDeepStrictEqual(one, item)));
