// What shall be in the pods: said once, by the flags, for every pod of a run.
import type { ProcessOptions, Step } from '../../../helper/src/contract/index.ts';
import type { Resources } from './resources.ts';

/** Where the helper's containers go among the init containers that are there. */
export type Position =
  | { readonly at: 'first' }
  | { readonly at: 'last' }
  | { readonly at: 'before' | 'after'; readonly name: string };

/** A value that the helper gets from a Secret, as an environment variable. */
export interface SecretVariable {
  readonly variable: string;
  readonly secret: string;
  readonly key: string;
}

/** A Secret or ConfigMap that the helper sees as files, or a claim that it alone mounts. */
export interface ObjectMount {
  readonly kind: 'secret' | 'configmap' | 'claim';
  readonly name: string;
  readonly path: string;
}

export interface HelperOptions {
  /** At least one. */
  readonly steps: readonly Step[];
  readonly process: ProcessOptions;
  readonly image: string;
  /** The name of the container, and the beginning of every other name: how the helper's parts are known. */
  readonly name: string;
  /** A container for each step, in place of one that runs the plan. */
  readonly separate: boolean;
  readonly secretVariables: readonly SecretVariable[];
  readonly objectMounts: readonly ObjectMount[];
  /** The claim that fetched files go to; without it they go to an emptyDir. */
  readonly claim: string | undefined;
  /** Whether the cluster knows restartPolicyRules: a bare Pod whose step failed for good then fails at once. */
  readonly restartRules?: boolean;
  /** What is asked for otherwise than by default. */
  readonly resources?: Resources;
  /** How large an emptyDir may grow, as Kubernetes writes it. */
  readonly sizeLimit: string | undefined;
}

export interface InjectOptions extends HelperOptions {
  /** Without it: first, but behind a mesh's proxy; and what is there already stays where it is. */
  readonly position: Position | undefined;
  /** The app's containers that see the fetched files; none: the first. */
  readonly containers: readonly string[];
}
