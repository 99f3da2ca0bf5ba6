// The kubelet runs init containers again when a pod's sandbox is lost; what they have done already, they do not do twice.
import assert from 'node:assert/strict';
import { helper, onCluster, stage } from '../case.ts';
import { origin, requestsOf } from '../origin.ts';
import { isReady, statusOf } from '../pod.ts';

onCluster('init containers run again after the sandbox was killed, and download nothing', async (namespace) => {
  await namespace.apply(
    origin({ page: 'once\n' }),
    `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  terminationGracePeriodSeconds: 0
  volumes: [{ name: data, emptyDir: {} }]
  initContainers:
  - name: mark
    image: ${stage}
    command: [sh, -c, 'echo init >> /data/runs']
    volumeMounts: [{ name: data, mountPath: /data }]
  - name: fetch
    image: ${helper}
    args: [fetch, 'http://origin:8080/page', /data/page]
    volumeMounts: [{ name: data, mountPath: /data }]
  containers:
  - name: app
    image: ${stage}
    command: [sleep, '1000']
    volumeMounts: [{ name: data, mountPath: /data }]
`,
  );
  const before = await namespace.pod('app', 'ready', isReady);
  const bytes = async () => (await requestsOf(namespace)).reduce((sum, one) => sum + one.bytes, 0);
  const bytesBefore = await bytes();
  await namespace.kill('app');
  const id = (pod: typeof before) => statusOf(pod, 'app').containerID;
  await namespace.pod('app', 'ready in a new sandbox', (pod) => isReady(pod) && id(pod) !== id(before));
  assert.equal(await namespace.exec('app', 'app', 'cat', '/data/runs'), 'init\ninit\n');
  assert.equal(await bytes(), bytesBefore);
});
