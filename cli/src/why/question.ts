// What is asked of a cluster.
import type { Kind } from './kube/kinds.ts';
import type { IsHelper } from './pod-view.ts';

/** Without a name: all of the kind. */
export interface Target {
  readonly kind: Kind;
  readonly name: string | undefined;
}

export interface Question {
  /** Undefined: all. */
  readonly namespace: string | undefined;
  /** None: whatever is not well. */
  readonly targets: readonly Target[];
  /** As kubectl's -l. */
  readonly selector: string | undefined;
  readonly isHelper: IsHelper;
}
