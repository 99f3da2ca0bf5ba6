// What the cases read of a pod; https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/

export interface Terminated {
  readonly exitCode: number;
  readonly reason?: string;
  readonly message?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt: string };
  readonly terminated?: Terminated;
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly started?: boolean;
  readonly restartCount: number;
  readonly containerID?: string;
  readonly state: ContainerState;
  readonly lastState: ContainerState;
}

export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
  };
  readonly status: {
    readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
    readonly reason?: string;
    readonly message?: string;
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

export const isReady = (pod: Pod): boolean =>
  pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
export const succeeded = (pod: Pod): boolean => pod.status.phase === 'Succeeded';
export const failed = (pod: Pod): boolean => pod.status.phase === 'Failed';

/** The status of a container, init container or not. @throws Error if the pod has none of that name (yet) */
export function statusOf(pod: Pod, container: string): ContainerStatus {
  const found = findStatus(pod, container);
  if (found === undefined) throw new Error(`${pod.metadata.name} has no status of a container ${container}`);
  return found;
}

export const findStatus = (pod: Pod, container: string): ContainerStatus | undefined =>
  [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])].find(
    ({ name }) => name === container,
  );

/** How the container ended: now, or before its last restart. */
export function endOf(pod: Pod, container: string): Terminated | undefined {
  const status = findStatus(pod, container);
  return status?.state.terminated ?? status?.lastState.terminated;
}

export const isRunning = (pod: Pod, container: string): boolean =>
  findStatus(pod, container)?.state.running !== undefined;

/** A container that was never created has no ID. */
export const wasCreated = (pod: Pod, container: string): boolean =>
  (findStatus(pod, container)?.containerID ?? '') !== '';
