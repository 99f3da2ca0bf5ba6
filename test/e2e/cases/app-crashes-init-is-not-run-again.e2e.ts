// The app restarts within its pod: what the init containers prepared stays, and they are not run again.
import assert from 'node:assert/strict';
import { onCluster, stage } from '../case.ts';
import { isReady, statusOf } from '../pod.ts';

onCluster('when the app crashes, init containers are not run again', async (namespace) => {
  await namespace.apply(`
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  terminationGracePeriodSeconds: 0
  volumes: [{ name: shared, emptyDir: {} }]
  initContainers:
  - name: prepare
    image: ${stage}
    command: [sh, -c, 'echo prepared >> /shared/marks']
    volumeMounts: [{ name: shared, mountPath: /shared }]
  containers:
  - name: app
    image: ${stage}
    # crashes once
    command: [sh, -c, 'echo app begins >> /shared/marks; test $(grep -c app /shared/marks) = 2 && exec sleep 1000']
    volumeMounts: [{ name: shared, mountPath: /shared }]
`);
  const again = (one: Parameters<typeof isReady>[0]) => isReady(one) && statusOf(one, 'app').restartCount === 1;
  const pod = await namespace.pod('app', 'ready after a restart', again);
  assert.equal(statusOf(pod, 'prepare').restartCount, 0);
  const marks = await namespace.exec('app', 'app', 'cat', '/shared/marks');
  assert.equal(marks, 'prepared\napp begins\napp begins\n');
});
