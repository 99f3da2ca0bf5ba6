// The last sentence of a rehearsal, and what it could not show. Pure.
import { describeDuration } from '../../../../helper/src/contract/index.ts';
import type { Workload } from '../pod/workload.ts';
import type { RehearsalEvent } from './events.ts';
import type { Outcome } from './outcome.ts';

/** What a reader must know before the first event. */
export function heading({ kind, name, namespace, pods, pod }: Workload): string {
  const one = pods > 1 ? `, one of its ${pods} pods` : '';
  const before = pod.containers.filter(({ rules: { role } }) => role !== 'app').map((container) => container.name);
  const app = pod.containers.filter(({ rules: { role } }) => role === 'app').map((container) => container.name);
  const order = [...before, app.join(' + ')].join(', then ');
  return `${kind} ${name} in namespace ${namespace}${one}: ${order}`;
}

/** What of this workload a rehearsal can't show, a sentence each. */
export function limits({ pod }: Workload, standIns: ReadonlySet<string>, given: ReadonlySet<string>): string[] {
  const notes: string[] = [];
  for (const { name, hasPostStart, startupProbe } of pod.containers) {
    if (hasPostStart && standIns.has(name)) notes.push(`${name}: its postStart hook is not run`);
    const how = startupProbe?.how.kind;
    if (how === 'exec' || how === 'grpc')
      notes.push(`${name}: its ${how} startup probe cannot be asked, and counts as passed`);
  }
  for (const { name, kind, isForeign } of pod.volumes) {
    if (isForeign && !given.has(name)) {
      notes.push(`volume ${name} (${kind}) is an empty folder here; --volume ${name}=FOLDER gives it one of yours`);
    }
  }
  return notes;
}

export function verdict(workload: Workload, outcome: Outcome, events: readonly RehearsalEvent[]): string {
  const { end, started, phase, reason } = outcome;
  const name = `${workload.kind} ${workload.name}`;
  const apps = new Set(outcome.containers.filter(({ role }) => role === 'app').map((container) => container.name));
  const first = events.find(
    (event) => (event.kind === 'would-start' || event.kind === 'started') && apps.has(event.container),
  );
  const after = first === undefined ? '' : ` after ${describeDuration(first.atMs)}`;
  const blocker =
    outcome.containers.find(({ role, state }) => role === 'init' && state !== 'terminated') ??
    outcome.containers.find(({ exitCode }) => exitCode !== undefined && exitCode !== 0);
  const because = blocker === undefined ? '' : ` because of container ${blocker.name}`;
  if (started) {
    if (phase === 'Succeeded') return `${name}: the app started${after} and has succeeded`;
    if (first?.kind === 'would-start') return `${name}: the app would start${after}`;
    const loops = outcome.containers.some(
      ({ role, state, exitCode }) => role === 'app' && state !== 'running' && exitCode === 0,
    );
    return `${name}: the app started${after}${loops ? ', and ends by itself: the kubelet starts it again and again' : ''}`;
  }
  if (end === 'stopped') return `${name}: stopped before it was decided`;
  if (first !== undefined && end !== 'job-failed') return `${name}: the app started${after} and failed`;
  switch (end) {
    case 'gave-up':
      return `${name}: the app would not start${because}, which failed again and again`;
    case 'deadline':
      return `${name}: the app had not started when the rehearsal's deadline passed${because}`;
    case 'job-failed':
      return `${name}: the Job has failed (${reason})${because}`;
    default:
      return `${name}: the app would never start: the pod is ${phase}${reason === undefined ? '' : ` (${reason})`}${because}`;
  }
}
