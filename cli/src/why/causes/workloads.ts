// What makes pods and does not: scaled to zero, paused, suspended, a Job that has failed, no node for a DaemonSet.
import type { Finding, WorkloadCause, WorkloadView } from '../cause.ts';
import { timeMs } from '../snapshot.ts';
import { counted, quoted, spell } from '../words.ts';

const conditionOf = ({ workload }: WorkloadView, type: string) =>
  workload.status?.conditions?.find((each) => each.type === type && each.status === 'True');

const resourceOf = ({ kind, name }: WorkloadView): string => `${kind.toLowerCase()}/${name}`;

export const scaledToZero: WorkloadCause = {
  id: 'scaled-to-zero',
  what: 'The workload is asked for no pods (replicas: 0).',
  cure: 'Scale it up, if that was not meant.',
  outlook: 'final',
  *find(view) {
    if (!/^(Deployment|StatefulSet|ReplicaSet)$/.test(view.kind) || view.workload.spec?.replicas !== 0) return;
    yield {
      verdict: 'it is scaled to zero: nobody asks for a pod',
      commands: [`scale ${resourceOf(view)} --replicas=1`],
    };
  },
};

export const paused: WorkloadCause = {
  id: 'paused',
  what: 'The Deployment is paused: changes of its template make no pods.',
  cure: 'Resume it, if that was not meant.',
  outlook: 'final',
  *find(view) {
    const { spec, status } = view.workload;
    if (spec?.paused !== true || (status?.updatedReplicas ?? 0) >= (spec.replicas ?? 1)) return;
    yield {
      verdict: 'its rollout is paused, so pods of the new template are not made',
      commands: [`rollout resume ${resourceOf(view)}`],
    };
  },
};

export const suspended: WorkloadCause = {
  id: 'suspended',
  what: 'The Job or CronJob is suspended: it makes no pods.',
  cure: 'Set suspend to false, if that was not meant; a queue (Kueue) does so by itself.',
  outlook: 'final',
  *find(view) {
    if (!/^(Job|CronJob)$/.test(view.kind) || view.workload.spec?.suspend !== true) return;
    const sinceMs = timeMs(conditionOf(view, 'Suspended')?.lastTransitionTime);
    yield {
      verdict: 'it is suspended: it makes no pods',
      ...(sinceMs === undefined ? {} : { sinceMs }),
      outlook: view.kind === 'Job' ? 'open' : 'final',
      commands: [`patch ${resourceOf(view)} -p '{"spec":{"suspend":false}}'`],
    };
  },
};

function* jobFailure(view: WorkloadView, reason: RegExp, tell: (message: string) => string): Iterable<Finding> {
  const failed = conditionOf(view, 'Failed') ?? conditionOf(view, 'FailureTarget');
  if (view.kind !== 'Job' || failed === undefined || !reason.test(failed.reason ?? '')) return;
  const sinceMs = timeMs(failed.lastTransitionTime);
  yield {
    verdict: tell(quoted(failed.message ?? failed.reason ?? '')),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    commands: [`describe ${resourceOf(view)}`],
  };
}

export const jobDeadline: WorkloadCause = {
  id: 'job-deadline',
  what: 'The Job lasted longer than its activeDeadlineSeconds: its pods were ended and deleted. Waits of init containers count.',
  cure: 'Raise activeDeadlineSeconds above the deadlines of its waits, or see what took so long; then make the Job anew.',
  outlook: 'final',
  find: (view) =>
    jobFailure(view, /^DeadlineExceeded$/, () => {
      const seconds = view.workload.spec?.activeDeadlineSeconds;
      return `it has failed: it took longer than its deadline${seconds === undefined ? '' : `, activeDeadlineSeconds ${seconds}`}`;
    }),
};

