// What a rehearsal has to know of a pod.
import type { ContainerRules, RestartPolicy } from '../kubelet/restart-rules.ts';

/** What a variable, or a file of a volume, is made of. */
export type Reference =
  | { readonly kind: 'value'; readonly value: string }
  /** The downward API's fieldRef, such as `metadata.namespace`. */
  | { readonly kind: 'field'; readonly path: string }
  | { readonly kind: 'resource'; readonly resource: string; readonly divisor: string }
  | {
      readonly kind: 'key';
      readonly object: 'ConfigMap' | 'Secret';
      readonly name: string;
      readonly key: string;
      readonly optional: boolean;
    };

export interface Variable {
  readonly name: string;
  readonly from: Reference;
}

/** Every key of a ConfigMap or Secret, as variables or as files. */
export interface WholeObject {
  readonly object: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly optional: boolean;
  readonly prefix: string;
}

export interface Mount {
  readonly volume: string;
  /** Absolute, without a slash at its end. */
  readonly path: string;
  readonly subPath: string;
  readonly readOnly: boolean;
}

export interface StartupProbe {
  readonly how:
    | { readonly kind: 'http'; readonly port: number; readonly path: string; readonly tls: boolean }
    | { readonly kind: 'tcp'; readonly port: number }
    /** Can't be asked outside of the container. */
    | { readonly kind: 'exec' | 'grpc' };
  readonly initialDelayMs: number;
  readonly periodMs: number;
  readonly timeoutMs: number;
  readonly failureThreshold: number;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly rules: ContainerRules;
  readonly command: readonly string[] | undefined;
  readonly args: readonly string[];
  readonly environments: readonly WholeObject[];
  readonly variables: readonly Variable[];
  readonly mounts: readonly Mount[];
  readonly startupProbe: StartupProbe | undefined;
  readonly terminationMessagePath: string;
  readonly fallsBackToLogs: boolean;
  readonly hasPostStart: boolean;
  /** Limits, else requests, as written, such as `memory: 64Mi`. */
  readonly resources: Readonly<Record<string, string>>;
}

/** One file of a volume. */
export interface VolumeFile {
  readonly path: string;
  readonly from: Reference;
}

export interface Volume {
  readonly name: string;
  /** As Kubernetes names it: `emptyDir`, `configMap`, `persistentVolumeClaim` … */
  readonly kind: string;
  /** Whole objects; with `items` only the files below. */
  readonly objects: readonly WholeObject[];
  readonly files: readonly VolumeFile[];
  readonly mode: number;
  /** A folder of this machine takes its place, or an empty one. */
  readonly isForeign: boolean;
}

export interface PodSpec {
  readonly restartPolicy: RestartPolicy;
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
  readonly activeDeadlineMs: number | undefined;
  readonly graceMs: number;
  readonly serviceAccount: string;
  readonly serviceLinks: boolean;
  readonly hostname: string | undefined;
  readonly hostAliases: readonly { readonly address: string; readonly names: readonly string[] }[];
  readonly dns: {
    readonly policy: string;
    readonly searches: readonly string[];
    readonly options: readonly string[];
  };
}
