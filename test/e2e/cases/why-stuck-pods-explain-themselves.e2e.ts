// Some fifty causes at once in one namespace: pods and containers stuck for reasons of their own, and what
// `greenroom why` says of each.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { greenroom, helper, type Namespace, onCluster, patienceMs, stage } from '../case.ts';
import { isReady } from '../pod.ts';

interface WhyReply {
  readonly answers: readonly {
    readonly kind: string;
    readonly name: string;
    readonly owner: string | null;
    readonly state: string;
    readonly causes: readonly { readonly id: string }[];
  }[];
}

type Fields = Readonly<Record<string, unknown>>;

/** On the node itself: two registries, one without anything and one that wants a login. */
const port = 20_000 + 2 * randomInt(5_000);
const app = (more: Fields) => ({ containers: [{ name: 'app', image: stage, command: ['sleep', '100000'], ...more }] });
const init = (more: Fields) => ({ initContainers: [{ name: 'before', image: stage, ...more }], ...app({}) });
const waits = (...args: string[]) => init({ image: helper, args: ['wait', ...args] });
const fails = (words: string, code: number) => ['sh', '-c', `echo ${words}; sleep 1; exit ${code}`];
const mounts = (volume: Fields, more: Fields = {}) => ({
  volumes: [{ name: 'v', ...volume }],
  ...app({ volumeMounts: [{ name: 'v', mountPath: '/v', ...more }] }),
});
const claims = (claimName: string) => mounts({ persistentVolumeClaim: { claimName } });
const sidecar = { name: 'proxy', image: stage, restartPolicy: 'Always', command: ['sleep', '100000'] };
const probe = (more: Fields) => ({
  periodSeconds: 1,
  failureThreshold: 1,
  exec: { command: ['sh', '-c', 'echo stuck; exit 1'] },
  ...more,
});
const peers = (labels: Fields) => ({
  podAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: labels } },
    ],
  },
});

interface Stuck {
  readonly causes: readonly string[];
  readonly spec: Fields;
}

const stuck = (causes: string, spec: Fields): Stuck => ({ causes: causes.split(' '), spec });
const container = (name: string, more: Fields) => ({ name, image: stage, command: ['sleep', '100000'], ...more });
const files = { name: 'files', configMap: { name: 'there' } };

/** One pod whose containers are all stuck, each for its own reason: what is said of one is said of none else. */
const containers: Readonly<Record<string, Fields>> = {
  'image-name-invalid': { image: 'Not_A_Name:!' },
  'image-never-pulled': { image: 'nowhere/app:1', imagePullPolicy: 'Never' },
  'image-absent': { image: `localhost:${port}/app:1` },
  'image-denied': { image: `localhost:${port + 1}/app:1` },
  'registry-unreachable': { image: 'registry.invalid/app:1' },
  'configmap-absent': { envFrom: [{ configMapRef: { name: 'absent' } }] },
  'secret-absent': { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'absent', key: 'a' } } }] },
  'key-absent': { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'there', key: 'absent' } } }] },
  'run-as-root': { securityContext: { runAsNonRoot: true } },
  'sub-path': { volumeMounts: [{ name: 'files', mountPath: '/etc', subPath: 'a' }] },
  'command-absent': { command: ['/no/such/program'] },
  'out-of-memory': { command: ['sh', '-c', 'sleep 1; exec tail /dev/zero'], resources: { limits: { memory: '16Mi' } } },
  'post-start': { lifecycle: { postStart: { exec: { command: ['false'] } } } },
  'readiness-probe': { readinessProbe: probe({ httpGet: { port: 80 }, exec: undefined }) },
  'ends-by-itself': { command: ['sleep', '1'] },
  crashes: { command: fails('no config', 7) },
};

