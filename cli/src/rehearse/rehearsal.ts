// One workload from its files to its outcome: lays out the volumes, starts the network, runs pod after pod.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../fault.ts';
import { startNetwork } from './cluster/network.ts';
import type { HostFlag, ServiceFlag } from './cluster/service-flag.ts';
import { gatherHosts, gatherServices, serviceVariables } from './cluster/services.ts';
import { type ContainerWorld, prepareContainer } from './container-run.ts';
import { afterFailedPod } from './kubelet/job-rules.ts';
import type { ManifestObject } from './pod/documents.ts';
import type { Container } from './pod/pod-spec.ts';
import { createValues, type Machine } from './pod/values.ts';
import { layVolumes } from './pod/volumes-on-disk.ts';
import type { Workload } from './pod/workload.ts';
import { type PodRunOptions, runPod } from './pod-run.ts';
import type { StandIn } from './processes/stand-in.ts';
import type { NewEvent, RehearsalEvent } from './report/events.ts';
import { type End, type Outcome, outcomeOf } from './report/outcome.ts';
import { createTimers } from './timers.ts';

export interface RehearsalSettings {
  readonly services: readonly ServiceFlag[];
  readonly hosts: readonly HostFlag[];
  readonly standIns: readonly StandIn[];
  /** Folders that take the place of volumes, by the volume's name. */
  readonly volumes: ReadonlyMap<string, string>;
  readonly allowNetwork: boolean;
  readonly maxRestartPeriodMs: number;
  readonly maxRestarts: number;
  readonly runAppForMs: number;
  /** How long the rehearsal of one workload may take. */
  readonly deadlineMs: number;
  readonly isHelper: (container: Container) => boolean;
  readonly helperProgram: readonly [program: string, script: string];
  readonly parseData: (text: string) => unknown;
  readonly userEnv: Readonly<Record<string, string | undefined>>;
  readonly userFolder: string;
  readonly machine: Machine;
}

// a terminal is waited at, so it does not get the thirty seconds of a pod
const longestGraceMs = 3_000;

/**
 * Rehearses a workload in a folder, which holds all that is written.
 * @param stopSignal ends the rehearsal
 * @throws Fault before anything was started
 */
export async function rehearse(
  workload: Workload,
  objects: readonly ManifestObject[],
  settings: RehearsalSettings,
  folder: string,
  onEvent: (event: RehearsalEvent) => void,
  stopSignal: AbortSignal,
): Promise<Outcome> {
  checkStandIns(workload, settings);
  await mkdir(folder, { recursive: true });
  const values = createValues(workload, objects, settings.machine);
  const services = gatherServices(objects, settings.services, workload.namespace);
  const startMs = performance.now();
  const now = () => performance.now() - startMs;
  const emit = (event: NewEvent) => onEvent({ atMs: Math.round(now()), ...event } as RehearsalEvent);

  const network = await startNetwork({
    workload,
    services,
    hosts: gatherHosts(settings.hosts),
    allowNetwork: settings.allowNetwork,
    folder,
    now,
    onService: ({ name, namespace }, what, port) => {
      const service = namespace === workload.namespace ? name : `${name}.${namespace}`;
      emit({ kind: what === 'created' ? 'service-created' : 'service-ready', service, port: port?.port });
    },
    onUndeclared: (shown, cure) => emit({ kind: 'note', message: `${shown} is not there in this rehearsal`, cure }),
  });
  const over = new AbortController();
  const end = (reason: End) => over.abort(reason);
  const timers = createTimers(now);
  const jobDeadlineMs = workload.job?.activeDeadlineMs;
  timers.at(settings.deadlineMs, () => end('deadline'));
  if (jobDeadlineMs !== undefined) timers.at(jobDeadlineMs, () => end('job-failed'));
  const stop = () => end('stopped');
  stopSignal.addEventListener('abort', stop, { once: true });
  if (stopSignal.aborted) stop();
  try {
    let failures = 0;
    for (let number = 1; ; number++) {
      // a pod of its own has volumes of its own
      const podFolder = number === 1 ? folder : join(folder, `pod-${number}`);
      const world: ContainerWorld = {
        volumes: await layVolumes(workload.pod, join(podFolder, 'volumes'), settings.volumes, values),
        values,
        network,
        serviceVariables: serviceVariables(services, workload.namespace, workload.pod.serviceLinks),
        helperProgram: settings.helperProgram,
        parseData: settings.parseData,
        folder: join(podFolder, 'containers'),
        userEnv: settings.userEnv,
        userFolder: settings.userFolder,
        emit,
      };
      if (number === 1) await check(workload, settings, world);
      emit({ kind: 'pod-created', pod: workload.podName, number });
      const run = await runPod({ ...podOptions(workload, settings), world, now, signal: over.signal });
      const { job } = workload;
      if (job === undefined || run.end !== 'pod-ended' || run.state.phase !== 'Failed') {
        const jobReason = jobFailure(run.end, over.signal, jobDeadlineMs, now());
        if (jobReason !== undefined) emit({ kind: 'job-failed', reason: jobReason });
        return outcomeOf(run.state, run.end, now(), jobReason);
      }
      const ends = run.state.containers.flatMap(({ rules: { name }, status, exitCode }) =>
        status === 'exited' && exitCode !== undefined ? [{ container: name, exitCode }] : [],
      );
      const next = afterFailedPod(job, failures, ends);
      if (next.kind === 'job-failed') {
        emit(next);
        return outcomeOf(run.state, 'job-failed', now(), next.reason);
      }
      if (number > settings.maxRestarts) return outcomeOf(run.state, 'gave-up', now());
      failures = next.failures;
      const delayMs = Math.min(next.delayMs, settings.maxRestartPeriodMs);
      emit({ kind: 'next-pod', delayMs });
      try {
        await sleep(delayMs, undefined, { signal: over.signal });
      } catch {
        return outcomeOf(run.state, over.signal.reason as End, now());
      }
    }
  } finally {
    timers.clear();
    stopSignal.removeEventListener('abort', stop);
    await network.close();
  }
}

