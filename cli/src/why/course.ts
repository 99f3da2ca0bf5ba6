// The course of a pod's start as it was measured: what its statuses, one after the other, say of each container's
// attempts, told as the events that the rehearsal's picture is drawn from. Pure.
import type { RehearsalEvent } from '../rehearse/report/events.ts';
import type { ContainerOutcome, Outcome } from '../rehearse/report/outcome.ts';
import { drawPicture } from '../rehearse/report/picture.ts';
import type { Style } from '../rehearse/report/style.ts';
import type { ContainerStatus, Pod } from './kube/objects.ts';
import { bornMs, conditionOf, type PodView } from './pod-view.ts';
import { lastSeenMs, timeMs } from './snapshot.ts';
import { spell } from './words.ts';

interface Attempt {
  startMs: number | undefined;
  endMs: number | undefined;
  exitCode: number | undefined;
}

/** Attempts by container and number; statuses forget all but the last two. */
export type Attempts = Map<string, Map<number, Attempt>>;

/** Takes down what a status says; to be given every status that is seen. */
export function noteAttempts(attempts: Attempts, { status }: Pod): void {
  for (const each of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
    const { name, state, lastState, restartCount = 0 } = each;
    note(attempts, name, restartCount, lastState);
    note(attempts, name, restartCount + (state?.waiting === undefined ? 1 : 0), state);
  }
}

function note(attempts: Attempts, name: string, number: number, state: ContainerStatus['state']): void {
  const { running, terminated } = state ?? {};
  const startMs = timeMs(running?.startedAt ?? terminated?.startedAt);
  if (startMs === undefined || number < 1) return;
  const own = attempts.get(name) ?? new Map<number, Attempt>();
  own.set(number, { startMs, endMs: timeMs(terminated?.finishedAt), exitCode: terminated?.exitCode });
  attempts.set(name, own);
}

/** Draws how long each part of the start took: as lines, each ended. The API tells whole seconds. */
export function drawCourse(view: PodView, attempts: Attempts, style: Style): string {
  const originMs = bornMs(view);
  const readyMs = timeMs(conditionOf(view.pod, 'Ready')?.lastTransitionTime) ?? view.nowMs;
  const at = (ms: number) => Math.max(0, ms - originMs);
  const endMs = Math.max(1, at(readyMs));
  const events: RehearsalEvent[] = [{ atMs: endMs, kind: 'over' }];
  const containers: ContainerOutcome[] = [];
  const roles = new Map(view.containers.map(({ name, role }) => [name, role]));

  for (const { label, fromMs, toMs } of before(view, readyMs)) {
    const name = `${label} ${spell(toMs - fromMs)}`;
    events.push(
      { atMs: at(fromMs), kind: 'started', container: name, attempt: 1, as: 'stand-in', command: '' },
      { atMs: at(toMs), kind: 'exited', container: name, attempt: 1, exitCode: 0, message: '' },
    );
    roles.set(name, 'init');
    containers.push({ name, role: 'init', state: 'terminated', reason: undefined, restartCount: 0, exitCode: 0 });
  }
  for (const { name, role, restarts, running, end } of view.containers) {
    for (const [number, { startMs, endMs: toMs, exitCode }] of [...(attempts.get(name) ?? [])].toSorted(
      ([a], [b]) => a - b,
    )) {
      if (startMs === undefined) continue;
      events.push({
        atMs: at(startMs),
        kind: 'started',
        container: name,
        attempt: number,
        as: 'stand-in',
        command: '',
      });
      if (toMs === undefined || at(toMs) > endMs) continue;
      events.push({
        atMs: at(toMs),
        kind: 'exited',
        container: name,
        attempt: number,
        exitCode: exitCode ?? 0,
        message: '',
      });
      if (number <= restarts) events.push({ atMs: at(toMs), kind: 'back-off', container: name, delayMs: 0 });
    }
    containers.push({
      name,
      role,
      state: running === undefined ? 'terminated' : 'running',
      reason: undefined,
      restartCount: restarts,
      exitCode: end?.exitCode,
    });
  }
  const outcome: Outcome = {
    end: 'app-started',
    started: true,
    phase: 'Running',
    reason: undefined,
    elapsedMs: endMs,
    containers,
  };
  return drawPicture(events, outcome, roles, style);
}

interface Part {
  readonly label: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What comes before a container: the scheduler, the volumes and network, the images. Only what took a second. */
function before(view: PodView, readyMs: number): Part[] {
  const scheduledMs = timeMs(conditionOf(view.pod, 'PodScheduled')?.lastTransitionTime);
  const networkMs = timeMs(conditionOf(view.pod, 'PodReadyToStartContainers')?.lastTransitionTime);
  const parts: Part[] = [];
  if (scheduledMs !== undefined) parts.push({ label: 'scheduling', fromMs: bornMs(view), toMs: scheduledMs });
  if (scheduledMs !== undefined && networkMs !== undefined) {
    parts.push({ label: 'volumes, network', fromMs: scheduledMs, toMs: networkMs });
  }
  for (const { name, events } of view.containers) {
    for (const event of events.filter(({ reason }) => reason === 'Pulled')) {
      const tookMs = tookOf(event.message ?? '');
      const toMs = lastSeenMs(event);
      if (tookMs !== undefined) parts.push({ label: `image of ${name}`, fromMs: toMs - tookMs, toMs });
    }
  }
  return parts.filter(({ fromMs, toMs }) => toMs - fromMs >= 1_000 && toMs <= readyMs);
}

/** `Successfully pulled image "app:1" in 1m2.5s (1m3s including waiting). …`, a duration as Go writes it. */
function tookOf(message: string): number | undefined {
  const [, hours = 0, minutes = 0, seconds, unit] =
    /^Successfully pulled .* in (?:(\d+)h)?(?:(\d+)m)?([\d.]+)(ms|s)\b/.exec(message) ?? [];
  if (seconds === undefined) return undefined;
  return (Number(hours) * 3_600 + Number(minutes) * 60) * 1_000 + Number(seconds) * (unit === 'ms' ? 1 : 1_000);
}
