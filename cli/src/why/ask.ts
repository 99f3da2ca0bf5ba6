// One question to the cluster and its answers: which pods and workloads are meant, and what is wrong with each.
import { Fault } from '../fault.ts';
import type { WorkloadView } from './cause.ts';
import { wantedCauses } from './causes/index.ts';
import { type Answer, answerOf, answerPods, type Diagnosed, diagnoseWorkload, wellPod } from './diagnose.ts';
import type { Cluster } from './kube/cluster.ts';
import { type Kind, kinds, listPath } from './kube/kinds.ts';
import type { KubeObject, Pod, Workload } from './kube/objects.ts';
import { type IsHelper, type PodView, viewPod } from './pod-view.ts';
import { readList, readMore, readOne, readSnapshot } from './read-snapshot.ts';
import { eventsOf, lastSeenMs, namespaceOf, ownersOf, podsOf, type Snapshot, timeMs } from './snapshot.ts';
import { counted } from './words.ts';

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

export interface Reply {
  /** What is not well first. */
  readonly answers: readonly Answer[];
  readonly snapshot: Snapshot;
  /** The pods that were asked about, well or not. */
  readonly views: readonly PodView[];
  /** Pods and workloads that were looked at. */
  readonly looked: { readonly pods: number; readonly workloads: number };
  /** Pods that are not well, and were not looked into: too many. */
  readonly left: number;
}

/** So many pods that are not well are looked into; of more it is said that there are. */
const mostPods = 100;

/** @throws Fault input where the cluster cannot be asked, or has not what is asked about */
export async function ask(cluster: Cluster, question: Question): Promise<Reply> {
  const first = await readTargets(cluster, question, await readSnapshot(cluster, question.namespace));
  const { snapshot, workloads, isMeant } = await choose(cluster, question, first);
  const pods = snapshot.pods.filter(isMeant);
  const look = (at: Snapshot) => pods.map((pod) => viewPod(pod, at, question.isHelper));
  const asked = question.targets.length > 0;
  const isTrouble = (view: PodView) => view.stage !== 'well' && view.stage !== 'done' && (asked || !isLeftover(view));
  const troubled = look(snapshot).filter(isTrouble).slice(0, mostPods);
  const more = await readMore(cluster, snapshot, troubled);
  const views = look(more);
  const allTroubled = views.filter(isTrouble);
  const podAnswers = answerPods(allTroubled.slice(0, mostPods));
  const told = workloads.flatMap((workload) => answerWorkload(workload, more, podAnswers, asked));
  // a Job that has failed and the pods that failed for it are one answer
  const merged = new Set(told.flatMap((answer) => answer.pods.map((pod) => `${answer.namespace}/${pod}`)));
  const wellPods = asked ? views.filter((view) => !isTrouble(view) && isNamed(question, view)) : [];
  const answers = [
    ...told,
    ...podAnswers.filter(({ namespace, name }) => !merged.has(`${namespace}/${name}`)),
    ...wellPods.map((view) => answerOf({ ...subjectOf(view.pod), pods: [view.name] }, [], wellPod(view))),
  ];
  const order = ['stuck', 'starting', 'well'];
  return {
    answers: answers.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state)),
    snapshot: more,
    views,
    looked: { pods: pods.length, workloads: workloads.length },
    left: Math.max(0, allTroubled.length - mostPods),
  };
}

const subjectOf = (object: KubeObject) => ({
  kind: object.kind ?? '',
  name: object.metadata.name,
  namespace: namespaceOf(object),
  pods: [],
  owner: undefined,
});

const isNamed = ({ targets }: Question, { name }: PodView): boolean =>
  targets.some((target) => target.kind === 'Pod' && (target.name === undefined || target.name === name));

/** What a controller has replaced or counted, and an operator would sweep up: no trouble of a namespace. */
function isLeftover({ stage, pod, owners }: PodView): boolean {
  const [owner] = owners;
  if (stage !== 'failed' || owner === undefined) return false;
  if (owner.kind === 'Job') {
    const { conditions = [] } = owner.status ?? {};
    // a Job that has failed is told itself
    return conditions.some(({ type, status }) => /^(Complete|SuccessCriteriaMet)$/.test(type) && status === 'True');
  }
  return pod.spec.restartPolicy !== 'Never' && (owner.status?.readyReplicas ?? 0) >= (owner.spec?.replicas ?? 1);
}

