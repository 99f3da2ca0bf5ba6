// Everything that can be said of a pod before it runs: order, files, times, resources, security. Pure.

import { exitCodes } from '../../../helper/src/contract/index.ts';
import { afterRestart, type CrashBackoff, restartAtMs } from '../rehearse/kubelet/crash-backoff.ts';
import { restartsAfter } from '../rehearse/kubelet/restart-rules.ts';
import type { ManifestObject } from '../rehearse/pod/documents.ts';
import type { Container } from '../rehearse/pod/pod-spec.ts';
import { createValues } from '../rehearse/pod/values.ts';
import type { Workload } from '../rehearse/pod/workload.ts';
import { type HandOver, handOvers } from './hand-overs.ts';
import { type Part, readPart, worstMs } from './parts.ts';
import { podSecurity, type SecurityVerdict } from './pod-security.ts';
import { type PodResources, podResources, readResources } from './resources.ts';

export interface Times {
  /** How long the kubelet itself takes when everything is ready at once: it looks once a second. */
  readonly bestMs: number;
  /** Until the helper's deadlines have passed, each container once; undefined where a container's time is not known. */
  readonly worstMs: number | undefined;
  /** When a container that uses up its whole deadline is started, again and again; from 0. Empty: it never is again. */
  readonly startsMs: readonly number[];
  /** The container that these are of: the first whose time is known. */
  readonly ofContainer: string | undefined;
  /** What bounds the start from outside, such as progressDeadlineSeconds. */
  readonly bounds: readonly { readonly name: string; readonly ms: number; readonly effect: string }[];
}

/** What the end of a helper's container with an exit code means for the pod. */
export interface ExitEffect {
  readonly container: string;
  readonly code: number;
  readonly sentence: string;
  readonly effect: 'started again' | 'the pod is Failed';
}

export interface Story {
  readonly workload: Workload;
  readonly parts: readonly Part[];
  readonly handOvers: readonly HandOver[];
  readonly times: Times;
  readonly exits: readonly ExitEffect[];
  readonly resources: PodResources;
  readonly security: SecurityVerdict;
}

// the kubelet looks at its pods once a second
const kubeletStepMs = 1_000;
// how many starts are listed
const listedStarts = 5;
// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds
const defaultProgressDeadlineSeconds = 600;

export function tellStory(
  workload: Workload,
  objects: readonly ManifestObject[],
  isHelper: (container: Container) => boolean,
  parseData: (text: string) => unknown,
  maxRestartPeriodMs: number,
): Story {
  const { pod, podFields } = workload;
  const values = createValues(workload, objects, { cpus: 1, memoryBytes: 2 ** 30 });
  const parts = pod.containers.map((container) => readPart(container, isHelper(container), values, parseData));
  const lists = [...podFields.list('initContainers'), ...podFields.list('containers')];
  const resources = podResources(
    lists.map((fields, index) => {
      const container = pod.containers[index];
      return readResources(fields, container?.name ?? '', container?.rules.role ?? 'app');
    }),
    podFields,
  );
  return {
    workload,
    parts,
    handOvers: handOvers(parts),
    times: timesOf(workload, parts, maxRestartPeriodMs),
    exits: exitsOf(workload, parts),
    resources,
    security: podSecurity(podFields),
  };
}

function timesOf(workload: Workload, parts: readonly Part[], maxRestartPeriodMs: number): Times {
  const { pod } = workload;
  const before = parts.filter(({ container }) => container.rules.role !== 'app');
  const inits = before.filter(({ container }) => container.rules.role === 'init');
  const worst = inits.map(worstMs);
  const first = inits.find((part) => worstMs(part) !== undefined);
  const firstWorstMs = first === undefined ? undefined : worstMs(first);
  const again = first !== undefined && restartsAfter(first.container.rules, pod.restartPolicy, exitCodes.deadline.code);
  return {
    bestMs: before.length * kubeletStepMs,
    worstMs: worst.some((ms) => ms === undefined) ? undefined : worst.reduce<number>((sum, ms) => sum + (ms ?? 0), 0),
    startsMs: firstWorstMs !== undefined && again ? starts(firstWorstMs, maxRestartPeriodMs) : [],
    ofContainer: first?.container.name,
    bounds: boundsOf(workload),
  };
}

/** When a container that always runs for so long and then fails is started. */
function starts(runMs: number, maxRestartPeriodMs: number): number[] {
  const list: number[] = [];
  let backoff: CrashBackoff | undefined;
  for (let atMs = 0; list.length < listedStarts; ) {
    list.push(atMs);
    const finishedAtMs = atMs + runMs;
    atMs = restartAtMs(backoff, finishedAtMs);
    backoff = afterRestart(backoff, finishedAtMs, atMs, maxRestartPeriodMs);
  }
  return list;
}

function boundsOf({ kind, pod, job, workloadFields }: Workload): Times['bounds'] {
  const bounds: { name: string; ms: number; effect: string }[] = [];
  if (kind === 'Deployment') {
    const seconds = workloadFields.number('progressDeadlineSeconds') ?? defaultProgressDeadlineSeconds;
    const effect = 'then the rollout counts as failed, for kubectl rollout status, Argo CD and others; the pod goes on';
    bounds.push({ name: 'progressDeadlineSeconds', ms: seconds * 1_000, effect });
  }
  if (pod.activeDeadlineMs !== undefined) {
    bounds.push({
      name: "the pod's activeDeadlineSeconds",
      ms: pod.activeDeadlineMs,
      effect: 'then the pod is Failed',
    });
  }
  if (job?.activeDeadlineMs !== undefined) {
    bounds.push({
      name: "the Job's activeDeadlineSeconds",
      ms: job.activeDeadlineMs,
      effect: 'then the Job has failed',
    });
  }
  return bounds;
}

function exitsOf({ pod }: Workload, parts: readonly Part[]): ExitEffect[] {
  const { deadline, permanent, usage } = exitCodes;
  return parts
    .filter(({ isHelper, container }) => isHelper && container.rules.role === 'init')
    .flatMap(({ container }) =>
      [deadline, permanent, usage].map(({ code, sentence }) => ({
        container: container.name,
        code,
        sentence,
        effect: restartsAfter(container.rules, pod.restartPolicy, code) ? 'started again' : 'the pod is Failed',
      })),
    );
}
