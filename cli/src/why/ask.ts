// One question to the cluster and its answers: which pods and workloads are meant, and what is wrong with each.
import { answerWorkload, subjectOf } from './answer-workload.ts';
import { choose, readTargets } from './choose.ts';
import { type Answer, answerOf, answerPods, wellPod } from './diagnose.ts';
import type { Cluster } from './kube/cluster.ts';
import type { Workload } from './kube/objects.ts';
import { type PodView, viewPod } from './pod-view.ts';
import type { Question } from './question.ts';
import { readMore, readSnapshot } from './read-snapshot.ts';
import { type Snapshot, timeMs } from './snapshot.ts';

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
  const snapshot = await readTargets(cluster, question, await readSnapshot(cluster, question.namespace));
  const { workloads, isMeant } = await choose(cluster, question, snapshot);
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

const isNamed = ({ targets }: Question, { name }: PodView): boolean =>
  targets.some((target) => target.kind === 'Pod' && (target.name === undefined || target.name === name));

/** What a controller has replaced or counted, and an operator would sweep up: no trouble of a namespace. */
function isLeftover({ stage, pod, owners, snapshot }: PodView): boolean {
  const [owner, cron] = owners;
  if (stage !== 'failed' || owner === undefined) return false;
  if (owner.kind === 'Job') {
    const isComplete = ({ status }: Workload) =>
      status?.conditions?.some(({ type, status: is }) => type === 'Complete' && is === 'True') === true;
    const bornMs = ({ metadata }: Workload) => timeMs(metadata.creationTimestamp) ?? 0;
    // a Job that has failed is told itself; of a CronJob's, a later one may have done it
    const later = snapshot.workloads.filter(
      (job) =>
        cron !== undefined &&
        job.metadata.ownerReferences?.some(({ uid }) => uid === cron.metadata.uid) &&
        bornMs(job) > bornMs(owner),
    );
    return [owner, ...later].some(isComplete);
  }
  return pod.spec.restartPolicy !== 'Never' && (owner.status?.readyReplicas ?? 0) >= (owner.spec?.replicas ?? 1);
}
