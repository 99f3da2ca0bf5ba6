// What a hint is: when it is said, and what it says.
import type { Failure } from '../../core/failure.ts';
import type { Mesh } from '../../network/mesh.ts';
import type { PodIdentity } from '../../network/pod-identity.ts';
import type { ServiceName } from './service-name.ts';

export interface HintFacts {
  readonly cause: Failure;
  /** What is connected to, or looked up; undefined for targets without a host. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  /** Whether it is a file or a socket in the file system: no network lies between. */
  readonly isOfPath?: boolean | undefined;
  readonly pod: PodIdentity;
  /** The variable that names a proxy for such a target, where one is set: the helper uses none. */
  readonly proxyVariable?: string | undefined;
  /** Whether the host is one of the pod's own names. */
  readonly isOwnName?: boolean | undefined;
  /** The mesh that the pod is in, as far as it shows. */
  readonly mesh?: Mesh | undefined;
  /** How many other hosts of the step refuse connections at this moment. */
  readonly othersRefuse?: number | undefined;
}

/** Facts, with what follows from them. */
export interface Case extends HintFacts {
  readonly code: string;
  /** A fact of the cause, as text. */
  readonly fact: (name: string) => string;
  readonly service: ServiceName | undefined;
}

export interface Hint {
  /** Its anchor in helper/hints.md. */
  readonly id: string;
  /** When it is said, for helper/hints.md. */
  readonly seen: string;
  readonly fits: (facts: Case) => boolean;
  readonly say: (facts: Case) => string;
}
