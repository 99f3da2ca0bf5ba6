// greenroom policy: a Deployment that nobody touched but for an annotation waits, in a restricted namespace.
import assert from 'node:assert/strict';
import { helper, minor, onCluster } from '../case.ts';
import { isReady, isRunning, statusOf } from '../pod.ts';
import { dropPolicy, usePolicy, whyNoPolicy } from '../policy.ts';

const strict = `
          allowPrivilegeEscalation: false
          capabilities: { drop: [ALL] }
          runAsNonRoot: true
          seccompProfile: { type: RuntimeDefault }`;

const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: app }
spec:
  selector: { matchLabels: { app: app } }
  template:
    metadata:
      labels: { app: app }
      annotations: { greenroom.dev/wait: dns://db }
    spec:
      terminationGracePeriodSeconds: 0
      initContainers:
      - name: migrate
        image: ${helper}
        args: [version]
        securityContext: ${strict}
      containers:
      - name: app
        image: ${helper}
        args: [wait, 'tcp://127.0.0.1:9', --deadline, 1h]
        securityContext: ${strict}
`;

onCluster(
  'a Deployment with an annotation waits before all else, and one in a namespace without the label is left alone',
  async (namespace) => {
    try {
      const name = await usePolicy(namespace);
      await namespace.apply(deployment);
      const waiting = await namespace.pod('app', 'waiting', (pod) => isRunning(pod, name));
      assert.deepEqual(
        waiting.status.initContainerStatuses?.map((one) => one.name),
        [name, 'migrate'],
      );
      await namespace.logLine(waiting.metadata.name, name, /dns:\/\/db/);
      await namespace.kubectl('create', 'service', 'clusterip', 'db', '--tcp=5432');
      const pod = await namespace.pod('app', 'ready', isReady);
      const [first, second] = [name, 'migrate'].map((one) => statusOf(pod, one).state.terminated);
      const times = [first?.finishedAt, second?.startedAt, statusOf(pod, 'app').state.running?.startedAt];
      assert.deepEqual(times.toSorted(), times, 'the wait ended before the next began, and the app came last');
      assert.match(first?.message ?? '', /"outcome":"done"/);

      const elsewhere = await namespace.kubectl(
        '--namespace',
        'default',
        'run',
        'tried',
        '--image=app',
        '--annotations=greenroom.dev/wait=dns://db',
        '--dry-run=server',
        '--output=json',
      );
      assert.doesNotMatch(elsewhere, /initContainers/);
    } finally {
      await dropPolicy(namespace);
    }
  },
  { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' }, skip: whyNoPolicy(minor) },
);
