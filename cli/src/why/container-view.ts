// One container as the causes see it: its part in the pod, its state, its last end. Pure.
import { parseTermination } from '../../../helper/src/contract/index.ts';
import type { ContainerSpec, ContainerStatus, KubeEvent, Terminated } from './kube/objects.ts';
import { lastSeenMs, timeMs } from './snapshot.ts';

export type Role = 'init' | 'sidecar' | 'app';

export interface ContainerView {
  readonly name: string;
  readonly role: Role;
  readonly spec: ContainerSpec;
  /** As people say it: `init container db`, `sidecar proxy`, `container app`. */
  readonly title: string;
  readonly isReady: boolean;
  /** Has started, and passed its startup probe. */
  readonly isStarted: boolean;
  readonly restarts: number;
  readonly waiting: { readonly reason: string; readonly message: string } | undefined;
  readonly running: { readonly sinceMs: number } | undefined;
  /** The end of the last attempt that ended. */
  readonly end: Terminated | undefined;
  /** The last attempt failed, and the one that may run now is too young to say more. */
  readonly isFailing: boolean;
  readonly hasLog: boolean;
  /** The newest first. */
  readonly events: readonly KubeEvent[];
}

const titles: Readonly<Record<Role, string>> = { init: 'init container', sidecar: 'sidecar', app: 'container' };

/** An attempt that has lived so much longer than the one that failed may well succeed. */
const youngMs = 10_000;

export function viewContainer(
  spec: ContainerSpec,
  isInit: boolean,
  status: ContainerStatus | undefined,
  podEvents: readonly KubeEvent[],
  nowMs: number,
): ContainerView {
  const role: Role = !isInit ? 'app' : spec.restartPolicy === 'Always' ? 'sidecar' : 'init';
  const { state = {}, lastState = {}, restartCount = 0 } = status ?? {};
  const end = state.terminated ?? lastState.terminated;
  const runningSinceMs = timeMs(state.running?.startedAt);
  const lastedMs = end === undefined ? 0 : (timeMs(end.finishedAt) ?? 0) - (timeMs(end.startedAt) ?? 0);
  const isYoung = runningSinceMs === undefined || nowMs - runningSinceMs < youngMs + Math.min(2 * lastedMs, 60_000);
  const place = isInit ? `spec.initContainers{${spec.name}}` : `spec.containers{${spec.name}}`;
  const reason = state.waiting?.reason ?? '';
  return {
    name: spec.name,
    role,
    // every container has an image; one that a server leaves out leaves no hole in a sentence
    spec: { image: '?', ...spec },
    title: `${titles[role]} ${spec.name}`,
    isReady: status?.ready === true,
    isStarted: status?.started === true,
    restarts: restartCount,
    waiting: state.waiting && { reason, message: state.waiting.message ?? '' },
    running: state.running && { sinceMs: runningSinceMs ?? nowMs },
    end,
    isFailing: end !== undefined && (end.exitCode !== 0 || role !== 'init') && !isDone(role, status) && isYoung,
    hasLog: state.running !== undefined || end !== undefined,
    events: podEvents
      .filter(({ involvedObject }) => involvedObject.fieldPath === place)
      .sort((a, b) => lastSeenMs(b) - lastSeenMs(a)),
  };
}

/** An init container that has done its work. */
export const isDone = (role: Role, status: ContainerStatus | undefined): boolean =>
  role === 'init' && status?.state?.terminated?.exitCode === 0;

/** What the helper left behind at its last end; undefined for another program, or one that was killed. */
export const helperEnd = ({ end }: ContainerView) => parseTermination(end?.message ?? '');

/** The newest event of a reason, whose message matches. */
export const eventOf = (
  events: readonly KubeEvent[],
  reason: string | RegExp,
  message: RegExp = /(?:)/,
): KubeEvent | undefined =>
  events.find(
    (event) =>
      (typeof reason === 'string' ? event.reason === reason : reason.test(event.reason ?? '')) &&
      message.test(event.message ?? ''),
  );
