// The helper under the strictest of the Pod Security Standards, on a root that nobody can write to.
import assert from 'node:assert/strict';
import { helper, onCluster } from '../case.ts';
import { statusOf, succeeded } from '../pod.ts';

const strict = `
      runAsNonRoot: true
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities: { drop: [ALL] }
      seccompProfile: { type: RuntimeDefault }`;

onCluster(
  'the image runs in a namespace that enforces "restricted", as it is: no user needs to be given',
  async (namespace) => {
    await namespace.apply(`
apiVersion: v1
kind: Service
metadata: { name: db }
spec: { ports: [{ port: 5432 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  initContainers:
  - name: wait
    image: ${helper}
    args: [wait, dns://db]
    securityContext: ${strict}
  containers:
  - name: app
    image: ${helper}
    args: [wait, dns://db]
    securityContext: ${strict}
`);
    const pod = await namespace.pod('app', 'succeeded', succeeded);
    assert.match(statusOf(pod, 'wait').state.terminated?.message ?? '', /"outcome":"done"/);
    const refused = await namespace.tryToApply(`
apiVersion: v1
kind: Pod
metadata: { name: lax }
spec:
  containers: [{ name: app, image: '${helper}' }]
`);
    assert.match(refused.stderr, /violates PodSecurity "restricted/, 'the namespace does enforce it');
  },
  { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
);
