// Deadlines of the helper's steps against those of the workload.
import { formatDuration } from '../../../../helper/src/contract/index.ts';
import { helperUse } from '../helper-steps.ts';
import { initContainers } from '../pod.ts';
import type { Rule } from '../rule.ts';
import type { Value } from '../value.ts';
import type { LintObject } from '../world.ts';

interface Bound {
  readonly field: string;
  readonly seconds: number;
  readonly effect: string;
  /** Undefined where it is Kubernetes' default. */
  readonly at: Value | undefined;
}

// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds
const defaultProgressSeconds = 600;

export const waitBudget: Rule = {
  id: 'wait-budget',
  severity: 'warning',
  reason:
    'A Deployment that makes no progress for `progressDeadlineSeconds` (600 by default) counts as failed for `kubectl rollout status`, Argo CD and Helm, and a Job or pod is ended by `activeDeadlineSeconds`: in both, the time of init containers counts. Steps that may take longer are cut, or judged, in the middle.',
  cure: 'Shorten the deadlines of the steps, run them at the same time (`together` in a plan), or raise the field.',
  example: {
    bad: `  progressDeadlineSeconds: 300
  template:
    metadata:
      labels: {app: web}
    spec:
      initContainers:
      - name: wait
        image: greenroom/helper:0.1.0
        args: [wait, 'tcp://db:5432', --deadline, 15m]`,
    good: `  progressDeadlineSeconds: 1020
  template:
    metadata:
      labels: {app: web}
    spec:
      initContainers:
      - name: wait
        image: greenroom/helper:0.1.0
        args: [wait, 'tcp://db:5432', --deadline, 15m]`,
  },
  *check(object, world) {
    if (object.pod === undefined) return;
    let [sumMs, longestMs] = [0, 0];
    let longest: Value | undefined;
    for (const container of initContainers(object.pod)) {
      const use = helperUse(container, object, world);
      if (use.kind !== 'steps' || container.role !== 'init') continue;
      for (const steps of use.items) {
        const ms = Math.max(...steps.map(({ step }) => step.options.deadlineMs));
        sumMs += ms;
        if (ms > longestMs) {
          longestMs = ms;
          longest = steps[0]?.placeOf('--deadline');
        }
      }
    }
    if (longest === undefined) return;
    for (const { field, seconds, effect, at } of boundsOf(object)) {
      if (sumMs <= seconds * 1_000) continue;
      yield {
        at: at ?? longest,
        message: `the helper's steps may take ${formatDuration(sumMs)}, ${field}${at === undefined ? ' by default' : ''} is ${seconds}s: ${effect}`,
        cure: `set ${field} to more than ${Math.ceil(sumMs / 1_000)}, or shorten --deadline`,
      };
    }
  },
};

function boundsOf({ kind, value, pod }: LintObject): Bound[] {
  const bound = (holder: Value | undefined, field: string, effect: string, preset?: number): Bound[] => {
    const seconds = holder?.numberAt(field) ?? preset;
    return seconds === undefined ? [] : [{ field, seconds, effect, at: holder?.get(field) }];
  };
  const job =
    kind === 'CronJob' ? value.get('spec', 'jobTemplate', 'spec') : kind === 'Job' ? value.get('spec') : undefined;
  return [
    ...(kind === 'Deployment'
      ? bound(
          value.get('spec'),
          'progressDeadlineSeconds',
          'the rollout counts as failed before',
          defaultProgressSeconds,
        )
      : []),
    ...bound(job, 'activeDeadlineSeconds', 'the Job is ended before'),
    ...(job !== undefined || kind === 'Pod'
      ? bound(pod?.spec, 'activeDeadlineSeconds', 'the pod is ended before')
      : []),
  ];
}
