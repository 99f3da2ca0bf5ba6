// The kubelet's decisions about one pod: events in, actions out. It has no clock, starts nothing and says nothing.
// As in the kubelet, every event is followed by one look at the whole (`sync`) that decides what is missing.
// https://kubernetes.io/docs/concepts/workloads/pods/init-containers/ and …/sidecar-containers/
import { afterRestart, type CrashBackoff, restartAtMs } from './crash-backoff.ts';
import { type ContainerRules, type RestartPolicy, restartsAfter } from './restart-rules.ts';

export interface PodRules {
  readonly restartPolicy: RestartPolicy;
  /** Init containers and sidecars in the order of their start, then the app's containers. */
  readonly containers: readonly ContainerRules[];
  /** The pod's activeDeadlineSeconds; undefined for none. */
  readonly activeDeadlineMs: number | undefined;
  /** The longest pause between two starts of a container. */
  readonly maxRestartPeriodMs: number;
  /** After so many restarts a container that fails is not started again. The kubelet knows no such limit: a rehearsal's. */
  readonly maxRestarts: number;
}

export type PodEvent =
  | { readonly kind: 'begin' }
  | { readonly kind: 'exited'; readonly container: string; readonly exitCode: number }
  | { readonly kind: 'startup-passed'; readonly container: string }
  | { readonly kind: 'startup-failed'; readonly container: string }
  /** The moment has come that a `back-off` or `wake` named. */
  | { readonly kind: 'woken' }
  | { readonly kind: 'deleted' };

export type PodAction =
  | { readonly kind: 'start'; readonly container: string /** From 1. */; readonly attempt: number }
  | { readonly kind: 'stop'; readonly container: string }
  /** CrashLoopBackOff; the machine wants to be woken then. */
  | { readonly kind: 'back-off'; readonly container: string; readonly delayMs: number; readonly untilMs: number }
  | { readonly kind: 'wake'; readonly atMs: number }
  /** The container has failed after `maxRestarts`. May come again. */
  | { readonly kind: 'gave-up'; readonly container: string }
  /** Every init container is done and every sidecar started: the app is next. */
  | { readonly kind: 'initialized' }
  /** Nothing runs any more and nothing will. */
  | { readonly kind: 'ended' };

