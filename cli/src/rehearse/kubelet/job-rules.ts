// The Job controller's decisions: whether another pod follows one that failed, and when the Job gives up. Pure.
// https://kubernetes.io/docs/concepts/workloads/controllers/job/#handling-pod-and-container-failures
import type { RestartPolicy } from './restart-rules.ts';

const initialMs = 10_000;
// the controller's own constant; the documentation still says six minutes
const maxMs = 600_000;

/** One of a Job's `podFailurePolicy.rules` that asks for exit codes. */
export interface PodFailureRule {
  readonly action: 'FailJob' | 'Ignore' | 'Count';
  /** Undefined: any container, init containers included. */
  readonly container: string | undefined;
  readonly operator: 'In' | 'NotIn';
  readonly exitCodes: readonly number[];
}

export interface JobRules {
  readonly restartPolicy: RestartPolicy;
  /** Default in Kubernetes: 6. */
  readonly backoffLimit: number;
  readonly podFailureRules: readonly PodFailureRule[];
  /** The Job's own activeDeadlineSeconds; undefined for none. */
  readonly activeDeadlineMs: number | undefined;
}

export type JobFailure = 'BackoffLimitExceeded' | 'PodFailurePolicy' | 'DeadlineExceeded';

/** What follows a pod that failed. `delayMs` counts from the pod's end. */
export type AfterFailedPod =
  | { readonly kind: 'new-pod'; readonly delayMs: number; readonly failures: number }
  | { readonly kind: 'job-failed'; readonly reason: JobFailure };

/**
 * Decides after a pod with phase Failed.
 * @param failures how many pods have counted as failed before this one
 * @param ends the exit codes of the containers that ended
 */
export function afterFailedPod(
  job: JobRules,
  failures: number,
  ends: readonly { readonly container: string; readonly exitCode: number }[],
): AfterFailedPod {
  const action = actionFor(job.podFailureRules, ends);
  if (action === 'FailJob') return { kind: 'job-failed', reason: 'PodFailurePolicy' };
  const counted = action === 'Ignore' ? failures : failures + 1;
  if (counted > job.backoffLimit) return { kind: 'job-failed', reason: 'BackoffLimitExceeded' };
  return { kind: 'new-pod', delayMs: Math.min(initialMs * 2 ** Math.max(0, counted - 1), maxMs), failures: counted };
}

/** Whether a pod of restartPolicy OnFailure has been restarted too often; init containers count as well. */
export function restartsExceedLimit(job: JobRules, restarts: number): boolean {
  if (job.restartPolicy !== 'OnFailure') return false;
  return job.backoffLimit === 0 ? restarts > 0 : restarts >= job.backoffLimit;
}

/** The first rule that any container's end matches decides. An exit code of 0 never matches. */
function actionFor(
  rules: readonly PodFailureRule[],
  ends: readonly { readonly container: string; readonly exitCode: number }[],
): PodFailureRule['action'] | undefined {
  return rules.find(({ container, operator, exitCodes }) =>
    ends.some(
      (end) =>
        end.exitCode !== 0 &&
        (container === undefined || container === end.container) &&
        exitCodes.includes(end.exitCode) === (operator === 'In'),
    ),
  )?.action;
}