function podOptions(workload: Workload, settings: RehearsalSettings): Omit<PodRunOptions, 'world' | 'now' | 'signal'> {
  return {
    workload,
    standIns: settings.standIns,
    isHelper: settings.isHelper,
    maxRestartPeriodMs: settings.maxRestartPeriodMs,
    maxRestarts: settings.maxRestarts,
    runAppForMs: settings.runAppForMs,
    graceMs: Math.min(workload.pod.graceMs, longestGraceMs),
  };
}

function jobFailure(end: End, signal: AbortSignal, deadlineMs: number | undefined, nowMs: number): string | undefined {
  if (end !== 'job-failed') return undefined;
  return signal.aborted && deadlineMs !== undefined && nowMs >= deadlineMs
    ? 'DeadlineExceeded'
    : 'BackoffLimitExceeded';
}

/** @throws Fault for whatever a container lacks, before the first is started */
async function check({ pod }: Workload, settings: RehearsalSettings, world: ContainerWorld): Promise<void> {
  for (const container of pod.containers) {
    const standIn = settings.standIns.find((one) => one.container === container.name);
    if (standIn !== undefined || settings.isHelper(container)) {
      await prepareContainer(container, standIn, world, join(world.folder, 'none'));
    }
  }
}

/** @throws Fault naming every init container that neither is the helper nor has a stand-in */
function checkStandIns({ kind, name, pod }: Workload, { standIns, isHelper }: RehearsalSettings): void {
  const foreign = pod.containers.filter(
    (container) =>
      container.rules.role !== 'app' &&
      !isHelper(container) &&
      !standIns.some((standIn) => standIn.container === container.name),
  );
  if (foreign.length === 0) return;
  const list = foreign.map((container) => `${container.name} (image ${container.image})`).join(', ');
  const [first] = foreign;
  const line = first?.rules.role === 'sidecar' ? 'sleep infinity' : 'COMMAND';
  throw new Fault(
    'input',
    `${kind} ${name}: a rehearsal runs no foreign image, and these must run before the app: ${list}`,
    {
      cure: `say what takes its place: --stand-in ${first?.name}='${line}', or --stand-in ${first?.name}=true to count it as done`,
    },
  );
}
