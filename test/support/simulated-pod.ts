// Runs a pod machine over scripted containers on a virtual clock, and writes down what it does.
import {
  createPodMachine,
  type PodAction,
  type PodEvent,
  type PodRules,
  type PodState,
} from '../../cli/src/rehearse/kubelet/pod-machine.ts';
import type { ContainerRules } from '../../cli/src/rehearse/kubelet/restart-rules.ts';

/** How one attempt of a container goes; a container that has no more attempts scripted runs until it is stopped. */
export interface Attempt {
  readonly runMs: number;
  readonly exitCode: number;
}

/** When the startup probe of a sidecar answers, after its start. */
export interface ProbeAnswer {
  readonly afterMs: number;
  readonly passed: boolean;
}

export interface SimulatedContainer extends Partial<ContainerRules> {
  readonly name: string;
  readonly attempts?: readonly Attempt[];
  readonly probes?: readonly ProbeAnswer[];
  /** What it exits with when it is stopped; default 143. */
  readonly stoppedExitCode?: number;
}

export interface Simulation {
  /** Such as `10000 start db 2`, in order. */
  readonly lines: readonly string[];
  readonly state: PodState;
  readonly actions: readonly { readonly atMs: number; readonly action: PodAction }[];
}

/** Runs until nothing is left to happen, or until `limitMs`. */
export function simulatePod(
  containers: readonly SimulatedContainer[],
  rules: Partial<Omit<PodRules, 'containers'>> & { readonly limitMs?: number; readonly deletedAtMs?: number } = {},
): Simulation {
  const machine = createPodMachine({
    restartPolicy: rules.restartPolicy ?? 'Always',
    activeDeadlineMs: rules.activeDeadlineMs,
    maxRestartPeriodMs: rules.maxRestartPeriodMs ?? 300_000,
    maxRestarts: rules.maxRestarts ?? Number.POSITIVE_INFINITY,
    containers: containers.map(({ name, role, restartPolicy, restartRules, hasStartupProbe }) => ({
      name,
      role: role ?? 'init',
      restartPolicy,
      restartRules: restartRules ?? [],
      hasStartupProbe: hasStartupProbe ?? false,
    })),
  });
  const byName = new Map(containers.map((container) => [container.name, container]));
  const queue: { atMs: number; event: PodEvent; run?: string }[] = [{ atMs: 0, event: { kind: 'begin' } }];
  if (rules.deletedAtMs !== undefined) queue.push({ atMs: rules.deletedAtMs, event: { kind: 'deleted' } });
  const lines: string[] = [];
  const actions: { atMs: number; action: PodAction }[] = [];
  // which attempt an end belongs to: what was planned for a container that was stopped never happens
  const current = new Map<string, number>();

  while (queue.length > 0) {
    queue.sort((a, b) => a.atMs - b.atMs);
    const next = queue.shift();
    if (next === undefined || next.atMs > (rules.limitMs ?? 10_000_000)) break;
    const { atMs, event, run } = next;
    if (run !== undefined && 'container' in event) {
      if (`${event.container} ${current.get(event.container)}` !== run) continue;
      if (event.kind === 'exited') {
        current.delete(event.container);
        lines.push(`${atMs} exit ${event.container} ${event.exitCode}`);
      }
    }
    for (const action of machine.handle(event, atMs)) {
      actions.push({ atMs, action });
      if (action.kind === 'wake') queue.push({ atMs: action.atMs, event: { kind: 'woken' } });
      else if (action.kind === 'back-off') {
        lines.push(`${atMs} back-off ${action.container} ${action.delayMs}`);
        queue.push({ atMs: action.untilMs, event: { kind: 'woken' } });
      } else if (action.kind === 'start') {
        const { container, attempt } = action;
        lines.push(`${atMs} start ${container}`);
        current.set(container, attempt);
        const key = `${container} ${attempt}`;
        const script = byName.get(container)?.attempts?.[attempt - 1];
        if (script !== undefined) {
          const { exitCode } = script;
          queue.push({ atMs: atMs + script.runMs, event: { kind: 'exited', container, exitCode }, run: key });
        }
        const probe = byName.get(container)?.probes?.[attempt - 1];
        if (probe !== undefined) {
          const kind = probe.passed ? 'startup-passed' : 'startup-failed';
          queue.push({ atMs: atMs + probe.afterMs, event: { kind, container }, run: key });
        }
      } else if (action.kind === 'stop') {
        lines.push(`${atMs} stop ${action.container}`);
        const exitCode = byName.get(action.container)?.stoppedExitCode ?? 143;
        const run = `${action.container} ${current.get(action.container)}`;
        queue.push({ atMs, event: { kind: 'exited', container: action.container, exitCode }, run });
      } else lines.push(`${atMs} ${action.kind}`);
    }
  }
  return { lines, state: machine.state(), actions };
}
