// Reads from the cluster what the causes may ask of it: a fixed number of lists at the same time, then what these lead
// to (logs, Services elsewhere), each bounded.
import { Fault } from '../fault.ts';
import type { Answer, Cluster } from './kube/cluster.ts';
import { kinds, listPath } from './kube/kinds.ts';
import type { KubeObject, Service, Workload } from './kube/objects.ts';
import type { PodView } from './pod-view.ts';
import { type ListName, type Lists, logKey, namespaceOf, type Snapshot } from './snapshot.ts';

/** The server sends a list in parts; so many at most. */
const partSize = 500;
const mostParts = 20;
/** Of how many containers the log is read, and how much of it. */
const mostLogs = 24;
const logLines = 30;
const logBytes = 32_768;
/** In how many other namespaces a Service that is waited for is looked at. */
const mostNamespaces = 3;

const workloadKinds = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'] as const;

const sources: readonly (readonly [ListName, group: string, plural: string, kind: string])[] = [
  ['pods', '/api/v1', 'pods', 'Pod'],
  ['events', '/api/v1', 'events', 'Event'],
  ['services', '/api/v1', 'services', 'Service'],
  ['slices', '/apis/discovery.k8s.io/v1', 'endpointslices', 'EndpointSlice'],
  ['claims', '/api/v1', 'persistentvolumeclaims', 'PersistentVolumeClaim'],
  ['quotas', '/api/v1', 'resourcequotas', 'ResourceQuota'],
  ['policies', '/apis/networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy'],
  ...workloadKinds.map((kind) => ['workloads', kinds[kind].path, kinds[kind].plural, kind] as const),
];

/** @param namespace undefined: all */
export async function readSnapshot(cluster: Cluster, namespace: string | undefined): Promise<Snapshot> {
  const denied = new Map<ListName, string>();
  const read = async (name: ListName, path: string, kind: string): Promise<[ListName, KubeObject[]]> => {
    const answer = await readList(cluster, path, kind);
    if (answer.kind === 'denied') denied.set(name, answer.words);
    return [name, answer.kind === 'found' ? answer.value : []];
  };
  const parts = await Promise.all([
    ...sources.map(([name, group, plural, kind]) => read(name, listPath(group, plural, namespace), kind)),
    read('nodes', '/api/v1/nodes', 'Node'),
  ]);
  const of = <N extends ListName>(name: N) =>
    parts.flatMap(([each, items]) => (each === name ? items : [])) as unknown as Lists[N];
  return {
    pods: of('pods'),
    events: of('events'),
    services: of('services'),
    slices: of('slices'),
    claims: of('claims'),
    nodes: of('nodes'),
    quotas: of('quotas'),
    policies: of('policies'),
    workloads: of('workloads'),
    nowMs: cluster.nowMs(),
    denied,
    logs: new Map(),
    elsewhere: new Map(),
  };
}

/** All of a list, with the kind that the items of a list leave out. */
export async function readList(cluster: Cluster, path: string, kind: string): Promise<Answer<KubeObject[]>> {
  interface Part {
    readonly items?: readonly KubeObject[] | null;
    readonly metadata?: { readonly continue?: string };
  }
  const items: KubeObject[] = [];
  let next = '';
  for (let part = 0; part < mostParts; part++) {
    const query = `${path.includes('?') ? '&' : '?'}limit=${partSize}${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`;
    const answer = await cluster.get<Part>(path + query);
    // a part may have expired while the one before was read: what is here is better than nothing
    if (answer.kind !== 'found') return part === 0 ? answer : { kind: 'found', value: items };
    items.push(...(answer.value.items ?? []).map((item) => ({ ...item, kind })));
    next = answer.value.metadata?.continue ?? '';
    if (next === '') break;
  }
  return { kind: 'found', value: items };
}

/** Adds what the views of pods that are not well lead to. */
export async function readMore(cluster: Cluster, snapshot: Snapshot, views: readonly PodView[]): Promise<Snapshot> {
  const [logs, abroad, elsewhere] = await Promise.all([
    readLogs(cluster, views),
    readAbroad(cluster, snapshot, views),
    readElsewhere(cluster, views),
  ]);
  return { ...snapshot, ...abroad, logs, elsewhere };
}

async function readLogs(cluster: Cluster, views: readonly PodView[]): Promise<Map<string, string>> {
  const wanted = views
    .flatMap((view) => view.focus.filter(({ hasLog }) => hasLog).map((container) => ({ view, container })))
    .slice(0, mostLogs);
  const logs = new Map<string, string>();
  await Promise.all(
    wanted.map(async ({ view: { name, namespace }, container }) => {
      const query = `container=${container.name}&tailLines=${logLines}&limitBytes=${logBytes}`;
      const path = `/api/v1/namespaces/${namespace}/pods/${name}/log?${query}`;
      // what failed is in the log of the attempt before, once the next one runs
      const previous = container.isFailing && container.running !== undefined ? '&previous=true' : '';
      const answer = await cluster.text(path + previous).catch(unreadable);
      if (answer.kind === 'found') logs.set(logKey(namespace, name, container.name), answer.value);
    }),
  );
  return logs;
}

/** Services, their endpoints and pods in the other namespaces that pods wait for. */
async function readAbroad(
  cluster: Cluster,
  snapshot: Snapshot,
  views: readonly PodView[],
): Promise<Pick<Lists, 'services' | 'slices' | 'pods'>> {
  const known = new Set(snapshot.pods.map(namespaceOf));
  const namespaces = [...new Set(views.flatMap((view) => view.waitedServices.map(({ namespace }) => namespace)))]
    .filter((namespace) => !known.has(namespace))
    .slice(0, mostNamespaces);
  const read = async (name: 'services' | 'slices' | 'pods') => {
    const [, group, plural, kind] = sources.find(([each]) => each === name) ?? [name, '', '', ''];
    const answers = await Promise.all(
      namespaces.map((namespace) => readList(cluster, listPath(group, plural, namespace), kind).catch(unreadable)),
    );
    return [...snapshot[name], ...answers.flatMap((answer) => (answer.kind === 'found' ? answer.value : []))];
  };
  const [services, slices, pods] = await Promise.all([read('services'), read('slices'), read('pods')]);
  return { services, slices, pods } as unknown as Pick<Lists, 'services' | 'slices' | 'pods'>;
}

async function readElsewhere(cluster: Cluster, views: readonly PodView[]): Promise<Map<string, string[]>> {
  const names = [...new Set(views.flatMap((view) => view.absentServices.map(({ name }) => name)))].slice(0, 5);
  const entries = await Promise.all(
    names.map(async (name) => {
      const path = `/api/v1/services?fieldSelector=metadata.name%3D${encodeURIComponent(name)}`;
      const answer = await readList(cluster, path, 'Service').catch(unreadable);
      const found = answer.kind === 'found' ? (answer.value as Service[]).map(namespaceOf) : [];
      return [name, found] as const;
    }),
  );
  return new Map(entries.map(([name, found]) => [name, [...found]]));
}

/** What only adds to an answer may fail. */
function unreadable(error: unknown): Answer<never> {
  if (error instanceof Fault) return { kind: 'denied', words: error.message };
  throw error;
}

/** One object by its name. */
export async function readOne(cluster: Cluster, kind: keyof typeof kinds, name: string, namespace: string) {
  const answer = await cluster.get<Workload>(
    `${listPath(kinds[kind].path, kinds[kind].plural, namespace)}/${encodeURIComponent(name)}`,
  );
  return answer.kind === 'found' ? { ...answer, value: { ...answer.value, kind } } : answer;
}
