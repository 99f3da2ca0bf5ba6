// When the kubelet tries next, as far as the API says: the pauses are its own, the cluster's maximum may be another.

import { parseDuration } from '../../../helper/src/contract/index.ts';
import { defaultMaxRestartPeriodMs } from '../rehearse/kubelet/crash-backoff.ts';
import type { ContainerView } from './container-view.ts';
import { timeMs } from './snapshot.ts';
import { spell } from './words.ts';

const firstMs = 10_000;

/** The pause before the restart of a container that has been restarted so often: 0, 10 s, 20 s … 5 min. */
export function restartPauseMs(restarts: number): number {
  if (restarts === 0) return 0;
  return Math.min(firstMs * 2 ** Math.min(restarts - 1, 20), defaultMaxRestartPeriodMs);
}

/**
 * What the kubelet does next with a container that has ended: `the kubelet starts it again in about 40s`. Where it says
 * itself how long the pause is ("back-off 40s restarting …") that counts, else the usual pause.
 */
export function nextStart({ end, restarts, waiting, running }: ContainerView, nowMs: number): string | undefined {
  if (end === undefined || running !== undefined) return undefined;
  const said = /^back-off (\S+) restarting/.exec(waiting?.message ?? '')?.[1];
  const pauseMs = (said === undefined ? undefined : parseDuration(said)) ?? restartPauseMs(restarts);
  return inAbout((timeMs(end.finishedAt) ?? nowMs) + pauseMs - nowMs, 'starts it again');
}

/** As the first one, of a pull: 10 s, 20 s … 5 min after the last one that failed. */
export function nextPull(pulls: number, lastMs: number, nowMs: number): string {
  return inAbout(lastMs + restartPauseMs(pulls) - nowMs, 'pulls it again');
}

function inAbout(ms: number, what: string): string {
  // of many tries the kubelet tells only the first ones, so the last one known may be long ago
  if (ms < -10_000) return `the kubelet ${what} within ${spell(defaultMaxRestartPeriodMs)}`;
  return ms < 1_500 ? `the kubelet ${what} any moment` : `the kubelet ${what} in about ${spell(ms)}`;
}
