// What a cause is: a row of the table in cli/why.md, and a pure look at a pod or a workload.
import type { KubeEvent, Pod, Workload } from './kube/objects.ts';
import type { PodView } from './pod-view.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * passing: on its way, wait. open: stuck until something else comes, which may happen by itself.
 * final: for good, until somebody changes something.
 */
export type Outlook = 'passing' | 'open' | 'final';

/** A fact beside the verdict: a label of a word or two, and what there is to say. */
export type Fact = readonly [label: string, text: string];

/** What a cause found. */
export interface Finding {
  /** One sentence without its subject and without a full stop: the thing to know. */
  readonly verdict: string;
  /** Which container, where it is one. */
  readonly container?: string;
  /** Of several things that hold one container up, such as targets, which one. */
  readonly about?: string;
  readonly sinceMs?: number;
  /** What happens next by itself, such as `the kubelet tries again in about 40s`. */
  readonly next?: string;
  readonly outlook?: Outlook;
  readonly facts?: readonly Fact[];
  /** Where this place needs another cure than the cause's own. */
  readonly cure?: string;
  /** Words behind `kubectl`, without namespace and context; `why …` is this program. */
  readonly commands?: readonly string[];
}

export interface CauseInfo {
  /** As reports and documents name it. */
  readonly id: string;
  /** What is wrong, one sentence. */
  readonly what: string;
  /** What to do about it. */
  readonly cure: string;
  /** Unless a finding says otherwise. */
  readonly outlook: Outlook;
}

/** A cause that is looked for in a pod; it may hold for several containers of it. */
export interface PodCause extends CauseInfo {
  find(view: PodView): Iterable<Finding>;
}

export interface WorkloadView {
  readonly workload: Workload;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly snapshot: Snapshot;
  readonly nowMs: number;
  /** Its pods, well or not. */
  readonly pods: readonly Pod[];
  /** Its own, and those of the controllers between it and its pods (a Deployment's newest ReplicaSet). Newest first. */
  readonly events: readonly KubeEvent[];
}

/** A cause that is looked for in what makes pods: why there are none, or too few. */
export interface WorkloadCause extends CauseInfo {
  find(view: WorkloadView): Iterable<Finding>;
}
