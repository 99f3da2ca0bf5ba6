// How long the kubelet keeps a container that ended from starting again. Pure; times in milliseconds.
// https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy: the first restart is immediate,
// then 10 s, 20 s, 40 s … up to 300 s; ten minutes without a restart and it begins anew.

const initialMs = 10_000;
const forgottenAfterMs = 600_000;

/** The longest pause, unless the kubelet is told otherwise (crashLoopBackOff.maxContainerRestartPeriod). */
export const defaultMaxRestartPeriodMs = 300_000;

/** What the kubelet remembers of a container that it has started again; undefined before the first time. */
export interface CrashBackoff {
  readonly delayMs: number;
  /** When it was started again. */
  readonly updatedAtMs: number;
}

/** When a container that ended at `finishedAtMs` may be started again. */
export function restartAtMs(backoff: CrashBackoff | undefined, finishedAtMs: number): number {
  return isForgotten(backoff, finishedAtMs) ? finishedAtMs : finishedAtMs + backoff.delayMs;
}

/** What to remember when it is started again at `nowMs`. */
export function afterRestart(
  backoff: CrashBackoff | undefined,
  finishedAtMs: number,
  nowMs: number,
  maxRestartPeriodMs: number,
): CrashBackoff {
  const grownMs = isForgotten(backoff, finishedAtMs) ? initialMs : backoff.delayMs * 2;
  return { delayMs: Math.min(grownMs, maxRestartPeriodMs), updatedAtMs: nowMs };
}

function isForgotten(backoff: CrashBackoff | undefined, finishedAtMs: number): backoff is undefined {
  return backoff === undefined || finishedAtMs - backoff.updatedAtMs > forgottenAfterMs;
}
