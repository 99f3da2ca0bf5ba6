// One pod from its creation to its end: the machine decides, this starts and ends its containers.
import { type ContainerWorld, type RunningContainer, runContainer } from './container-run.ts';
import { restartsExceedLimit } from './kubelet/job-rules.ts';
import { createPodMachine, type PodAction, type PodEvent, type PodState } from './kubelet/pod-machine.ts';
import { restartsAfter } from './kubelet/restart-rules.ts';
import type { Container } from './pod/pod-spec.ts';
import type { Workload } from './pod/workload.ts';
import type { StandIn } from './processes/stand-in.ts';
import { askStartupProbe } from './processes/startup-probe.ts';
import type { End } from './report/outcome.ts';
import { createTimers } from './timers.ts';

export interface PodRunOptions {
  readonly workload: Workload;
  readonly world: ContainerWorld;
  readonly standIns: readonly StandIn[];
  readonly isHelper: (container: Container) => boolean;
  readonly maxRestartPeriodMs: number;
  /** A container that fails after so many restarts ends the rehearsal. */
  readonly maxRestarts: number;
  /** How long an app that would run for ever is run. */
  readonly runAppForMs: number;
  /** How long a container may take to end after SIGTERM. */
  readonly graceMs: number;
  /** Milliseconds from the start of the rehearsal. */
  readonly now: () => number;
  /** Aborted when the rehearsal shall end, with the End as its reason. */
  readonly signal: AbortSignal;
}

/** Runs the pod until the rehearsal is over, then ends it; answers its state from before that. */
export async function runPod(options: PodRunOptions): Promise<{ readonly state: PodState; readonly end: End }> {
  const { workload, world, now, signal } = options;
  const { emit } = world;
  const { pod } = workload;
  const machine = createPodMachine({
    restartPolicy: pod.restartPolicy,
    containers: pod.containers.map(({ rules }) => rules),
    activeDeadlineMs: pod.activeDeadlineMs,
    maxRestartPeriodMs: options.maxRestartPeriodMs,
    maxRestarts: options.maxRestarts,
  });
  const running = new Map<string, RunningContainer>();
  const probes = new Map<string, AbortController>();
  const timers = createTimers(now);
  const verdict = Promise.withResolvers<{ state: PodState; end: End }>();
  const gone = Promise.withResolvers<void>();
  let decided = false;
  let appRuns = false;

  const decide = (end: End) => {
    if (!decided) verdict.resolve({ state: machine.state(), end });
    decided = true;
  };
  const dispatch = (event: PodEvent) => {
    for (const action of machine.handle(event, now())) perform(action);
    const end = decided ? undefined : judge();
    if (end !== undefined) decide(end);
  };

  function perform(action: PodAction): void {
    switch (action.kind) {
      case 'start': {
        const container = pod.containers.find(({ name }) => name === action.container);
        if (container !== undefined) start(container, action.attempt);
        return;
      }
      case 'stop': {
        const { container } = action;
        const process = running.get(container);
        // it was only said to run
        if (process === undefined) queueMicrotask(() => dispatch({ kind: 'exited', container, exitCode: 0 }));
        else {
          emit({ kind: 'stopping', container });
          process.stop(options.graceMs);
        }
        return;
      }
      case 'back-off':
        emit({ kind: 'back-off', container: action.container, delayMs: action.delayMs });
        timers.at(action.untilMs, () => dispatch({ kind: 'woken' }));
        return;
      case 'wake':
        timers.at(action.atMs, () => dispatch({ kind: 'woken' }));
        return;
      case 'gave-up':
        decide('gave-up');
        return;
      case 'initialized':
        emit({ kind: 'initialized' });
        return;
      case 'ended': {
        const { phase, reason } = machine.state();
        if (!decided) emit({ kind: 'pod-ended', phase, reason });
        decide('pod-ended');
        gone.resolve();
      }
    }
  }

  function start(container: Container, attempt: number): void {
    const { name } = container;
    const standIn = options.standIns.find((one) => one.container === name);
    if (standIn === undefined && !options.isHelper(container)) {
      emit({ kind: 'would-start', container: name, image: container.image });
      return;
    }
    const process = runContainer(container, attempt, standIn, world, () => probe(container));
    running.set(name, process);
    const exited = (exitCode: number) => {
      running.delete(name);
      probes.get(name)?.abort();
      dispatch({ kind: 'exited', container: name, exitCode });
    };
    process.ended.then(exited, (fault: unknown) => {
      verdict.reject(fault);
      decided = true;
      exited(128);
    });
  }

  function probe({ name, startupProbe }: Container): void {
    if (startupProbe === undefined) return;
    const controller = new AbortController();
    probes.set(name, controller);
    askStartupProbe(startupProbe, controller.signal).then(
      (passed) => {
        if (controller.signal.aborted) return;
        const kind = passed ? 'startup-passed' : 'startup-failed';
        emit({ kind, container: name });
        dispatch({ kind, container: name });
      },
      () => {},
    );
  }

  /** Whether there is nothing more to learn. */
  function judge(): End | undefined {
    const { containers, initialized } = machine.state();
    const restarts = containers.reduce((sum, { attempts }) => sum + Math.max(0, attempts - 1), 0);
    if (workload.job !== undefined && restartsExceedLimit(workload.job, restarts)) return 'job-failed';
    const apps = containers.filter(({ rules: { role } }) => role === 'app');
    if (!initialized || apps.some(({ attempts }) => attempts === 0)) return undefined;
    const rehearsed = apps.filter(({ rules: { name } }) => options.standIns.some((one) => one.container === name));
    const over = rehearsed.filter(
      ({ rules, status, exitCode = 0 }) => status === 'exited' && !restartsAfter(rules, pod.restartPolicy, exitCode),
    );
    // how the others would end nobody knows; where there are none, the pod ends by itself
    if (over.length === rehearsed.length) return over.length === apps.length ? undefined : 'app-started';
    if (pod.restartPolicy === 'Always' && !appRuns) {
      appRuns = true;
      timers.at(now() + options.runAppForMs, () => decide('app-started'));
    }
    return undefined;
  }

  const stop = () => decide(signal.reason as End);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  else dispatch({ kind: 'begin' });
  try {
    return await verdict.promise;
  } finally {
    signal.removeEventListener('abort', stop);
    for (const controller of probes.values()) controller.abort();
    if (running.size > 0) emit({ kind: 'over' });
    dispatch({ kind: 'deleted' });
    await gone.promise;
    timers.clear();
  }
}
