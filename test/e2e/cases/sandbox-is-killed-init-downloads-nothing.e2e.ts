// The kubelet runs init containers again when a pod's sandbox is lost; what they have done already, they do not do twice.
import assert from 'node:assert/strict';
import { inject, onCluster, stage } from '../case.ts';
import { origin, requestsOf } from '../origin.ts';
import { isReady, statusOf } from '../pod.ts';

onCluster('init containers run again after the sandbox was killed, and download nothing', async (namespace) => {
  await namespace.apply(
    origin({ page: 'once\n' }),
    await inject(
      `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  terminationGracePeriodSeconds: 0
  volumes: [{ name: runs, emptyDir: {} }]
  initContainers:
  - name: mark
    image: ${stage}
    command: [sh, -c, 'echo init >> /runs/log']
    volumeMounts: [{ name: runs, mountPath: /runs }]
  containers:
  - name: app
    image: ${stage}
    command: [sleep, '1000']
    volumeMounts: [{ name: runs, mountPath: /runs }]
`,
      '--fetch',
      'http://origin:8080/page /data/page',
    ),
  );
  const before = await namespace.pod('app', 'ready', isReady);
  const bytes = async () => (await requestsOf(namespace)).reduce((sum, one) => sum + one.bytes, 0);
  const bytesBefore = await bytes();
  await namespace.kill('app');
  const id = (pod: typeof before) => statusOf(pod, 'app').containerID;
  await namespace.pod('app', 'ready in a new sandbox', (pod) => isReady(pod) && id(pod) !== id(before));
  assert.equal(await namespace.exec('app', 'app', 'cat', '/runs/log'), 'init\ninit\n');
  assert.equal(await bytes(), bytesBefore);
});
