// One pod as the causes see it: how far it has come, which containers hold it up, what it waits for. Pure.
import { type ContainerView, isDone, viewContainer } from './container-view.ts';
import type { KubeEvent, Pod, Workload } from './kube/objects.ts';
import { eventsOf, findService, namespaceOf, ownersOf, type Snapshot, timeMs } from './snapshot.ts';
import { type WaitedHost, waitedHosts } from './waits/waited-hosts.ts';

/** From the first to the last; a pod that is `well` or `done` is not stuck. */
export type Stage = 'leaving' | 'failed' | 'unscheduled' | 'preparing' | 'init' | 'app' | 'well' | 'done';

export interface PodView {
  readonly pod: Pod;
  readonly name: string;
  readonly namespace: string;
  readonly snapshot: Snapshot;
  readonly nowMs: number;
  readonly stage: Stage;
  /** Of the pod itself, the newest first. */
  readonly events: readonly KubeEvent[];
  /** The controller, its controller, and so on. */
  readonly owners: readonly Workload[];
  /** In the order in which the kubelet starts them. */
  readonly containers: readonly ContainerView[];
  /** Those that hold the pod up now. */
  readonly focus: readonly ContainerView[];
  /** What the focused containers wait for in the network, as far as that can be read from them. */
  readonly hosts: readonly WaitedHost[];
  /** The Services among these hosts, wherever they may be. */
  readonly waitedServices: readonly { readonly name: string; readonly namespace: string }[];
  /** Those that are not there, of the namespaces that were read. */
  readonly absentServices: readonly { readonly name: string; readonly namespace: string }[];
}

export type IsHelper = (image: { readonly image: string }) => boolean;

export function viewPod(pod: Pod, snapshot: Snapshot, isHelper: IsHelper): PodView {
  const { nowMs } = snapshot;
  const namespace = namespaceOf(pod);
  const { initContainers = [], containers: apps } = pod.spec;
  const { initContainerStatuses = [], containerStatuses = [], phase } = pod.status ?? {};
  const events = eventsOf(snapshot, { ...pod, kind: 'Pod' }, namespace);
  const containers = [
    ...initContainers.map((spec) =>
      viewContainer(
        spec,
        true,
        initContainerStatuses.find(({ name }) => name === spec.name),
        events,
        nowMs,
      ),
    ),
    ...apps.map((spec) =>
      viewContainer(
        spec,
        false,
        containerStatuses.find(({ name }) => name === spec.name),
        events,
        nowMs,
      ),
    ),
  ];
  const blocking = initContainers.findIndex((spec) => {
    const status = initContainerStatuses.find(({ name }) => name === spec.name);
    return spec.restartPolicy === 'Always' ? status?.started !== true : !isDone('init', status);
  });
  const hasLeft = phase === 'Failed' || phase === 'Succeeded';
  // while it runs, a sidecar that crashes now and then is no init container any more
  const initIsOver = conditionOf(pod, 'Initialized')?.status === 'True';
  const current = blocking < 0 || initIsOver ? undefined : containers[blocking];
  const focus = hasLeft
    ? containers.filter(({ end }) => end !== undefined && end.exitCode !== 0)
    : [
        // a native sidecar that has started holds nobody up
        ...containers.filter((each) => each.role === 'sidecar' && each !== current && isSidecarInTrouble(each)),
        ...(current === undefined
          ? containers.filter(
              (each) => each.role === 'app' && (!each.isReady || isRestless(each)) && !hasDone(each, pod),
            )
          : [current]),
      ];
  const stage = stageOf(pod, current, containers, focus);
  const owners = ownersOf(snapshot, pod);
  const hosts = focus.flatMap((container) => waitedHosts(container, pod, snapshot, isHelper));
  const waitedServices = hosts.flatMap(({ service }) => (service === undefined ? [] : [service]));
  const absentServices = waitedServices.filter(
    ({ name, namespace: where }) =>
      !snapshot.denied.has('services') && findService(snapshot, name, where) === undefined,
  );
  return {
    pod,
    name: pod.metadata.name,
    namespace,
    snapshot,
    nowMs,
    stage,
    events,
    owners,
    containers,
    focus,
    hosts,
    waitedServices,
    absentServices,
  };
}

/** Ready just now, between two of its ends. */
const isRestless = ({ isFailing, restarts }: ContainerView): boolean => isFailing && restarts >= 2;

/** Of several containers that shall end, one that has. */
const hasDone = ({ end, running }: ContainerView, { spec }: Pod): boolean =>
  running === undefined && end?.exitCode === 0 && spec.restartPolicy !== 'Always';

const isSidecarInTrouble = ({ isFailing, waiting, end }: ContainerView): boolean =>
  (isFailing && end?.exitCode !== 0) ||
  (waiting !== undefined && !/^(PodInitializing|ContainerCreating)$/.test(waiting.reason));

function stageOf(
  pod: Pod,
  current: ContainerView | undefined,
  containers: readonly ContainerView[],
  focus: readonly ContainerView[],
): Stage {
  const { phase } = pod.status ?? {};
  if (phase === 'Succeeded') return 'done';
  if (pod.metadata.deletionTimestamp !== undefined) return 'leaving';
  if (phase === 'Failed') return 'failed';
  const { nodeName = '' } = pod.spec;
  if (nodeName === '') return 'unscheduled';
  const isPrepared = containers.some(({ running, end, waiting }) => {
    return (
      running !== undefined ||
      end !== undefined ||
      !/^(PodInitializing|ContainerCreating)?$/.test(waiting?.reason ?? '')
    );
  });
  if (!isPrepared) return 'preparing';
  if (current !== undefined) return 'init';
  const isReady = conditionOf(pod, 'Ready')?.status === 'True';
  return isReady && focus.length === 0 ? 'well' : 'app';
}

export const conditionOf = (pod: Pod, type: string) => pod.status?.conditions?.find((each) => each.type === type);

/** When the pod was made. */
export const bornMs = ({ pod, nowMs }: PodView): number => timeMs(pod.metadata.creationTimestamp) ?? nowMs;

/** `Deployment/web`, or the pod itself where nobody controls it. */
export const rootOf = ({ owners, name }: PodView): { readonly kind: string; readonly name: string } => {
  const root = owners.at(-1);
  return root === undefined ? { kind: 'Pod', name } : { kind: root.kind ?? '', name: root.metadata.name };
};