export const jobFailed: WorkloadCause = {
  id: 'job-failed',
  what: 'The Job has failed: too many of its pods did (backoffLimit), or its podFailurePolicy said so.',
  cure: 'See why its pods failed. A Job that has failed stays so: delete it and make it anew.',
  outlook: 'final',
  find: (view) =>
    jobFailure(view, /^(?!DeadlineExceeded$)/, (message) => {
      const { failed = 0 } = view.workload.status ?? {};
      if (/backoff limit/.test(message)) return `it has failed: ${counted(failed, 'pod')} of it did, as many as may`;
      return `it has failed after ${counted(failed, 'pod')}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
    }),
};

/** The Job controller doubles its pause up to ten minutes. */
const longestJobPauseMs = 600_000;

export const jobRetries: WorkloadCause = {
  id: 'job-retries',
  what: 'Pods of the Job have failed, and it pauses before it makes the next one: 10s, doubling.',
  cure: 'See why its pods fail; it gives up after backoffLimit of them.',
  outlook: 'open',
  *find(view) {
    const { status, spec } = view.workload;
    const failed = status?.failed ?? 0;
    if (view.kind !== 'Job' || failed === 0 || (typeof status?.active === 'number' && status.active > 0)) return;
    if (conditionOf(view, 'Failed') !== undefined || conditionOf(view, 'Complete') !== undefined) return;
    const ends = view.pods.flatMap(({ status: one }) =>
      (one?.containerStatuses ?? []).flatMap(({ state }) => timeMs(state?.terminated?.finishedAt) ?? []),
    );
    const pauseMs = Math.min(failed === 0 ? 0 : 10_000 * 2 ** (failed - 1), longestJobPauseMs);
    const restMs = Math.max(0, (ends.length === 0 ? view.nowMs : Math.max(...ends)) + pauseMs - view.nowMs);
    yield {
      verdict: `${counted(failed, 'pod')} of it failed, of ${(spec?.backoffLimit ?? 6) + 1} that may`,
      next: `the Job makes another pod in about ${spell(restMs)}`,
      commands: [`describe ${resourceOf(view)}`],
    };
  },
};

export const noNodeMatches: WorkloadCause = {
  id: 'no-node-matches',
  what: 'No node is one that the DaemonSet may run on: its nodeSelector or affinity matches none.',
  cure: 'Correct the nodeSelector or affinity of its pod template, or label nodes.',
  outlook: 'open',
  *find(view) {
    const { kind, workload, snapshot } = view;
    if (
      kind !== 'DaemonSet' ||
      workload.status?.desiredNumberScheduled !== 0 ||
      workload.status.observedGeneration === undefined
    )
      return;
    const labels = Object.entries(workload.spec?.template?.spec?.nodeSelector ?? {}).map(
      ([key, value]) => `${key}=${value}`,
    );
    yield {
      verdict: `${snapshot.denied.has('nodes') ? 'no node' : `none of ${counted(snapshot.nodes.length, 'node')}`} is one that it may run on${labels.length === 0 ? '' : `: its nodeSelector asks for ${labels.join(', ')}`}`,
      commands: ['get nodes --show-labels'],
    };
  },
};

export const tooFewPods: WorkloadCause = {
  id: 'too-few-pods',
  what: 'The workload has fewer pods than it shall have, and nothing says why: its controller is at it, or has not come to it yet.',
  cure: 'Wait a moment; where it lasts, see whether kube-controller-manager runs.',
  outlook: 'passing',
  *find(view) {
    const { kind, workload, pods, nowMs } = view;
    const { status, metadata } = workload;
    if (kind === 'CronJob' || (status?.succeeded ?? 0) > 0 || status?.completionTime !== undefined) return;
    const wanted =
      kind === 'DaemonSet'
        ? (status?.desiredNumberScheduled ?? 1)
        : kind === 'Job'
          ? 1
          : (workload.spec?.replicas ?? 1);
    const living = pods.filter(
      (pod) => pod.metadata.deletionTimestamp === undefined && (kind === 'Job' || pod.status?.phase !== 'Failed'),
    );
    const isSeen = (status?.observedGeneration ?? metadata.generation ?? 0) >= (metadata.generation ?? 0);
    if (living.length >= wanted && isSeen) return;
    const sinceMs = timeMs(metadata.creationTimestamp) ?? nowMs;
    yield {
      verdict:
        living.length >= wanted
          ? 'its controller has not seen its last change yet'
          : `it has ${living.length === 0 ? 'no pods' : counted(living.length, 'pod')} of ${wanted}`,
      ...(living.length === 0 ? { sinceMs } : {}),
      outlook: living.length === 0 && nowMs - sinceMs > 30_000 ? 'open' : 'passing',
      commands: [`describe ${resourceOf(view)}`],
    };
  },
};
