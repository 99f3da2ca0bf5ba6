// From views to answers: which causes hold, for which pods alike, and how it stands altogether. Pure.
import type { CauseInfo, Fact, Finding, Outlook, WorkloadView } from './cause.ts';
import { podCauses, restCauses, workloadCauses } from './causes/index.ts';
import { bornMs, conditionOf, type PodView, rootOf } from './pod-view.ts';
import { timeMs } from './snapshot.ts';
import { spell } from './words.ts';

/** well: nothing to do. starting: on its way. stuck: something must come, or be changed. */
export type State = 'well' | 'starting' | 'stuck';

export interface Diagnosed {
  readonly cause: CauseInfo;
  readonly finding: Finding;
}

export interface Answer {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly state: State;
  /** Stuck, and nothing but a change will help. */
  readonly forGood: boolean;
  /** One sentence, without its subject and without a full stop. */
  readonly verdict: string;
  /** The first of these is the verdict's; none where all is well. */
  readonly found: readonly Diagnosed[];
  /** The pods that it holds for. */
  readonly pods: readonly string[];
  /** The workload that they belong to: `Deployment/web`; undefined for a pod that nobody controls. */
  readonly owner: string | undefined;
}

const outlookOf = ({ cause, finding }: Diagnosed): Outlook => finding.outlook ?? cause.outlook;

/** Every cause that holds for a pod: one for each container, those of the whole pod before them. */
export function diagnosePod(view: PodView): Diagnosed[] {
  if (view.stage === 'well' || view.stage === 'done') return [];
  const found: Diagnosed[] = [];
  for (const causes of [podCauses, restCauses]) {
    for (const cause of causes) {
      for (const finding of cause.find(view)) {
        const isTold = found.some((each) => covers(each, cause, finding));
        if (!isTold) found.push({ cause, finding });
      }
    }
    if (found.length > 0) break;
  }
  return found;
}

/** Whether what is known already says enough of a container, or of the whole pod. */
function covers({ cause, finding }: Diagnosed, other: CauseInfo, of: Finding): boolean {
  if (finding.container === undefined || of.container === undefined) return true;
  if (finding.container !== of.container || cause.id === other.id) return false;
  return finding.about === undefined || of.about === undefined || finding.about === of.about;
}

/** The first cause that holds for what makes pods. */
export function diagnoseWorkload(view: WorkloadView): Diagnosed[] {
  for (const cause of workloadCauses) {
    const [finding] = cause.find(view);
    if (finding !== undefined) return [{ cause, finding }];
  }
  return [];
}

export function answerOf(
  subject: Pick<Answer, 'kind' | 'name' | 'namespace' | 'pods' | 'owner'>,
  found: readonly Diagnosed[],
  well: string,
): Answer {
  const [first] = found;
  if (first === undefined) return { ...subject, state: 'well', forGood: false, verdict: well, found };
  const outlooks = found.map(outlookOf);
  return {
    ...subject,
    state: outlooks.every((outlook) => outlook === 'passing') ? 'starting' : 'stuck',
    forGood: outlooks.includes('final'),
    verdict: first.finding.verdict,
    found,
  };
}

/** The answers for pods that are not well: those of one owner with the same cause as one. */
export function answerPods(views: readonly PodView[]): Answer[] {
  const groups = new Map<string, { view: PodView; found: Diagnosed[]; names: string[] }>();
  for (const view of views) {
    const found = diagnosePod(view);
    const [first] = found;
    const { kind, name } = rootOf(view);
    const key = [view.namespace, kind, name, first?.cause.id, first?.finding.container].join(' ');
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { view, found, names: [view.name] });
    else known.names.push(view.name);
  }
  return [...groups.values()].map(({ view, found, names }) => {
    const { kind, name } = rootOf(view);
    const subject = {
      kind: 'Pod',
      name: view.name,
      namespace: view.namespace,
      pods: names,
      owner: view.owners.length === 0 ? undefined : `${kind}/${name}`,
    };
    const [first, ...others] = found;
    const facts = ownerFacts(view);
    const told = first && {
      ...first,
      finding: { ...first.finding, facts: [...(first.finding.facts ?? []), ...facts] },
    };
    return answerOf(subject, told === undefined ? [] : [told, ...others], wellPod(view));
  });
}

/** To whom a pod belongs, and how it stands with the rest of it. */
function ownerFacts({ owners }: PodView): Fact[] {
  const root = owners.at(-1);
  if (root === undefined) return [];
  const { kind = '', metadata, spec, status } = root;
  const wanted = kind === 'DaemonSet' ? status?.desiredNumberScheduled : spec?.replicas;
  const ready = status?.readyReplicas ?? status?.numberReady ?? 0;
  const counts = wanted === undefined ? '' : `, ${ready} of ${wanted} ready`;
  const isOverdue = status?.conditions?.some(({ reason }) => reason === 'ProgressDeadlineExceeded') === true;
  const rollout = isOverdue ? '; its rollout counts as failed (progressDeadlineSeconds)' : '';
  return [['of', `${kind.toLowerCase()}/${metadata.name}${counts}${rollout}`]];
}

/** What there is to say of a pod that is well. */
export function wellPod(view: PodView): string {
  if (view.stage === 'done') return 'it has done its work';
  const readyMs = timeMs(conditionOf(view.pod, 'Ready')?.lastTransitionTime);
  if (readyMs === undefined) return 'it is ready';
  const restarts = view.containers.reduce((sum, container) => sum + container.restarts, 0);
  const startMs = readyMs - bornMs(view);
  return `it is ready for ${spell(view.nowMs - readyMs)}${restarts === 0 ? `, ${spell(startMs)} after it was made` : `; its containers have been restarted ${restarts === 1 ? 'once' : `${restarts} times`}`}`;
}