const pods: Readonly<Record<string, Stuck>> = {
  containers: {
    causes: Object.keys(containers),
    spec: { volumes: [files], containers: Object.entries(containers).map(([name, more]) => container(name, more)) },
  },
  gate: stuck('scheduling-gate', { schedulingGates: [{ name: 'example.org/gate' }], ...app({}) }),
  scheduler: stuck('no-scheduler', { schedulerName: 'nobody', ...app({}) }),
  'claim-absent': stuck('claim-absent', claims('absent')),
  'claim-class': stuck('claim-unbound', claims('no-class')),
  'claim-volume': stuck('claim-unbound', claims('no-volume')),
  cpu: stuck('no-room', app({ resources: { requests: { cpu: '1000' } } })),
  selector: stuck('node-selector', { nodeSelector: { disk: 'none-such' }, ...app({}) }),
  // its claim waits for the pod, so the pod's own reason is the one
  'first-consumer': stuck('node-selector', { nodeSelector: { disk: 'none-such' }, ...claims('waits') }),
  affinity: stuck('pod-affinity', { affinity: peers({ app: 'nobody' }), ...app({}) }),
  'host-port': stuck('host-port', app({ ports: [{ containerPort: port, hostPort: port }] })),
  'configmap-volume': stuck('configmap-absent', mounts({ configMap: { name: 'absent' } })),
  'secret-volume': stuck('secret-absent', mounts({ secret: { secretName: 'absent' } })),
  'key-volume': stuck('key-absent', mounts({ configMap: { name: 'there', items: [{ key: 'absent', path: 'a' }] } })),
  'pull-secret': stuck('pull-secret-absent', {
    imagePullSecrets: [{ name: 'absent' }],
    ...app({ image: `localhost:${port}/app:2` }),
  }),
  usage: stuck('helper-usage', waits('tcp://db:5432', '--deadlin', '1m')),
  // each of its targets is away for a reason of its own
  targets: stuck(
    'wait-own-service wait-other-namespace wait-service-absent wait-port-absent wait-service-without-selector wait-service-matches-nothing wait-service-not-ready',
    waits(
      'tcp://self:80',
      'tcp://kube-dns:53',
      'tcp://absent:5432',
      'tcp://there:9999',
      'tcp://no-selector:80',
      'tcp://no-match:80',
      'http://not-ready/',
    ),
  ),
  loop: stuck('wait-service-absent', init({ command: ['sh', '-c', 'until nslookup absent; do sleep 5; done'] })),
  'gives-up': stuck('wait-service-absent', waits('tcp://absent:5432', '--deadline', '1s')),
  // the sidecar before it has started, and is not what holds the pod up
  'behind-a-sidecar': stuck('wait-service-absent', {
    initContainers: [sidecar, { name: 'wait', image: helper, args: ['wait', 'tcp://absent:1'] }],
    ...app({}),
  }),
  'sidecar-starts': stuck('startup-probe', {
    initContainers: [{ ...sidecar, startupProbe: probe({ failureThreshold: 100 }) }],
    ...app({}),
  }),
  liveness: stuck('liveness-probe', app({ livenessProbe: probe({ periodSeconds: 3 }) })),
  file: stuck('wait-goes-on', waits('file:///never/there')),
  fails: stuck('pod-failed', { restartPolicy: 'Never', ...init({ command: fails('no way', 4) }) }),
  'init-crashes': stuck('crashes', init({ command: fails('no schema', 1) })),
  deadline: stuck('pod-deadline', { activeDeadlineSeconds: 2, ...app({}) }),
  full: stuck(
    'evicted',
    app({
      command: ['sh', '-c', 'head -c 3000000 /dev/zero > /tmp/a; sleep 100000'],
      resources: { limits: { 'ephemeral-storage': '1Mi' } },
    }),
  ),
  'readiness-gate': stuck('readiness-gate', { readinessGates: [{ conditionType: 'example.org/gate' }], ...app({}) }),
};

const workload = (apiVersion: string, kind: string, name: string, spec: Fields, pod: Fields = app({})) => {
  const template = { metadata: { labels: { app: name } }, spec: { terminationGracePeriodSeconds: 0, ...pod } };
  const rest = kind === 'Job' ? { template } : { selector: { matchLabels: { app: name } }, template };
  return { apiVersion, kind, metadata: { name }, spec: { ...rest, ...spec } };
};
const deployment = (name: string, spec: Fields, pod?: Fields) => workload('apps/v1', 'Deployment', name, spec, pod);
const job = (name: string, spec: Fields, pod: Fields = app({})) =>
  workload('batch/v1', 'Job', name, spec, { restartPolicy: 'Never', ...pod });

/** Cause → the workload that has it. */
const workloads: Readonly<Record<string, { kind: string; metadata: { name: string } }>> = {
  'service-account-absent': deployment('no-account', {}, { serviceAccountName: 'absent', ...app({}) }),
  'priority-class-absent': deployment('no-class', {}, { priorityClassName: 'absent', ...app({}) }),
  'scaled-to-zero': deployment('zero', { replicas: 0 }),
  paused: deployment('paused', { paused: true }),
  suspended: job('suspended', { suspend: true }),
  'job-deadline': job('late', { activeDeadlineSeconds: 1 }),
  'job-failed': job('failed', { backoffLimit: 0 }, app({ command: fails('boom', 4) })),
  'no-node-matches': workload(
    'apps/v1',
    'DaemonSet',
    'nodeless',
    {},
    { nodeSelector: { disk: 'none-such' }, ...app({}) },
  ),
  'wait-own-ordinal': workload(
    'apps/v1',
    'StatefulSet',
    'ordered',
    { replicas: 2, serviceName: 'ordered' },
    waits('tcp://ordered-1.ordered:80'),
  ),
};

