// Whether the kubelet starts a container again after it has ended. Pure.
// https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restarts

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

/** What a container is to the order of the start. `sidecar`: an init container with restartPolicy Always. */
export type ContainerRole = 'init' | 'sidecar' | 'app';

/** One of a container's `restartPolicyRules` (KEP-5307, on by default from Kubernetes 1.35). */
export interface RestartRule {
  readonly operator: 'In' | 'NotIn';
  readonly exitCodes: readonly number[];
}

/** What the kubelet goes by; the rest of a container is nothing to it. */
export interface ContainerRules {
  readonly name: string;
  readonly role: ContainerRole;
  /** The container's own; undefined where the pod's holds. */
  readonly restartPolicy: RestartPolicy | undefined;
  readonly restartRules: readonly RestartRule[];
  /** With one, a sidecar counts as started only once it has passed. */
  readonly hasStartupProbe: boolean;
}

/**
 * Whether a container that ended is started again.
 * An init container that ended with 0 is done whatever its policy is, and that of a pod with Always has OnFailure.
 */
export function restartsAfter(container: ContainerRules, podPolicy: RestartPolicy, exitCode: number): boolean {
  if (container.role === 'sidecar') return true;
  if (container.role === 'init' && exitCode === 0) return false;
  if (container.restartRules.some((rule) => matches(rule, exitCode))) return true;
  const policy = container.restartPolicy ?? podPolicy;
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

function matches({ operator, exitCodes }: RestartRule, exitCode: number): boolean {
  return exitCodes.includes(exitCode) === (operator === 'In');
}
