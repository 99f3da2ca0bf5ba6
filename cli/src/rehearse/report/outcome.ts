// How a rehearsal ended, in the words of a pod's status: what a cluster's answer can be compared with.

import type { ContainerState, PodState } from '../kubelet/pod-machine.ts';
import type { ContainerRole } from '../kubelet/restart-rules.ts';

/** Why the rehearsal was over. */
export type End =
  /** Every container of the app runs, or would. */
  | 'app-started'
  /** The pod ended by itself: completed or failed. */
  | 'pod-ended'
  | 'job-failed'
  /** A container was restarted more often than --max-restarts. */
  | 'gave-up'
  | 'deadline'
  | 'stopped';

export interface ContainerOutcome {
  readonly name: string;
  readonly role: ContainerRole;
  readonly state: 'waiting' | 'running' | 'terminated';
  /** As in the status: PodInitializing, CrashLoopBackOff, Completed, Error; undefined while it runs. */
  readonly reason: string | undefined;
  readonly restartCount: number;
  /** Of its last end; undefined where it never ended. */
  readonly exitCode: number | undefined;
}

export interface Outcome {
  readonly end: End;
  /** Whether every container of the app has started, or would, and none that was run lies failed. */
  readonly started: boolean;
  readonly phase: string;
  readonly reason: string | undefined;
  readonly elapsedMs: number;
  readonly containers: readonly ContainerOutcome[];
}

export function outcomeOf(state: PodState, end: End, elapsedMs: number, jobReason?: string): Outcome {
  const containers = state.containers.map((container): ContainerOutcome => {
    const { rules, status, attempts, exitCode, inBackOff } = container;
    return {
      name: rules.name,
      role: rules.role,
      state: inBackOff ? 'waiting' : status === 'exited' ? 'terminated' : status,
      reason: reasonOf(container),
      restartCount: Math.max(0, attempts - 1),
      exitCode,
    };
  });
  const apps = state.containers.filter(({ rules: { role } }) => role === 'app');
  const phase = end === 'job-failed' ? 'Failed' : state.phase;
  return {
    end,
    started:
      (end === 'app-started' || end === 'pod-ended') &&
      phase !== 'Failed' &&
      apps.every(({ attempts, status, exitCode }) => attempts > 0 && !(status === 'exited' && exitCode !== 0)),
    phase,
    reason: jobReason ?? state.reason,
    elapsedMs: Math.round(elapsedMs),
    containers,
  };
}

function reasonOf({ status, exitCode, inBackOff }: ContainerState): string | undefined {
  if (inBackOff) return 'CrashLoopBackOff';
  if (status === 'waiting') return 'PodInitializing';
  if (status === 'running') return undefined;
  return exitCode === 0 ? 'Completed' : 'Error';
}
