// Pods that are stuck, one for each cause that lies in the pod, its node, its image or its containers.

import { ago, type FakeObject } from './cluster-of.ts';
import { claim, ended, event, pod, running, unscheduled, waiting, withClaim } from './objects.ts';
import type { Scene } from './scene.ts';

const pull = (words: string, cause: string, verdict: string): Scene => ({
  cause,
  verdict,
  objects: [
    pod({
      app: waiting(
        'ImagePullBackOff',
        `Back-off pulling image "app:1": ErrImagePull: failed to pull and unpack image "app:1": failed to resolve image: ${words}`,
      ),
    }),
  ],
});
const scheduler = (reasons: string, cause: string, verdict: string, spec = {}, appSpec = {}): Scene => ({
  cause,
  verdict,
  objects: [
    unscheduled(
      `0/3 nodes are available: ${reasons}. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.`,
      { spec, appSpec },
    ),
  ],
});
const node = (status: string): FakeObject =>
  ({
    kind: 'Node',
    metadata: { name: 'node-1' },
    status: {
      conditions: [
        {
          type: 'Ready',
          status,
          reason: 'NodeStatusUnknown',
          message: 'Kubelet stopped posting node status.',
          lastTransitionTime: ago(120),
        },
      ],
    },
  }) as FakeObject;
const failing = (exitCode: number, restartCount: number, more = {}) => ({
  restartCount,
  state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container=app' } },
  lastState: { terminated: ended(exitCode, more) },
});
const probe = { exec: { command: ['check'] } };
const prepares = waiting('ContainerCreating');

