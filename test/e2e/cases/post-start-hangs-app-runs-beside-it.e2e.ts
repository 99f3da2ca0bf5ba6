// Why postStart is no place to prepare anything: it gives no order against the app's command.
import assert from 'node:assert/strict';
import { onCluster, stage } from '../case.ts';
import { isReady } from '../pod.ts';

onCluster('the command of the app does not wait for its postStart hook', async (namespace) => {
  await namespace.apply(`
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  terminationGracePeriodSeconds: 0
  volumes: [{ name: shared, emptyDir: {} }]
  containers:
  - name: app
    image: ${stage}
    command: [sh, -c, 'echo app begins >> /shared/marks; exec sleep 1000']
    volumeMounts: [{ name: shared, mountPath: /shared }]
    lifecycle:
      postStart:
        exec:
          # ends only once the app has begun: a hook that came before it would hang for ever
          command: [sh, -c, 'until grep -qs "app begins" /shared/marks; do sleep 0.1; done; echo hook ends >> /shared/marks']
`);
  await namespace.pod('app', 'ready', isReady);
  const marks = await namespace.exec('app', 'app', 'cat', '/shared/marks');
  assert.equal(marks, 'app begins\nhook ends\n');
});
