// Deadlines of the helper's steps against those of the workload.
import { formatDuration } from '../../../../helper/src/contract/index.ts';
import { helperUse } from '../helper-steps.ts';
import { initContainers } from '../pod.ts';
import type { Rule } from '../rule.ts';
import type { Value } from '../value.ts';
import { jobSpec, type LintObject, type LintSettings } from '../world.ts';

interface Bound {
  readonly field: string;
  readonly seconds: number;
  readonly effect: string;
  /** Undefined where it is a default, or stands in no manifest. */
  readonly at: Value | undefined;
  readonly cure: (seconds: number) => string;
}

// https://helm.sh/docs/helm/helm_install/
const defaultHelmMs = 300_000;
// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds
const defaultProgressSeconds = 600;

export const waitBudget: Rule = {
  id: 'wait-budget',
  severity: 'warning',
  reason:
    'A Deployment that makes no progress for `progressDeadlineSeconds` (600 by default) counts as failed for `kubectl rollout status`, Argo CD and Helm, and a Job or pod is ended by `activeDeadlineSeconds`: in both, the time of init containers counts. Helm waits for its hooks no longer than its `--timeout`, 5 minutes by default, and with `--wait` for everything; `--helm-timeout` says how long that is. Steps that may take longer are cut, or judged, in the middle.',
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
    for (const { field, seconds, effect, at, cure } of boundsOf(object, world.settings)) {
      if (sumMs <= seconds * 1_000) continue;
      yield {
        at: at ?? longest,
        message: `the helper's steps may take ${formatDuration(sumMs)}, ${field} is ${seconds}s: ${effect}`,
        cure: cure(Math.ceil(sumMs / 1_000)),
      };
    }
  },
};

function boundsOf(object: LintObject, { helmTimeoutMs }: LintSettings): Bound[] {
  const { kind, value, pod } = object;
  const job = jobSpec(object);
  const bound = (holder: Value | undefined, field: string, effect: string, preset?: number): Bound[] => {
    const seconds = holder?.numberAt(field) ?? preset;
    if (seconds === undefined) return [];
    const at = holder?.get(field);
    const cure = (needed: number) => `set ${field} to more than ${needed}, or shorten --deadline`;
    return [{ field: at === undefined ? `${field} by default` : field, seconds, effect, at, cure }];
  };
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
    ...helmBound(value.get('metadata', 'annotations', 'helm.sh/hook'), helmTimeoutMs),
  ];
}

/** Helm waits for hooks in any case, for all the rest where its timeout was said to count. */
function helmBound(hook: Value | undefined, timeoutMs: number | undefined): Bound[] {
  if (hook === undefined && timeoutMs === undefined) return [];
  const field = timeoutMs === undefined ? "Helm's --timeout by default" : "Helm's --timeout";
  const effect = hook === undefined ? 'helm --wait gives up before' : `the ${hook.text} hook has failed before`;
  const cure = (needed: number) =>
    `shorten --deadline, or call helm with --timeout ${formatDuration((needed + 1) * 1_000)}`;
  return [{ field, seconds: (timeoutMs ?? defaultHelmMs) / 1_000, effect, at: undefined, cure }];
}
