// All that is in the inputs, as rules see it: objects with their pods, and who is behind a Service. Pure.

import type { Slice } from '../manifest/parse.ts';
import { parseSlice } from '../manifest/parse.ts';
import type { Lines } from '../manifest/place.ts';
import { nothingText } from '../manifest/tree.ts';
import { findPod, objectsOf } from '../manifest/workload.ts';
import { type Pod, readPod } from './pod.ts';
import { type Origin, Value } from './value.ts';

export interface LintSettings {
  /** Whether an image is the helper's. */
  readonly isHelper: (image: string) => boolean;
  /** The minor version of Kubernetes 1 that is asked for; undefined: not known. */
  readonly kubeMinor: number | undefined;
  /** The `--timeout` of `helm install --wait`, where charts are installed so; undefined: not known. */
  readonly helmTimeoutMs?: number | undefined;
  /** Reads YAML or JSON; undefined where it is neither. */
  readonly parseData: (text: string) => unknown;
}

export interface LintObject {
  readonly kind: string;
  readonly name: string;
  /** `default` where the manifest names none. */
  readonly namespace: string;
  readonly value: Value;
  readonly pod: Pod | undefined;
}

export interface World {
  readonly objects: readonly LintObject[];
  readonly settings: LintSettings;
  /** An object by its kind, namespace and name. */
  find(kind: string, namespace: string, name: string): LintObject | undefined;
  /** The objects whose pods a Service sends to. */
  behind(service: LintObject): readonly LintObject[];
}

/**
 * The objects of a slice.
 * @throws Fault input, for broken YAML and templates
 */
export function readObjects(slice: Slice, lines: Lines): LintObject[] {
  return parseSlice(slice, lines, false).flatMap((document) => {
    const origin: Origin = { document, offset: slice.offset, lines };
    return objectsOf(document).flatMap((object): LintObject[] => {
      const { kind, name = '', tree } = object;
      if (kind === undefined || tree === null || nothingText(tree) !== undefined) return [];
      const value = new Value(origin, tree);
      const namespace = value.textAt('metadata', 'namespace') ?? 'default';
      const place = findPod(document, object);
      const spec = 'reason' in place ? undefined : new Value(origin, place.pod);
      const parent = 'reason' in place ? undefined : new Value(origin, place.parent);
      const pod =
        spec === undefined || parent === undefined ? undefined : readPod(spec, kind === 'Pod' ? value : parent);
      return [{ kind, name, namespace, value, pod }];
    });
  });
}

/** The spec of the Job that makes the pods of a Job or CronJob. */
export function jobSpec({ kind, value }: LintObject): Value | undefined {
  if (kind === 'CronJob') return value.get('spec', 'jobTemplate', 'spec');
  return kind === 'Job' ? value.get('spec') : undefined;
}

/** Whether the pod, or its Job, is ended at some time whatever it does. */
export const hasActiveDeadline = (object: LintObject): boolean =>
  [jobSpec(object), object.pod?.spec].some((holder) => holder?.get('activeDeadlineSeconds') !== undefined);

export function makeWorld(objects: readonly LintObject[], settings: LintSettings): World {
  const key = (kind: string, namespace: string, name: string) => `${kind}/${namespace}/${name}`;
  const byName = new Map(objects.map((object) => [key(object.kind, object.namespace, object.name), object]));
  const withPods = objects.filter(({ pod }) => pod !== undefined);
  // by each of their labels: a Service looks only at those that have the first that it selects
  const byLabel = new Map<string, LintObject[]>();
  const labelKey = (namespace: string, [name, value]: readonly [string, string]) => `${namespace}\0${name}\0${value}`;
  for (const object of withPods) {
    for (const label of object.pod?.labels ?? []) {
      const at = labelKey(object.namespace, label);
      const list = byLabel.get(at);
      if (list === undefined) byLabel.set(at, [object]);
      else list.push(object);
    }
  }
  const known = new Map<LintObject, readonly LintObject[]>();
  const findBehind = (service: LintObject): readonly LintObject[] => {
    const selector = [...(service.value.get('spec', 'selector')?.texts ?? [])];
    const [first] = selector;
    if (first === undefined || service.value.textAt('spec', 'type') === 'ExternalName') return [];
    return (byLabel.get(labelKey(service.namespace, first)) ?? []).filter(({ pod }) =>
      selector.every(([name, value]) => pod?.labels.get(name) === value),
    );
  };
  return {
    objects,
    settings,
    find: (kind, namespace, name) => byName.get(key(kind, namespace, name)),
    behind(service) {
      const found = known.get(service) ?? findBehind(service);
      known.set(service, found);
      return found;
    },
  };
}