/** Where lists are denied, what is named may be read one by one. */
async function readTargets(cluster: Cluster, { targets, namespace }: Question, snapshot: Snapshot): Promise<Snapshot> {
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

interface Chosen {
  readonly snapshot: Snapshot;
  readonly workloads: readonly Workload[];
  isMeant(pod: Pod): boolean;
}

async function choose(cluster: Cluster, question: Question, snapshot: Snapshot): Promise<Chosen> {
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
    return { snapshot, workloads, isMeant: (pod) => chosen === undefined || chosen.has(pod.metadata.uid) };
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
    snapshot,
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
  const what = name === undefined ? `there is no ${kind}` : `${kind.toLowerCase()}/${name} does not exist`;
  if (near.length === 0) return nothing(what, namespace);
  return new Fault('input', `${what} ${inNamespace(namespace)}`, {
    cure: `there is ${near.map((each) => `${kind.toLowerCase()}/${each}`).join(', ')}`,
  });
}

function viewWorkload(workload: Workload, snapshot: Snapshot): WorkloadView {
  const { kind = '', metadata } = workload;
  const namespace = namespaceOf(workload);
  // a Deployment's pods are made by its newest ReplicaSet
  const [child] = snapshot.workloads
    .filter(
      ({ kind: each, metadata: { ownerReferences = [] } }) =>
        each === 'ReplicaSet' && ownerReferences.some(({ uid }) => uid === metadata.uid),
    )
    .toSorted((a, b) => (timeMs(b.metadata.creationTimestamp) ?? 0) - (timeMs(a.metadata.creationTimestamp) ?? 0));
  const events = [workload, ...(child === undefined ? [] : [child])]
    .flatMap((each) => eventsOf(snapshot, each, namespace))
    .sort((a, b) => lastSeenMs(b) - lastSeenMs(a));
  return {
    workload,
    kind,
    name: metadata.name,
    namespace,
    snapshot,
    nowMs: snapshot.nowMs,
    pods: podsOf(snapshot, workload),
    events,
  };
}

function answerWorkload(workload: Workload, snapshot: Snapshot, pods: readonly Answer[], asked: boolean): Answer[] {
  const view = viewWorkload(workload, snapshot);
  const found = diagnoseWorkload(view).filter(({ cause }) => asked || !wantedCauses.has(cause.id));
  // what has none of its own trouble is told by its pods, if they have any
  const own = new Set(view.pods.map((pod) => pod.metadata.name));
  const theirs = pods.filter(
    (answer) => answer.namespace === view.namespace && answer.pods.some((name) => own.has(name)),
  );
  const isTold = theirs.length > 0;
  const isPassing = found.every(({ cause, finding }) => (finding.outlook ?? cause.outlook) === 'passing');
  if (isPassing && (isTold || (!asked && found.length === 0))) return [];
  const isJob = view.kind === 'Job' && found.length > 0;
  const subject = { ...subjectOf(workload), pods: isJob ? theirs.flatMap((answer) => answer.pods) : [] };
  return [answerOf(subject, isJob ? found.map((each) => withPod(each, theirs[0])) : found, wellWorkload(view))];
}

/** A Job's trouble is that of its pods. */
function withPod({ cause, finding }: Diagnosed, pods: Answer | undefined): Diagnosed {
  const theirs = pods?.found[0]?.finding;
  if (theirs === undefined) return { cause, finding };
  const verdict = `${finding.verdict}; ${theirs.verdict.replace(/^it has failed: /, '')}`;
  const facts = [...(finding.facts ?? []), ...(theirs.facts ?? [])];
  return {
    cause,
    finding: { ...finding, verdict, facts, commands: [...(theirs.commands ?? []), ...(finding.commands ?? [])] },
  };
}

function wellWorkload({ kind, workload, pods }: WorkloadView): string {
  const { status } = workload;
  if (kind === 'CronJob') {
    const last = status?.lastScheduleTime;
    return `nothing of it is stuck: its schedule is "${workload.spec?.schedule ?? ''}"${last === undefined ? ', and it has not run yet' : `, and it ran last at ${last}`}`;
  }
  if (kind === 'Job') return status?.completionTime === undefined ? 'its pods run' : 'it has done its work';
  return `all is well: ${counted(status?.readyReplicas ?? status?.numberReady ?? pods.length, 'pod')} ready`;
}
