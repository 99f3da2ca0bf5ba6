// The objects of the unit tests: pods as the API server tells them, with as little in them as a cause needs.
import { ago, type FakeObject } from './cluster-of.ts';

type Fields = Readonly<Record<string, unknown>>;

const born = ago(300);

export interface PodParts {
  readonly name?: string;
  readonly metadata?: Fields;
  readonly spec?: Fields;
  /** Undefined: no node has taken it. */
  readonly node?: string | null;
  readonly phase?: string;
  readonly status?: Fields;
  readonly conditions?: readonly Fields[];
  /** Of the container `app`. */
  readonly app?: Fields;
  readonly appSpec?: Fields;
  /** Of an init container `before`, which is there if this or its spec is. */
  readonly init?: Fields;
  readonly initSpec?: Fields;
}

const waitingForInit = { state: { waiting: { reason: 'PodInitializing' } } };

export function pod(parts: PodParts = {}): FakeObject {
  const { name = 'web', metadata, spec, node = 'node-1', phase = 'Pending', status, conditions = [], appSpec } = parts;
  const hasInit = parts.init !== undefined || parts.initSpec !== undefined;
  const app = parts.app ?? (hasInit ? waitingForInit : undefined);
  return {
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-${name}`,
      labels: { app: name },
      creationTimestamp: born,
      ...metadata,
    },
    spec: {
      restartPolicy: 'Always',
      ...(node === null ? {} : { nodeName: node }),
      ...(hasInit ? { initContainers: [{ name: 'before', image: 'tool:1', ...parts.initSpec }] } : {}),
      containers: [{ name: 'app', image: 'app:1', ...appSpec }],
      ...spec,
    },
    status: {
      phase,
      startTime: born,
      conditions: [{ type: 'Initialized', status: hasInit ? 'False' : 'True' }, ...conditions],
      ...(hasInit ? { initContainerStatuses: [{ name: 'before', ready: false, restartCount: 0, ...parts.init }] } : {}),
      ...(app === undefined ? {} : { containerStatuses: [{ name: 'app', ready: false, restartCount: 0, ...app }] }),
      ...status,
    },
  } as FakeObject;
}

export const waiting = (reason: string, message = ''): Fields => ({ state: { waiting: { reason, message } } });
export const running = (seconds = 200): Fields => ({ started: true, state: { running: { startedAt: ago(seconds) } } });
export const ended = (exitCode: number, more: Fields = {}): Fields => ({
  exitCode,
  startedAt: ago(20),
  finishedAt: ago(10),
  reason: exitCode === 0 ? 'Completed' : 'Error',
  ...more,
});
export const unscheduled = (message: string, more: PodParts = {}): FakeObject =>
  pod({
    node: null,
    conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, lastTransitionTime: born }],
    ...more,
  });
export const helperWaits = (...args: string[]): Fields => ({
  image: 'greenroom/helper:0.1.0',
  args: ['wait', ...args],
});

/** @param container `app` or `before`, where the event is of one */
export const event = (
  of: string,
  reason: string,
  message: string,
  container?: string,
  more: Fields = {},
): FakeObject => {
  const [kind = '', name = ''] = of.split('/');
  const list = container === 'before' ? 'initContainers' : 'containers';
  return {
    kind: 'Event',
    metadata: { name: `${name}.${reason}.${message.length}`, namespace: 'shop' },
    involvedObject: {
      kind,
      name,
      namespace: 'shop',
      ...(container === undefined ? {} : { fieldPath: `spec.${list}{${container}}` }),
    },
    reason,
    message,
    count: 3,
    firstTimestamp: ago(240),
    lastTimestamp: ago(30),
    ...more,
  } as FakeObject;
};

export const service = (name: string, spec: Fields = {}, namespace = 'shop'): FakeObject =>
  ({ kind: 'Service', metadata: { name, namespace }, spec: { ports: [{ port: 80 }], ...spec } }) as FakeObject;

/** @param ready of each endpoint */
export const slice = (of: string, ...ready: boolean[]): FakeObject =>
  ({
    kind: 'EndpointSlice',
    metadata: { name: `${of}-1`, namespace: 'shop', labels: { 'kubernetes.io/service-name': of } },
    endpoints: ready.map((each) => ({ conditions: { ready: each } })),
  }) as FakeObject;

export const claim = (name: string, spec: Fields, phase = 'Pending'): FakeObject =>
  ({ kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'shop' }, spec, status: { phase } }) as FakeObject;

export const workload = (kind: string, name: string, spec: Fields = {}, status: Fields = {}): FakeObject =>
  ({
    kind,
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, creationTimestamp: born },
    spec,
    status,
  }) as FakeObject;

/** An object that belongs to another. */
export const ownedBy = (owner: FakeObject, owned: FakeObject): FakeObject => ({
  ...owned,
  metadata: {
    ...owned.metadata,
    ownerReferences: [
      { kind: owner.kind, name: owner.metadata.name, uid: `uid-${owner.metadata.name}`, controller: true },
    ],
  } as FakeObject['metadata'],
});

export const withClaim = { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] };
