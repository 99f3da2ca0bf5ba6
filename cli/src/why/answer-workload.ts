// The answers for what makes pods, and what there is to say of it where all is well. Pure.
import type { WorkloadView } from './cause.ts';
import { wantedCauses } from './causes/index.ts';
import { type Answer, answerOf, type Diagnosed, diagnoseWorkload } from './diagnose.ts';
import type { KubeObject, Workload } from './kube/objects.ts';
import { eventsOf, lastSeenMs, namespaceOf, podsOf, type Snapshot, timeMs } from './snapshot.ts';
import { counted } from './words.ts';

/** What an answer is about, before it is known which pods it holds for. */
export const subjectOf = (object: KubeObject) => ({
  kind: object.kind ?? '',
  name: object.metadata.name,
  namespace: namespaceOf(object),
  pods: [],
  owner: undefined,
});

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

/** The answer for a workload itself: none where its pods tell it. */
export function answerWorkload(
  workload: Workload,
  snapshot: Snapshot,
  pods: readonly Answer[],
  asked: boolean,
): Answer[] {
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
  const facts = [...(finding.facts ?? []), ...(theirs.facts ?? []).filter(([label]) => label !== 'of')];
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
