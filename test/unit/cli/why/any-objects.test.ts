// Whatever a server leaves out, an answer comes, and no sentence of it has a hole.
import { test } from 'node:test';
import fc from 'fast-check';
import { answersFor } from './answers-for.ts';
import { ago, type FakeObject } from './cluster-of.ts';
import { event } from './objects.ts';

const messages = fc.constantFrom(
  '',
  'configmap "a" not found',
  'back-off 10s restarting failed container',
  'Back-off pulling image "x"',
  'missing value for A',
  '0/3 nodes are available: 3 Insufficient cpu.',
  '\u0000\u001b[2J',
);
const reasons = fc.constantFrom(
  '',
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'CreateContainerConfigError',
  'RunContainerError',
  'PodInitializing',
  'ContainerCreating',
  'OOMKilled',
  'Evicted',
  'DeadlineExceeded',
  'X',
);
const time = fc.constantFrom(ago(0), ago(90), ago(-30), 'never');
const state = fc.oneof(
  fc.record({ waiting: fc.record({ reason: reasons, message: messages }, { requiredKeys: [] }) }),
  fc.record({ running: fc.record({ startedAt: time }, { requiredKeys: [] }) }),
  fc.record({
    terminated: fc.record(
      {
        exitCode: fc.constantFrom(0, 1, 2, 137, 255),
        reason: reasons,
        message: messages,
        startedAt: time,
        finishedAt: time,
      },
      { requiredKeys: ['exitCode'] },
    ),
  }),
);
const status = fc.record(
  {
    name: fc.constantFrom('app', 'before'),
    ready: fc.boolean(),
    started: fc.boolean(),
    restartCount: fc.nat(9),
    state,
    lastState: state,
  },
  { requiredKeys: ['name'] },
);
const condition = fc.record(
  {
    type: fc.constantFrom('PodScheduled', 'Initialized', 'Ready', 'ContainersReady'),
    status: fc.constantFrom('True', 'False', 'Unknown'),
    message: messages,
    lastTransitionTime: time,
  },
  { requiredKeys: ['type', 'status'] },
);
const container = fc.record(
  {
    name: fc.constantFrom('app', 'before'),
    image: fc.constantFrom('app:1', 'greenroom/helper:0.1.0'),
    args: fc.constantFrom(['wait', 'tcp://db:1'], ['wait'], []),
    restartPolicy: fc.constantFrom('Always', 'Never'),
    startupProbe: fc.constant({}),
    readinessProbe: fc.constant({ exec: {} }),
  },
  { requiredKeys: ['name'] },
);
const anyPod = fc.record({
  kind: fc.constant('Pod'),
  metadata: fc.record(
    {
      name: fc.constant('web'),
      namespace: fc.constant('shop'),
      creationTimestamp: time,
      deletionTimestamp: time,
      finalizers: fc.constant(['a']),
    },
    { requiredKeys: ['name', 'namespace'] },
  ),
  spec: fc.record(
    {
      containers: fc.array(container, { maxLength: 2 }),
      initContainers: fc.array(container, { maxLength: 2 }),
      nodeName: fc.constant('node-1'),
      restartPolicy: fc.constantFrom('Always', 'Never', 'OnFailure'),
    },
    { requiredKeys: ['containers'] },
  ),
  status: fc.record(
    {
      phase: fc.constantFrom('Pending', 'Running', 'Failed', 'Succeeded', 'Unknown'),
      reason: reasons,
      message: messages,
      conditions: fc.array(condition, { maxLength: 3 }),
      initContainerStatuses: fc.array(status, { maxLength: 2 }),
      containerStatuses: fc.array(status, { maxLength: 2 }),
    },
    { requiredKeys: [] },
  ),
});
const eventReasons = fc.constantFrom(
  'Failed',
  'FailedMount',
  'Unhealthy',
  'Pulling',
  'FailedPostStartHook',
  'FailedCreatePodSandBox',
  'FailedToRetrieveImagePullSecret',
);

test('any pod is answered, in sentences without a hole', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyPod,
      fc.array(fc.tuple(eventReasons, messages, fc.constantFrom('app', 'before', undefined)), { maxLength: 3 }),
      async (pod, events) => {
        const objects = [
          pod as unknown as FakeObject,
          ...events.map(([reason, message, of]) => event('Pod/web', reason, message, of)),
        ];
        const [answer] = await answersFor(objects, 'pod/web');
        const said = answer?.verdict ?? '';
        if (said === '' || /undefined|NaN|\bnull\b|\p{Cc}/u.test(said)) throw new Error(JSON.stringify(said));
      },
    ),
    { numRuns: 300 },
  );
});
