// Pods whose init container waits: for Services in every state, and what the helper says itself.

import { ago, type FakeObject } from './cluster-of.ts';
import { ended, helperWaits, ownedBy, pod, running, service, slice, waiting, workload } from './objects.ts';
import type { Scene } from './scene.ts';

const waits = (...args: string[]): FakeObject => pod({ initSpec: helperWaits(...args), init: running() });
const shell = (script: string): FakeObject => pod({ initSpec: { command: ['sh', '-c', script] }, init: running(90) });
const db = { selector: { app: 'db' } };
const helperEnded = (exitCode: number, message: string) => ({
  restartCount: 3,
  state: { waiting: { reason: 'CrashLoopBackOff', message: '' } },
  lastState: { terminated: ended(exitCode, { message }) },
});
const policy = (labels: Record<string, string>, types: string[]): FakeObject =>
  ({
    kind: 'NetworkPolicy',
    metadata: { name: 'fence', namespace: 'shop' },
    spec: { podSelector: { matchLabels: labels }, policyTypes: types },
  }) as FakeObject;
const line = (facts: object): string => `${JSON.stringify(facts)}\n`;
const stateful = workload('StatefulSet', 'db', { replicas: 3 });

export const waitScenes: readonly Scene[] = [
  {
    cause: 'helper-usage',
    verdict:
      'the arguments of init container before are faulty: wait: unknown option --deadlin; did you mean --deadline?',
    objects: [
      pod({
        initSpec: helperWaits('tcp://db:80', '--deadlin', '1m'),
        init: helperEnded(
          2,
          'wait: unknown option --deadlin; did you mean --deadline?\n{"outcome":"failed","code":"USAGE","retryable":false,"elapsedMs":30}',
        ),
      }),
    ],
  },
  {
    cause: 'helper-step-failed',
    verdict:
      'init container before has failed for good in step 2/3: k8s://job/migrate has failed: BackoffLimitExceeded',
    objects: [
      pod({
        initSpec: helperWaits('k8s://job/migrate'),
        init: helperEnded(
          3,
          'k8s://job/migrate has failed: BackoffLimitExceeded\n{"outcome":"failed","code":"TARGET_FAILED","step":"2/3","retryable":false,"elapsedMs":30}',
        ),
      }),
    ],
  },
  {
    cause: 'wait-service-absent',
    verdict: 'init container before waits for tcp://db:5432, and there is no Service db in namespace shop',
    objects: [waits('tcp://db:5432')],
  },
  {
    // between two attempts, and the message of the last one is its own
    cause: 'wait-service-absent',
    verdict: 'init container before waits for tcp://db:5432, and there is no Service db in namespace shop',
    objects: [
      pod({
        initSpec: helperWaits('tcp://db:5432'),
        init: helperEnded(
          124,
          'tcp://db:5432 not ready after 5m\n{"outcome":"failed","code":"DEADLINE_PASSED","retryable":true,"elapsedMs":300000}',
        ),
      }),
    ],
  },
  {
    cause: 'wait-service-absent',
    verdict:
      'init container before waits for https://api.shop.svc/health, and there is no Service api in namespace shop',
    objects: [waits('https://api.shop.svc/health')],
  },
  {
    cause: 'wait-service-absent',
    verdict: 'init container before waits for db, and there is no Service db in namespace shop',
    objects: [
      shell(
        'until nslookup db.$(cat /var/run/secrets/kubernetes.io/serviceaccount/namespace).svc.cluster.local; do sleep 2; done',
      ),
    ],
  },
  {
    // only what its log still names
    cause: 'wait-service-absent',
    verdict: 'init container before waits for tcp://cache:6379, and there is no Service cache in namespace shop',
    objects: [waits('tcp://db:80', 'tcp://cache:6379')],
    logs: {
      'web/before':
        line({ targets: ['tcp://db:80', 'tcp://cache:6379'] }) +
        line({ pending: ['tcp://cache:6379'], msg: 'still waiting' }),
    },
  },
  {
    // each target for its own reason
    cause: 'wait-other-namespace',
    verdict: 'init container before waits for tcp://mail:25, and Service mail is not in namespace shop but in office',
    also: ['init container before waits for tcp://db:5432, and there is no Service db in namespace shop'],
    objects: [waits('tcp://db:5432', 'tcp://mail:25'), service('mail', {}, 'office')],
  },
  {
    // a plan in a variable
    cause: 'wait-service-absent',
    verdict: 'init container before waits for tcp://db:5432, and there is no Service db in namespace shop',
    objects: [
      pod({
        initSpec: {
          image: 'greenroom/helper:0.1.0',
          args: ['run'],
          env: [{ name: 'GREENROOM_PLAN', value: '- wait tcp://db:5432\n- fetch https://example.org/a /data/a\n' }],
        },
        init: running(),
      }),
    ],
  },
  {
    cause: 'wait-other-namespace',
    verdict: 'init container before waits for tcp://db:5432, and Service db is not in namespace shop but in data',
    objects: [waits('tcp://db:5432'), service('db', {}, 'data')],
  },
  {
    cause: 'wait-port-absent',
    verdict: 'init container before waits for tcp://db:5432, and Service db has no port 5432: it has 80',
    objects: [waits('tcp://db:5432'), service('db', db), slice('db', true), pod({ name: 'db', phase: 'Running' })],
  },
  {
    cause: 'wait-service-without-selector',
    verdict:
      'init container before waits for tcp://db:80, and Service db has no selector and no ready endpoints: nothing can stand behind it',
    objects: [waits('tcp://db:80'), service('db')],
  },
  {
    cause: 'wait-service-matches-nothing',
    verdict:
      'init container before waits for db:80, and no pod in namespace shop has the labels that Service db selects: app=db',
    objects: [shell('until nc -z db 80; do sleep 2; done'), service('db', db)],
  },
  {
    cause: 'wait-service-not-ready',
    verdict: 'init container before waits for http://db/, and the one pod behind Service db is not ready',
    objects: [waits('http://db/'), service('db', db), slice('db', false), pod({ name: 'db' })],
  },
  {
    cause: 'wait-service-not-ready',
    verdict: 'init container before waits for dns://db, and none of the 2 pods behind Service db is ready',
    objects: [
      waits('dns://db'),
      service('db', { ...db, clusterIP: 'None' }),
      pod({ name: 'db-0', metadata: { labels: { app: 'db' } } }),
      pod({ name: 'db-1', metadata: { labels: { app: 'db' } } }),
    ],
  },
  {
    cause: 'wait-own-service',
    verdict:
      'init container before waits for tcp://web:80, which is its own Service web: it becomes ready only when this pod is',
    objects: [waits('tcp://web:80'), service('web', { selector: { app: 'web' } }), slice('web', false)],
  },
  {
    cause: 'wait-own-ordinal',
    verdict:
      'init container before waits for db-1, a later pod of its own StatefulSet db, which is made only when this one is ready',
    objects: [
      stateful,
      ownedBy(stateful, pod({ name: 'db-0', initSpec: helperWaits('tcp://db-1.db:80'), init: running() })),
      service('db', { clusterIP: 'None', ...db }),
    ],
    target: 'pod/db-0',
  },
  {
    cause: 'wait-network-policy',
    verdict:
      'init container before waits for tcp://db:80; Service db is ready, and the NetworkPolicy fence may be what stands between',
    objects: [
      waits('tcp://db:80'),
      service('db', db),
      slice('db', true),
      pod({ name: 'db', phase: 'Running' }),
      policy({ app: 'db' }, ['Ingress']),
    ],
    logs: {
      'web/before': line({
        target: 'tcp://db:80',
        cause: 'TIMED_OUT',
        msg: 'tcp://db:80 not ready: no answer in time',
      }),
    },
  },
  {
    // a refusal is not the work of a policy
    cause: 'wait-goes-on',
    verdict: 'init container before waits for tcp://db:80',
    objects: [
      waits('tcp://db:80'),
      service('db', db),
      slice('db', true),
      pod({ name: 'db', phase: 'Running' }),
      policy({}, ['Egress']),
    ],
    logs: {
      'web/before': line({
        target: 'tcp://db:80',
        cause: 'CONNECTION_REFUSED',
        msg: 'tcp://db:80 not ready: connection refused',
      }),
    },
  },
  {
    cause: 'wait-object-absent',
    verdict: 'init container before waits for k8s://job/migrate, and there is no Job migrate in namespace shop',
    objects: [waits('k8s://job/migrate')],
  },
  {
    cause: 'wait-object-not-ready',
    verdict: 'init container before waits for k8s://jobs/migrate, and Job migrate is not done',
    objects: [waits('k8s://jobs/migrate'), workload('Job', 'migrate')],
  },
  {
    // of another namespace nothing is known
    cause: 'wait-goes-on',
    verdict: 'init container before waits for k8s://job/migrate',
    objects: [waits('k8s://job/migrate', '--namespace', 'data')],
  },
  {
    cause: 'wait-goes-on',
    verdict: 'init container before waits for file:///data/ready and https://example.org',
    objects: [waits('file:///data/ready', 'https://example.org')],
  },
  {
    cause: 'wait-goes-on',
    verdict: 'init container before downloads /data/a',
    objects: [
      pod({
        initSpec: { image: 'greenroom/helper:0.1.0', args: ['fetch', 'https://example.org/a', '/data/a'] },
        init: running(),
      }),
    ],
  },
  {
    cause: 'wait-goes-on',
    verdict: 'init container before has what it waited for, and ends',
    objects: [waits('tcp://db:80'), service('db', db), slice('db', true), pod({ name: 'db', phase: 'Running' })],
    logs: {
      'web/before':
        line({ targets: ['tcp://db:80'], msg: 'waiting for tcp://db:80' }) +
        line({
          target: 'tcp://db:80',
          cause: 'CONNECTION_REFUSED',
          hint: 'nothing accepts',
          msg: 'tcp://db:80 not ready',
        }) +
        line({ target: 'tcp://db:80', msg: 'tcp://db:80 ready after 4s' }),
    },
  },
  {
    // the name of a Service with pods that are not ready resolves all the same
    cause: 'wait-goes-on',
    verdict: 'init container before waits for dns://db',
    objects: [waits('dns://db'), service('db', db)],
  },
  {
    cause: 'init-runs',
    verdict: 'init container before has been running for 1m30s',
    objects: [shell('migrate up')],
  },
  {
    // a native sidecar before it has started, and is not what holds the pod up
    cause: 'wait-service-absent',
    verdict: 'init container before waits for tcp://db:5432, and there is no Service db in namespace shop',
    objects: [
      pod({
        spec: {
          initContainers: [
            { name: 'proxy', image: 'proxy:1', restartPolicy: 'Always' },
            { name: 'before', ...helperWaits('tcp://db:5432') },
          ],
        },
        initSpec: {},
        status: {
          initContainerStatuses: [
            { name: 'proxy', restartCount: 0, ...running() },
            { name: 'before', restartCount: 0, ...running() },
          ],
        },
      }),
    ],
  },
  {
    // its arguments are in the manifest, and the kubelet has not started it
    cause: 'preparing',
    verdict: 'its node node-1 is preparing volumes and network for 5m',
    objects: [
      pod({
        initSpec: helperWaits('tcp://db:5432'),
        init: waiting('PodInitializing'),
        metadata: { creationTimestamp: ago(300) },
      }),
    ],
  },
];
