// Which pods and workloads a question means; a fault where there is none.
import { suggest } from '../../../helper/src/contract/index.ts';
import { Fault } from '../fault.ts';
import type { Cluster } from './kube/cluster.ts';
import { type Kind, kinds, listPath } from './kube/kinds.ts';
import type { KubeObject, Pod, Workload } from './kube/objects.ts';
import type { Question } from './question.ts';
import { readList, readOne } from './read-snapshot.ts';
import { ownersOf, type Snapshot, timeMs } from './snapshot.ts';

/** Where lists are denied, what is named may be read one by one. */
export async function readTargets(
  cluster: Cluster,
  { targets, namespace }: Question,
  snapshot: Snapshot,
): Promise<Snapshot> {
  const words = snapshot.denied.get('pods');
  if (words === undefined) return snapshot;
  const named = targets.flatMap(({ kind, name }) => (kind === 'Pod' && name !== undefined ? [name] : []));
  if (named.length === 0 || namespace === undefined) {
    throw new Fault('input', `the pods cannot be read: ${words}`, {
      cure: 'kubectl auth can-i --list shows what you may; pod/NAME needs only the right to get that one',
    });
  }
  const answers = await Promise.all(named.map((name) => readOne(cluster, 'Pod', name, namespace)));
  const pods = answers.map((answer, index) => {
    if (answer.kind === 'found') return answer.value as unknown as Pod;
    const what = answer.kind === 'denied' ? `cannot be read: ${answer.words}` : 'does not exist';
    throw new Fault('input', `pod/${named[index]} in namespace ${namespace} ${what}`);
  });
  return { ...snapshot, pods };
}

export interface Chosen {
  readonly workloads: readonly Workload[];
  isMeant(pod: Pod): boolean;
}

export async function choose(cluster: Cluster, question: Question, snapshot: Snapshot): Promise<Chosen> {
  const { targets, selector, namespace } = question;
  const bySelector = async (kind: Kind): Promise<Set<string | undefined> | undefined> => {
    if (selector === undefined) return undefined;
    const path = listPath(kinds[kind].path, kinds[kind].plural, namespace);
    const answer = await readList(cluster, `${path}?labelSelector=${encodeURIComponent(selector)}`, kind);
    if (answer.kind === 'denied') throw new Fault('input', `-l ${selector}: ${answer.words}`);
    return new Set(answer.kind === 'found' ? answer.value.map(({ metadata }) => metadata.uid) : []);
  };
  if (targets.length === 0) {
    const chosen = await bySelector('Pod');
    if (chosen?.size === 0) throw nothing(`no pod has the labels ${selector}`, namespace);
    // a workload is asked about by its own name; without any name, those that lack pods are
    const workloads =
      chosen === undefined ? snapshot.workloads.filter(({ metadata }) => !metadata.ownerReferences?.length) : [];
    return { workloads, isMeant: (pod) => chosen === undefined || chosen.has(pod.metadata.uid) };
  }
  const found: KubeObject[] = [];
  for (const { kind, name } of targets) {
    const chosen = name === undefined ? await bySelector(kind) : undefined;
    const all: readonly KubeObject[] =
      kind === 'Pod' ? snapshot.pods : snapshot.workloads.filter((each) => each.kind === kind);
    const own = all.filter(({ metadata }) =>
      name === undefined ? (chosen?.has(metadata.uid) ?? true) : metadata.name === name,
    );
    if (own.length === 0) throw notThere(kind, name, namespace, all, snapshot);
    found.push(...own);
  }
  const workloads = found.filter(({ kind }) => kind !== 'Pod') as Workload[];
  const uids = new Set([
    ...found.map(({ metadata }) => metadata.uid),
    ...workloads.flatMap((each) => newestJob(each, snapshot)),
  ]);
  const isMeant = (pod: Pod) =>
    uids.has(pod.metadata.uid) ||
    ownersOf(snapshot, pod).some((owner) => owner.kind !== 'CronJob' && uids.has(owner.metadata.uid));
  return {
    workloads: [
      ...workloads,
      ...snapshot.workloads.filter(
        (each) => each.kind === 'Job' && uids.has(each.metadata.uid) && !workloads.includes(each),
      ),
    ],
    isMeant,
  };
}

/** Of a CronJob only the newest Job says how it is now. */
function newestJob({ kind, metadata }: Workload, snapshot: Snapshot): string[] {
  if (kind !== 'CronJob') return [];
  const jobs = snapshot.workloads.filter((job) =>
    job.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid),
  );
  const [newest] = jobs.toSorted(
    (a, b) => (timeMs(b.metadata.creationTimestamp) ?? 0) - (timeMs(a.metadata.creationTimestamp) ?? 0),
  );
  return newest?.metadata.uid === undefined ? [] : [newest.metadata.uid];
}

const inNamespace = (namespace: string | undefined): string =>
  namespace === undefined ? 'in any namespace' : `in namespace ${namespace}`;

const nothing = (what: string, namespace: string | undefined): Fault =>
  new Fault('input', `${what} ${inNamespace(namespace)}`, { cure: '-n NAMESPACE looks elsewhere, -A everywhere' });

function notThere(
  kind: Kind,
  name: string | undefined,
  namespace: string | undefined,
  all: readonly KubeObject[],
  snapshot: Snapshot,
): Fault {
  if (kind !== 'Pod' && snapshot.denied.has('workloads')) {
    return new Fault(
      'input',
      `${kind.toLowerCase()}/${name ?? '*'} cannot be read: ${snapshot.denied.get('workloads')}`,
    );
  }
  const names = all.map(({ metadata }) => metadata.name);
  const near = names
    .filter((each) => name !== undefined && (each.startsWith(name) || name.startsWith(each)))
    .slice(0, 3);
  const alike = name === undefined || near.length > 0 ? undefined : suggest(name, names);
  if (alike !== undefined) near.push(alike);
  const what = name === undefined ? `there is no ${kind}` : `${kind.toLowerCase()}/${name} does not exist`;
  if (near.length === 0) return nothing(what, namespace);
  return new Fault('input', `${what} ${inNamespace(namespace)}`, {
    cure: `there is ${near.map((each) => `${kind.toLowerCase()}/${each}`).join(', ')}`,
  });
}
