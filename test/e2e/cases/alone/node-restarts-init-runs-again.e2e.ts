// The machine goes down and comes back: pods keep their volumes and lose their sandboxes, so init containers run again.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { node, onCluster, stage } from '../../case.ts';
import { isReady, statusOf } from '../../pod.ts';
import { output, run } from '../../processes.ts';

onCluster('after a restart of the node init containers run again, before the app', async (namespace) => {
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
    command: [sh, -c, 'echo init >> /shared/marks']
    volumeMounts: [{ name: shared, mountPath: /shared }]
  containers:
  - name: app
    image: ${stage}
    command: [sh, -c, 'echo app >> /shared/marks; exec sleep 1000']
    volumeMounts: [{ name: shared, mountPath: /shared }]
`);
  const before = statusOf(await namespace.pod('app', 'ready', isReady), 'app').containerID;
  await run('docker', ['restart', '--time=0', node], { quiet: true });
  // while the API server is away there is nothing to watch
  while ((await output('kubectl', ['get', '--raw', '/readyz'], 2_000)) === undefined) await delay(200);
  namespace.watchAgain();
  await namespace.pod(
    'app',
    'ready again',
    (pod) => isReady(pod) && statusOf(pod, 'app').containerID !== before,
    120_000,
  );
  assert.equal(await namespace.exec('app', 'app', 'cat', '/shared/marks'), 'init\napp\ninit\napp\n');
});
