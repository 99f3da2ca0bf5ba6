// What was read of the cluster at one time, and the questions that the causes ask of it. Pure.
import type {
  Claim,
  EndpointSlice,
  KubeEvent,
  KubeObject,
  LabelSelector,
  Labels,
  Metadata,
  NetworkPolicy,
  Node,
  Pod,
  Quota,
  Service,
  Workload,
} from './kube/objects.ts';

export interface Lists {
  readonly pods: readonly Pod[];
  readonly events: readonly KubeEvent[];
  readonly services: readonly Service[];
  readonly slices: readonly EndpointSlice[];
  readonly claims: readonly Claim[];
  readonly nodes: readonly Node[];
  readonly quotas: readonly Quota[];
  readonly policies: readonly NetworkPolicy[];
  /** Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs, CronJobs. */
  readonly workloads: readonly Workload[];
}

export type ListName = keyof Lists;

export interface Snapshot extends Lists {
  /** The server's clock when it was read. */
  readonly nowMs: number;
  /** What could not be read, in the server's words; such a list is empty, and says nothing. */
  readonly denied: ReadonlyMap<ListName, string>;
  /** The last lines of a container's log, by `namespace/pod/container`. */
  readonly logs: ReadonlyMap<string, string>;
  /** Namespaces that have a Service of a name, by name: for names that are not there where they are looked for. */
  readonly elsewhere: ReadonlyMap<string, readonly string[]>;
}

export const logKey = (namespace: string, pod: string, container: string): string => `${namespace}/${pod}/${container}`;

export const namespaceOf = ({ metadata }: KubeObject): string => metadata.namespace ?? 'default';

/** The time of a field of the API. */
export function timeMs(text: string | null | undefined): number | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

/** When an event was last seen. Events of either API, core/v1 or events.k8s.io/v1. */
export const lastSeenMs = ({ series, lastTimestamp, eventTime, metadata }: KubeEvent): number =>
  timeMs(series?.lastObservedTime) ??
  timeMs(lastTimestamp) ??
  timeMs(eventTime) ??
  timeMs(metadata.creationTimestamp) ??
  0;

export const firstSeenMs = (event: KubeEvent): number =>
  timeMs(event.firstTimestamp) ??
  timeMs(event.eventTime) ??
  timeMs(event.metadata.creationTimestamp) ??
  lastSeenMs(event);

/** The events of an object, the newest first. */
export function eventsOf(
  snapshot: Lists,
  { kind, metadata: { name, uid } }: KubeObject,
  namespace: string,
): KubeEvent[] {
  return snapshot.events
    .filter(({ involvedObject: of, metadata }) => {
      if (of.name !== name || (metadata.namespace ?? of.namespace) !== namespace) return false;
      // an object of that name that was there before is another one
      return (kind === undefined || of.kind === kind) && (uid === undefined || of.uid === undefined || of.uid === uid);
    })
    .sort((a, b) => lastSeenMs(b) - lastSeenMs(a));
}

export function matchesLabels(selector: Labels | undefined, labels: Labels | undefined): boolean {
  const wanted = Object.entries(selector ?? {});
  return wanted.length > 0 && wanted.every(([key, value]) => labels?.[key] === value);
}

/** An empty selector matches everything: that is how policies mean it. */
export function matchesSelector(selector: LabelSelector | undefined, labels: Labels | undefined): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  return (
    Object.entries(matchLabels).every(([key, value]) => labels?.[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels?.[key];
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      const isIn = value !== undefined && values.includes(value);
      return operator === 'In' ? isIn : !isIn;
    })
  );
}

export const findService = (lists: Lists, name: string, namespace: string): Service | undefined =>
  lists.services.find((service) => service.metadata.name === name && namespaceOf(service) === namespace);

/** How many endpoints of a Service are ready, and how many there are. */
export function endpointsOf({ slices }: Lists, service: Service): { ready: number; all: number } {
  const endpoints = slices
    .filter(
      (slice) =>
        slice.metadata.labels?.['kubernetes.io/service-name'] === service.metadata.name &&
        namespaceOf(slice) === namespaceOf(service),
    )
    .flatMap((slice) => slice.endpoints ?? []);
  // "A nil value should be interpreted as true": …/service-resources/endpoint-slice-v1/
  return { ready: endpoints.filter(({ conditions }) => conditions?.ready !== false).length, all: endpoints.length };
}

/** From an object's controller up to the one that nobody controls. */
export function ownersOf(snapshot: Lists, { metadata }: { readonly metadata: Metadata }): Workload[] {
  const owners: Workload[] = [];
  let reference = metadata.ownerReferences?.find(({ controller }) => controller === true);
  while (reference !== undefined && owners.length < 5) {
    const { uid, kind, name } = reference;
    const owner: Workload = snapshot.workloads.find((each) => each.metadata.uid === uid) ?? {
      kind,
      metadata: { name, uid, ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }) },
    };
    owners.push(owner);
    reference = owner.metadata.ownerReferences?.find(({ controller }) => controller === true);
  }
  return owners;
}

/** The pods below a workload, however many controllers stand between. */
export function podsOf(snapshot: Lists, { metadata: { uid } }: KubeObject): Pod[] {
  return snapshot.pods.filter((pod) => ownersOf(snapshot, pod).some((owner) => owner.metadata.uid === uid));
}