const metadata = (name: string, more: Fields = {}) => ({ name, labels: { app: name }, ...more });
const service = (name: string, spec: Fields) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec },
});
const claim = (name: string, more: Fields) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } }, ...more },
});
const pod = (name: string, spec: Fields, more: Fields = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: metadata(name, more),
  spec: { terminationGracePeriodSeconds: 0, ...spec },
});
async function stageIt(namespace: Namespace): Promise<void> {
  await namespace.apply(
    pod('registry', {
      hostNetwork: true,
      containers: [
        {
          name: 'empty',
          image: stage,
          ports: [{ containerPort: port }],
          command: ['httpd', '-f', '-p', String(port), '-h', '/stage/www'],
        },
        {
          name: 'login',
          image: stage,
          command: ['sh', '-c', `echo /:u:p > /tmp/c; exec httpd -f -p ${port + 1} -h /stage/www -c /tmp/c`],
        },
      ],
    }),
    pod('well', { initContainers: [sidecar], ...app({}) }),
  );
  await namespace.pod('registry', 'ready', isReady);
  await namespace.apply(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'there' }, data: { a: '1' } },
    claim('no-class', { storageClassName: 'absent' }),
    claim('no-volume', { storageClassName: '' }),
    claim('waits', {}),
    service('no-match', { selector: { app: 'nobody' } }),
    service('no-selector', {}),
    service('there', { selector: { app: 'well' } }),
    service('not-ready', { selector: { app: 'containers' } }),
    service('self', { selector: { app: 'targets' } }),
    pod('finalizer', app({}), { finalizers: ['example.org/keep'] }),
    ...Object.entries(pods).map(([name, { spec }]) => pod(name, spec)),
    ...Object.values(workloads),
  );
  await namespace.kubectl('delete', 'pod', 'finalizer', '--wait=false');
}

// on a busy machine a pod may stay there for long
const onItsWay = new Set(['scheduling', 'preparing', 'pulling', 'starting', 'init-runs', 'too-few-pods']);

/** What was told of a pod or workload: every cause but those of what is on its way. */
type Told = Map<string, Set<string>>;

async function listen(namespace: Namespace, told: Told, ...what: string[]): Promise<WhyReply> {
  const words = ['why', ...what, '-n', namespace.name, '-o', 'json'];
  const reply = JSON.parse(await greenroom(words, undefined, [0, 1])) as WhyReply;
  for (const { name, owner, causes } of reply.answers) {
    // a Job fails only after its pods
    if (owner?.startsWith('Job/')) continue;
    const key = owner?.split('/')[1] ?? name;
    const known = told.get(key) ?? new Set();
    for (const { id } of causes) if (!onItsWay.has(id)) known.add(id);
    told.set(key, known);
  }
  return reply;
}

const seconds = (sinceMs: number): string => `${Math.round((performance.now() - sinceMs) / 1_000)} s`;

// another waits for it
const needed = new Set(['containers']);

onCluster(
  'stuck pods are explained, each by its own cause, and what is well is not called stuck',
  async (namespace, t) => {
    const startMs = performance.now();
    await stageIt(namespace);
    t.diagnostic(`on stage after ${seconds(startMs)}`);
    const expected = new Map<string, readonly string[]>([
      ['finalizer', ['finalizer']],
      ...Object.entries(pods).map(([name, { causes }]) => [name, causes] as const),
      ...Object.entries(workloads).map(([cause, { metadata }]) => [metadata.name, [cause]] as const),
    ]);
    const told: Told = new Map();
    // what somebody wanted so is told where it is asked for
    const wanted = ['scaled-to-zero', 'paused', 'suspended'].map((cause) => workloads[cause]);
    await listen(namespace, told, ...wanted.map((each) => `${each?.kind}/${each?.metadata.name}`));
    const isTold = ([name, causes]: readonly [string, readonly string[]]) =>
      causes.every((id) => told.get(name)?.has(id));
    const gone = new Set<string>(needed);
    const deadlineMs = performance.now() + patienceMs;
    while (![...expected].every(isTold) && performance.now() < deadlineMs) {
      await listen(namespace, told);
      // what has been explained leaves the stage, for the machine's sake
      const done = Object.keys(pods).filter((name) => !gone.has(name) && isTold([name, expected.get(name) ?? []]));
      for (const name of done) gone.add(name);
      if (done.length === 0) continue;
      t.diagnostic(`${seconds(startMs)}: ${done.join(' ')}`);
      await namespace.kubectl('delete', 'pods', ...done, '--wait=false', '--grace-period=0', '--force');
    }
    const answers = [...expected.keys()].map((name) => [name, [...(told.get(name) ?? [])].toSorted()]);
    const right = [...expected].map(([name, causes]) => [name, causes.toSorted()]);
    assert.deepEqual(Object.fromEntries(answers), Object.fromEntries(right));

    const { answers: well } = await listen(namespace, told, 'pod/well', 'pod/registry');
    assert.deepEqual(
      well.map(({ state }) => state),
      ['well', 'well'],
    );
    await namespace.kubectl('patch', 'pod', 'finalizer', '--type=merge', '-p', '{"metadata":{"finalizers":null}}');
  },
);