export const podScenes: readonly Scene[] = [
  {
    cause: 'finalizer',
    verdict: 'it is deleted, but the finalizer example.org/keep keeps it',
    objects: [
      pod({
        metadata: { deletionTimestamp: ago(60), finalizers: ['example.org/keep'] },
        phase: 'Running',
        app: running(),
      }),
    ],
  },
  {
    cause: 'node-not-ready',
    verdict: 'its node node-1 is not ready for 2m',
    objects: [pod({ phase: 'Running', app: running() }), node('Unknown')],
  },
  {
    cause: 'terminating',
    verdict: 'it is being deleted, with 20s left to end by itself',
    objects: [
      pod({
        metadata: { deletionTimestamp: ago(-20), deletionGracePeriodSeconds: 30 },
        phase: 'Running',
        app: running(),
      }),
    ],
  },
  {
    cause: 'terminating',
    verdict: 'it is being deleted, and has not gone 1m40s after its grace period',
    objects: [
      pod({
        metadata: { deletionTimestamp: ago(100), deletionGracePeriodSeconds: 30 },
        phase: 'Running',
        app: running(),
      }),
    ],
  },
  {
    cause: 'evicted',
    verdict: 'it was evicted: usage of EmptyDir volume "v" exceeds the limit "1Mi"',
    objects: [
      pod({
        phase: 'Failed',
        status: { reason: 'Evicted', message: 'Usage of EmptyDir volume "v" exceeds the limit "1Mi". ' },
      }),
    ],
  },
  {
    cause: 'pod-deadline',
    verdict: 'it was ended by its deadline, activeDeadlineSeconds 30',
    objects: [pod({ phase: 'Failed', spec: { activeDeadlineSeconds: 30 }, status: { reason: 'DeadlineExceeded' } })],
  },
  {
    cause: 'refused-by-node',
    verdict: "its node ended or refused it: OutOfcpu, Node didn't have enough resource: cpu",
    objects: [
      pod({ phase: 'Failed', status: { reason: 'OutOfcpu', message: "Node didn't have enough resource: cpu" } }),
    ],
  },
  {
    cause: 'scheduling-gate',
    verdict: 'it is not scheduled yet: the gate example.org/queue must be lifted first',
    objects: [
      unscheduled('Scheduling is blocked due to non-empty scheduling gates', {
        spec: { schedulingGates: [{ name: 'example.org/queue' }] },
      }),
    ],
  },
  {
    cause: 'no-scheduler',
    verdict: 'no scheduler has looked at it: it asks for mine, which does nothing',
    objects: [pod({ node: null, spec: { schedulerName: 'mine' } })],
  },
  {
    cause: 'claim-absent',
    verdict: 'its PersistentVolumeClaim data does not exist',
    objects: [
      unscheduled('0/1 nodes are available: persistentvolumeclaim "data" not found. not found', { spec: withClaim }),
    ],
  },
  {
    cause: 'claim-unbound',
    verdict: 'its claim data asks for the StorageClass fast, which does not exist',
    objects: [
      unscheduled('0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found', {
        spec: withClaim,
      }),
      claim('data', { storageClassName: 'fast' }),
      event('PersistentVolumeClaim/data', 'ProvisioningFailed', 'storageclass.storage.k8s.io "fast" not found'),
    ],
  },
  {
    cause: 'claim-unbound',
    verdict: 'its claim data is not bound: it names no StorageClass, and no volume fits it',
    objects: [
      unscheduled('0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.', { spec: withClaim }),
      claim('data', {}),
    ],
  },
  {
    cause: 'claim-unbound',
    verdict: 'its claim data is not bound yet: StorageClass slow has made no volume',
    objects: [
      unscheduled('0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.', { spec: withClaim }),
      claim('data', { storageClassName: 'slow' }),
    ],
  },
  {
    // a claim that waits for its first consumer is no reason: the pod's own is
    cause: 'node-selector',
    verdict: 'no node has the label disk=ssd that its nodeSelector asks for',
    objects: [
      unscheduled("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. preemption: none", {
        spec: { ...withClaim, nodeSelector: { disk: 'ssd' } },
      }),
      claim('data', { storageClassName: 'standard' }),
      event(
        'PersistentVolumeClaim/data',
        'WaitForFirstConsumer',
        'waiting for first consumer to be created before binding',
      ),
    ],
  },
  scheduler(
    '3 Insufficient cpu',
    'no-room',
    'no node has room for it: too little cpu (it requests 8)',
    {},
    { resources: { requests: { cpu: '8' } } },
  ),
  scheduler(
    '2 Insufficient memory, 1 node(s) had untolerated taint {dedicated: db}',
    'no-room',
    'no node has room for it: too little memory',
  ),
  scheduler('3 Too many pods', 'no-room', 'no node has room for it: too little room for more pods'),
  scheduler(
    '1 Insufficient cpu, 2 node(s) had untolerated taint {dedicated: db}',
    'taint',
    'it does not tolerate the taint dedicated=db',
  ),
  scheduler('3 node(s) had untolerated taint(s)', 'taint', 'it does not tolerate the taint of a node'),
  scheduler(
    "3 node(s) didn't match pod anti-affinity rules",
    'pod-affinity',
    'its anti-affinity (or that of a pod there) rules out every node',
  ),
  scheduler(
    "3 node(s) didn't match pod topology spread constraints",
    'pod-affinity',
    'its topology spread constraints rule out every node',
  ),
  scheduler(
    "3 node(s) didn't have free ports for the requested pod ports",
    'host-port',
    'its host port 80 is taken on every node that could run it',
    {},
    { ports: [{ hostPort: 80 }] },
  ),
  scheduler(
    '3 node(s) had volume node affinity conflict',
    'volume-elsewhere',
    'no node that could run it can reach its volume (volume node affinity conflict)',
  ),
  scheduler('3 node(s) were unschedulable', 'unschedulable', 'no node can take it: were unschedulable'),
  {
    cause: 'scheduling',
    verdict: 'it is waiting for a node, for 2s',
    objects: [pod({ node: null, metadata: { creationTimestamp: ago(2) } })],
  },
  {
    cause: 'image-name-invalid',
    verdict: 'container app has no image: "My App" is not the name of one',
    objects: [
      pod({
        appSpec: { image: 'My App' },
        app: waiting(
          'InvalidImageName',
          'Failed to apply default image tag "My App": couldn\'t parse image name "My App": invalid reference format',
        ),
      }),
    ],
  },
  {
    cause: 'image-never-pulled',
    verdict: 'container app has no image: this node does not have app:1, and imagePullPolicy is Never',
    objects: [
      pod({ app: waiting('ErrImageNeverPull', 'Container image "app:1" is not present with pull policy of Never') }),
    ],
  },
  {
    cause: 'pull-secret-absent',
    verdict: 'container app has no image app:1, and its imagePullSecret regcred does not exist in namespace shop',
    objects: [
      pod({ app: waiting('ErrImagePull', 'failed to resolve image: pull access denied') }),
      event(
        'Pod/web',
        'FailedToRetrieveImagePullSecret',
        'Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.',
      ),
    ],
  },
  pull(
    'pull access denied, repository does not exist or may require authorization',
    'image-denied',
    'container app has no image: the registry does not give app:1 to this node',
  ),
  pull(
    'toomanyrequests: You have reached your pull rate limit',
    'image-rate-limited',
    'container app has no image: the registry of app:1 refuses so many pulls',
  ),
  pull(
    'docker.io/library/app:1: not found',
    'image-absent',
    'container app has no image: its registry does not have app:1',
  ),
  pull(
    'dial tcp: lookup r.invalid on 10.0.0.2:53: no such host',
    'registry-unreachable',
    'container app has no image: the node cannot reach the registry of app:1: its name does not resolve',
  ),
  pull(
    'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    'registry-unreachable',
    'container app has no image: the node cannot reach the registry of app:1: TLS fails',
  ),
  pull('something else', 'image-pull-fails', 'container app has no image: pulling app:1 fails'),
  {
    // an older kubelet hides the reason behind the back-off
    cause: 'image-absent',
    verdict: 'container app has no image: its registry does not have app:1',
    objects: [
      pod({ app: waiting('ImagePullBackOff', 'Back-off pulling image "app:1"') }),
      event('Pod/web', 'Failed', 'Failed to pull image "app:1": docker.io/library/app:1: not found', 'app'),
    ],
  },
  {
    cause: 'configmap-absent',
    verdict: 'container app needs the ConfigMap settings, which does not exist in namespace shop',
    objects: [pod({ app: waiting('CreateContainerConfigError', 'configmap "settings" not found') })],
  },
  {
    cause: 'secret-absent',
    verdict: 'volume keys needs the Secret tls, which does not exist in namespace shop',
    objects: [
      pod({ app: prepares }),
      event('Pod/web', 'FailedMount', 'MountVolume.SetUp failed for volume "keys" : secret "tls" not found'),
    ],
  },
  {
    cause: 'key-absent',
    verdict: 'container app needs the key colour, which ConfigMap settings does not have',
    objects: [
      pod({ app: waiting('CreateContainerConfigError', "couldn't find key colour in ConfigMap shop/settings") }),
    ],
  },
  {
    cause: 'key-absent',
    verdict: 'volume files needs the key a, which ConfigMap settings does not have',
    objects: [
      pod({ app: prepares, spec: { volumes: [{ name: 'files', configMap: { name: 'settings' } }] } }),
      event(
        'Pod/web',
        'FailedMount',
        'MountVolume.SetUp failed for volume "files" : configmap references non-existent config key: a',
      ),
    ],
  },
  {
    cause: 'run-as-root',
    verdict: 'container app must not run as root, and its image app:1 would',
    objects: [
      pod({
        app: waiting(
          'CreateContainerConfigError',
          'container has runAsNonRoot and image will run as root (pod: "web_shop(1)", container: app)',
        ),
      }),
    ],
  },
  {
    cause: 'run-as-root',
    verdict:
      'container app must not run as root, and its image names its user by a word, which the kubelet cannot check',
    objects: [
      pod({
        app: waiting(
          'CreateContainerConfigError',
          'container has runAsNonRoot and image has non-numeric user (nobody), cannot verify user is non-root',
        ),
      }),
    ],
  },
  {
    cause: 'sub-path',
    verdict: 'container app cannot be made: its subPathExpr names the variable POD, which is not set',
    objects: [pod({ app: waiting('CreateContainerConfigError', 'missing value for POD') })],
  },
  {
    cause: 'sub-path',
    verdict:
      'container app cannot be made: a mount with subPath at /etc does not fit what is there (a file over a folder, or the other way round)',
    objects: [
      pod({
        app: waiting(
          'RunContainerError',
          'error mounting "/var/lib/kubelet/pods/1/volume-subpaths/v/app/0" to rootfs at "/etc": not a directory',
        ),
      }),
    ],
  },
  {
    cause: 'command-absent',
    verdict: 'container app cannot start: image app:1 is asked to run /run, which is not there',
    objects: [
      pod({
        phase: 'Running',
        app: failing(128, 2, {
          reason: 'StartError',
          message: 'OCI runtime create failed: exec: "/run": stat /run: no such file or directory',
        }),
      }),
    ],
  },
  {
    cause: 'command-absent',
    verdict: 'container app cannot start: image app:1 is asked to run /run, which may not be run',
    objects: [pod({ app: waiting('RunContainerError', 'OCI runtime create failed: exec: "/run": permission denied') })],
  },
  {
    cause: 'wrong-architecture',
    verdict: 'container app cannot start: image app:1 is not built for the processor of this node',
    objects: [
      pod({
        app: waiting('ErrImagePull', 'failed to pull and unpack image: no match for platform in manifest: not found'),
      }),
    ],
  },
  {
    cause: 'container-not-made',
    verdict: 'container app cannot be made: context deadline exceeded',
    objects: [pod({ app: waiting('CreateContainerError', 'context deadline exceeded') })],
  },
  {
    cause: 'volume-busy',
    verdict: 'its volume is still attached to another node',
    objects: [
      pod({ app: prepares }),
      event(
        'Pod/web',
        'FailedAttachVolume',
        'Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node',
      ),
    ],
  },
  {
    cause: 'volume-fails',
    verdict: 'its volume data cannot be mounted: rpc error: code = Internal desc = mount failed: exit status 32',
    objects: [
      pod({ app: prepares }),
      event(
        'Pod/web',
        'FailedMount',
        'MountVolume.SetUp failed for volume "data" : rpc error: code = Internal desc = mount failed: exit status 32',
      ),
    ],
  },
  {
    cause: 'sandbox-fails',
    verdict: "its node cannot make the pod's network: no addresses left",
    objects: [pod({ app: prepares }), event('Pod/web', 'FailedCreatePodSandBox', 'no addresses left')],
  },
  {
    cause: 'pod-failed',
    verdict: 'it has failed: init container before ended with exit code 1: no schema',
    objects: [
      pod({
        phase: 'Failed',
        spec: { restartPolicy: 'Never' },
        initSpec: {},
        init: { state: { terminated: ended(1) } },
      }),
    ],
    logs: { 'web/before': 'no schema\n' },
  },
  {
    cause: 'pod-failed',
    verdict: 'init container before ended with exit code 1, and is not started again (restartPolicy Never): no schema',
    objects: [pod({ spec: { restartPolicy: 'Never' }, initSpec: {}, init: { state: { terminated: ended(1) } } })],
    logs: { 'web/before': 'no schema\n' },
  },
  {
    cause: 'out-of-memory',
    verdict: 'container app was killed for using more memory than its limit of 64Mi, 4 times so far',
    objects: [
      pod({
        phase: 'Running',
        appSpec: { resources: { limits: { memory: '64Mi' } } },
        app: failing(137, 3, { reason: 'OOMKilled' }),
      }),
    ],
  },
  {
    cause: 'post-start',
    verdict:
      'container app is killed because its postStart hook fails: sh -c warm ended with exit code 3 and said "nope"',
    objects: [
      pod({
        phase: 'Running',
        app: {
          restartCount: 1,
          ...waiting(
            'PostStartHookError',
            'Exec lifecycle hook ([sh -c warm]) for Container "app" in Pod "web" failed - error: command \'sh -c warm\' exited with 3: , message: "nope\\n"',
          ),
          lastState: { terminated: ended(137) },
        },
      }),
    ],
  },
  {
    cause: 'startup-probe',
    verdict:
      'container app runs, but has not started (2 restarts): its startup probe, the command "check", fails: not yet',
    objects: [
      pod({
        phase: 'Running',
        appSpec: { startupProbe: probe },
        app: { ...running(5), started: false, restartCount: 2 },
      }),
      event('Pod/web', 'Unhealthy', 'Startup probe failed: not yet', 'app'),
    ],
  },
  {
    cause: 'liveness-probe',
    verdict: 'container app is restarted (7 restarts): its liveness probe, the command "check", fails',
    objects: [
      pod({ phase: 'Running', appSpec: { livenessProbe: probe }, app: failing(137, 7) }),
      event('Pod/web', 'Unhealthy', 'Liveness probe failed: ', 'app'),
    ],
  },
  {
    // between two restarts it counts as ready
    cause: 'liveness-probe',
    verdict: 'container app is restarted (2 restarts): its liveness probe, the command "check", fails',
    objects: [
      pod({
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True' }],
        appSpec: { livenessProbe: probe },
        app: { ...running(2), ready: true, restartCount: 2, lastState: { terminated: ended(137) } },
      }),
      event('Pod/web', 'Unhealthy', 'Liveness probe failed: ', 'app'),
    ],
  },
  {
    cause: 'ends-by-itself',
    verdict: 'container app ends by itself with exit code 0 after 10s, 3 times so far, and is started again each time',
    objects: [pod({ phase: 'Running', app: failing(0, 2) })],
  },
  {
    cause: 'crashes',
    verdict: 'container app fails with exit code 7, 4 times so far: cannot read config.yaml',
    objects: [pod({ phase: 'Running', app: failing(7, 3) })],
    logs: { 'web/app': '2026-01-01T00:09:50Z starting\n2026-01-01T00:09:51Z cannot read config.yaml\n\n' },
  },
  {
    cause: 'crashes',
    verdict: 'container app fails with exit code 1, 4 times so far, without a word',
    objects: [pod({ phase: 'Running', app: failing(1, 3) })],
    logs: { 'web/app': '' },
  },
  {
    // the attempt that runs now is too young to say that all is well
    cause: 'crashes',
    verdict: 'container app fails with exit code 139 (SIGSEGV), 4 times so far: of the one before',
    objects: [
      pod({ phase: 'Running', app: { ...running(1), restartCount: 3, lastState: { terminated: ended(139) } } }),
    ],
    logs: { 'web/app': 'of this one', 'web/app/previous': 'of the one before' },
  },
  {
    cause: 'readiness-probe',
    verdict:
      'container app runs, but is not ready: its readiness probe, GET /health at port 8080, fails: connection refused',
    objects: [
      pod({
        phase: 'Running',
        appSpec: { readinessProbe: { httpGet: { path: '/health', port: 8080 } } },
        app: running(),
      }),
      event(
        'Pod/web',
        'Unhealthy',
        'Readiness probe failed: Get "http://10.0.0.9:8080/health": dial tcp 10.0.0.9:8080: connect: connection refused',
        'app',
      ),
    ],
  },
  {
    // of very many events the server drops some
    cause: 'readiness-probe',
    verdict: 'container app runs, but is not ready: its readiness probe, a connection to port 80, has not passed',
    objects: [pod({ phase: 'Running', appSpec: { readinessProbe: { tcpSocket: { port: 80 } } }, app: running() })],
  },
  {
    cause: 'readiness-gate',
    verdict: 'its containers are ready, but the condition example.org/lb of its readinessGates is not true',
    objects: [
      pod({
        phase: 'Running',
        spec: { readinessGates: [{ conditionType: 'example.org/lb' }] },
        app: { ...running(), ready: true },
      }),
    ],
  },
  {
    cause: 'pulling',
    verdict: 'container app waits for its image: app:1 is being pulled for 30s',
    objects: [pod({ app: prepares }), event('Pod/web', 'Pulling', 'Pulling image "app:1"', 'app')],
  },
  {
    cause: 'preparing',
    verdict: 'its node node-1 is preparing volumes and network for 5m',
    objects: [pod({ app: prepares })],
  },
  {
    cause: 'starting',
    verdict: 'container app has not become ready yet, after 3s',
    objects: [pod({ phase: 'Running', app: running(3) })],
  },
  {
    cause: 'startup-probe',
    verdict: 'sidecar before runs, but has not started: its startup probe, the command "check", fails: not yet',
    objects: [
      pod({ initSpec: { restartPolicy: 'Always', startupProbe: probe }, init: { ...running(60), started: false } }),
      event('Pod/web', 'Unhealthy', 'Startup probe failed: not yet', 'before'),
    ],
  },
];