export interface ContainerState {
  readonly rules: ContainerRules;
  readonly status: 'waiting' | 'running' | 'exited';
  /** How often it was started. */
  readonly attempts: number;
  /** Of its last end; undefined before the first. */
  readonly exitCode: number | undefined;
  readonly inBackOff: boolean;
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export interface PodState {
  readonly phase: PodPhase;
  /** As in the pod's status; only where Kubernetes gives one. */
  readonly reason: 'DeadlineExceeded' | undefined;
  readonly initialized: boolean;
  readonly containers: readonly ContainerState[];
}

export interface PodMachine {
  /** Takes an event that happened at `nowMs` (which never goes back) and answers what to do, in order. */
  handle(event: PodEvent, nowMs: number): readonly PodAction[];
  state(): PodState;
}

interface Container {
  readonly rules: ContainerRules;
  status: 'waiting' | 'running' | 'exited';
  attempts: number;
  exitCode: number | undefined;
  finishedAtMs: number;
  /** The startup probe has passed, or there is none. */
  started: boolean;
  backoff: CrashBackoff | undefined;
  /** The pause after its last end has been announced. */
  announced: boolean;
  stopping: boolean;
}

export function createPodMachine(rules: PodRules): PodMachine {
  const containers = rules.containers.map(
    (container): Container => ({
      rules: container,
      status: 'waiting',
      attempts: 0,
      exitCode: undefined,
      finishedAtMs: 0,
      started: false,
      backoff: undefined,
      announced: false,
      stopping: false,
    }),
  );
  const inits = containers.filter(({ rules: { role } }) => role !== 'app');
  const apps = containers.filter(({ rules: { role } }) => role === 'app');
  let beganAtMs = 0;
  let initialized = false;
  let terminating = false;
  let ended = false;
  let reason: PodState['reason'];
  let actions: PodAction[] = [];

  const restarts = ({ rules: container, exitCode }: Container) =>
    restartsAfter(container, rules.restartPolicy, exitCode ?? 0);
  const isOver = (container: Container) => container.status === 'exited' && !restarts(container);

  function sync(nowMs: number): void {
    if (ended) return;
    if (rules.activeDeadlineMs !== undefined && !terminating && nowMs - beganAtMs >= rules.activeDeadlineMs) {
      terminating = true;
      reason = 'DeadlineExceeded';
    }
    if (!terminating && !initialized) initialize(nowMs);
    if (!terminating && initialized) run(nowMs);
    if (terminating) terminate();
  }

  /** The furthest container that was ever started decides; sidecars before it are only kept running. */
  function initialize(nowMs: number): void {
    let furthest = inits.findLastIndex(({ attempts }) => attempts > 0);
    for (const sidecar of inits.slice(0, Math.max(0, furthest))) {
      if (sidecar.rules.role === 'sidecar' && sidecar.status === 'exited') restart(sidecar, nowMs);
    }
    for (;;) {
      const container = inits[furthest];
      if (container?.status === 'exited') {
        if (container.exitCode !== 0 || container.rules.role === 'sidecar') {
          if (restarts(container)) restart(container, nowMs);
          else terminating = true;
          return;
        }
      } else if (container?.status === 'running' && !(container.rules.role === 'sidecar' && container.started)) {
        return;
      }
      const next = inits[++furthest];
      if (next === undefined) break;
      start(next);
    }
    initialized = true;
    actions.push({ kind: 'initialized' });
  }

  function run(nowMs: number): void {
    for (const container of containers) {
      if (container.status === 'waiting') start(container);
      else if (container.status === 'exited' && container.rules.role !== 'init' && restarts(container)) {
        // once the app is over for good its sidecars are ended, not started again
        if (container.rules.role === 'app' || !apps.every(isOver)) restart(container, nowMs);
      }
    }
    terminating = apps.every(isOver);
  }

  /** The app and init containers at once, then the sidecars one by one, the last first. */
  function terminate(): void {
    const running = containers.filter(({ status }) => status === 'running');
    const others = running.filter(({ rules: { role } }) => role !== 'sidecar');
    for (const container of others.length > 0 ? others : running.slice(-1)) stop(container);
    if (running.length > 0) return;
    ended = true;
    actions.push({ kind: 'ended' });
  }

  function start(container: Container): void {
    container.status = 'running';
    container.attempts++;
    container.started = !container.rules.hasStartupProbe;
    container.announced = false;
    container.stopping = false;
    actions.push({ kind: 'start', container: container.rules.name, attempt: container.attempts });
  }

  function restart(container: Container, nowMs: number): void {
    const untilMs = restartAtMs(container.backoff, container.finishedAtMs);
    const { name } = container.rules;
    if (nowMs < untilMs && !container.announced) {
      // the clock may have parts of a millisecond
      const delayMs = Math.round(untilMs - container.finishedAtMs);
      actions.push({ kind: 'back-off', container: name, delayMs, untilMs });
      container.announced = true;
    }
    if (container.exitCode !== 0 && container.attempts > rules.maxRestarts) {
      actions.push({ kind: 'gave-up', container: name });
    } else if (nowMs >= untilMs) {
      container.backoff = afterRestart(container.backoff, container.finishedAtMs, nowMs, rules.maxRestartPeriodMs);
      start(container);
    }
  }

  function stop(container: Container): void {
    if (container.stopping) return;
    container.stopping = true;
    actions.push({ kind: 'stop', container: container.rules.name });
  }

  function take(event: PodEvent, nowMs: number): void {
    switch (event.kind) {
      case 'begin':
        beganAtMs = nowMs;
        if (rules.activeDeadlineMs !== undefined) {
          actions.push({ kind: 'wake', atMs: nowMs + rules.activeDeadlineMs });
        }
        return;
      case 'deleted':
        terminating = true;
        return;
      case 'woken':
        return;
      default: {
        const container = containers.find(({ rules: { name } }) => name === event.container);
        // a probe's answer may come after the end of what it asked
        if (container?.status !== 'running') return;
        if (event.kind === 'startup-passed') container.started = true;
        else if (event.kind === 'startup-failed') stop(container);
        else Object.assign(container, { status: 'exited', exitCode: event.exitCode, finishedAtMs: nowMs });
      }
    }
  }

  function phase(): PodPhase {
    if (reason !== undefined) return 'Failed';
    if (!initialized)
      return inits.some((container) => isOver(container) && container.exitCode !== 0) ? 'Failed' : 'Pending';
    if (!apps.every(isOver)) return apps.some(({ attempts }) => attempts === 0) ? 'Pending' : 'Running';
    return apps.every(({ exitCode }) => exitCode === 0) ? 'Succeeded' : 'Failed';
  }

  return {
    handle(event, nowMs) {
      actions = [];
      take(event, nowMs);
      sync(nowMs);
      return actions;
    },
    state: () => ({
      phase: phase(),
      reason,
      initialized,
      containers: containers.map(({ rules: container, status, attempts, exitCode, announced }) => ({
        rules: container,
        status,
        attempts,
        exitCode,
        inBackOff: status === 'exited' && announced,
      })),
    }),
  };
}
