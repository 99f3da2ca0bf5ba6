// A pod as its manifest has it: containers in the order of their start, what they mount, volumes. Pure.
import { posix } from 'node:path';
import type { Value } from './value.ts';

/** `init` must end before the next starts; `sidecar` is an init container with `restartPolicy: Always` (KEP-753). */
export type Role = 'init' | 'sidecar' | 'app';

export interface Mount {
  readonly value: Value;
  readonly volume: string;
  /** Absolute, without a slash at its end. */
  readonly path: string;
  readonly subPath: string;
  /** By an expression over variables: what of the volume it shows is not known. */
  readonly byExpression: boolean;
  readonly readOnly: boolean;
}

export interface Container {
  readonly value: Value;
  readonly name: string;
  readonly role: Role;
  readonly image: string;
  readonly mounts: readonly Mount[];
}

export interface Volume {
  readonly value: Value;
  readonly name: string;
  /** `emptyDir`, `configMap` …; undefined where it names none. */
  readonly kind: string | undefined;
}

export interface Pod {
  readonly spec: Value;
  /** The object or template that holds `metadata` and the spec. */
  readonly template: Value;
  readonly labels: ReadonlyMap<string, string>;
  /** As written; undefined where it is not. */
  readonly restartPolicy: string | undefined;
  /** Init containers and sidecars, then those of the app. */
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
}

export function readPod(spec: Value, template: Value): Pod {
  return {
    spec,
    template,
    labels: template.get('metadata', 'labels')?.texts ?? new Map(),
    restartPolicy: spec.textAt('restartPolicy'),
    containers: [
      ...spec.list('initContainers').map((value) => readContainer(value, true)),
      ...spec.list('containers').map((value) => readContainer(value, false)),
    ],
    volumes: spec.list('volumes').map((value) => ({
      value,
      name: value.textAt('name') ?? '',
      kind: value.entries.map(({ key }) => key.text).find((key) => key !== 'name' && key !== '<<'),
    })),
  };
}

function readContainer(value: Value, isInit: boolean): Container {
  const role = !isInit ? 'app' : value.textAt('restartPolicy') === 'Always' ? 'sidecar' : 'init';
  return {
    value,
    role,
    name: value.textAt('name') ?? '',
    image: value.textAt('image') ?? '',
    mounts: value.list('volumeMounts').flatMap((mount): Mount[] => {
      const path = mount.textAt('mountPath');
      if (path === undefined || !path.startsWith('/')) return [];
      return [
        {
          value: mount,
          volume: mount.textAt('name') ?? '',
          path: posix.join(path).replace(/(?<=.)\/$/, ''),
          subPath: mount.textAt('subPath') ?? '',
          byExpression: mount.get('subPathExpr') !== undefined,
          readOnly: mount.flagAt('readOnly') === true,
        },
      ];
    }),
  };
}

/** The containers that run before the app. */
export const initContainers = (pod: Pod): Container[] => pod.containers.filter(({ role }) => role !== 'app');

/** The mount that a path of a container lies in: of several, the innermost. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  return mounts
    .filter((mount) => path === mount.path || path.startsWith(mount.path === '/' ? '/' : `${mount.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0];
}
