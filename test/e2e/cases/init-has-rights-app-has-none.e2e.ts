// The article's last claim: an init container may do as root what the app then needs no right for.
import assert from 'node:assert/strict';
import { onCluster, stage } from '../case.ts';
import { isReady } from '../pod.ts';

onCluster('an init container chowns as root for an app that has no rights', async (namespace) => {
  await namespace.apply(`
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  terminationGracePeriodSeconds: 0
  volumes: [{ name: data, emptyDir: {} }]
  initContainers:
  - name: own
    image: ${stage}
    command: [sh, -c, 'mkdir /data/mine && chown 1000:1000 /data/mine && chmod 700 /data/mine && chmod 755 /data']
    securityContext: { runAsUser: 0 }
    volumeMounts: [{ name: data, mountPath: /data }]
  containers:
  - name: app
    image: ${stage}
    command: [sh, -c, 'echo written > /data/mine/file && exec sleep 1000']
    securityContext:
      runAsUser: 1000
      runAsGroup: 1000
      runAsNonRoot: true
      allowPrivilegeEscalation: false
      capabilities: { drop: [ALL] }
    volumeMounts: [{ name: data, mountPath: /data }]
`);
  await namespace.pod('app', 'ready', isReady);
  assert.equal(await namespace.exec('app', 'app', 'stat', '-c', '%u %a', '/data/mine'), '1000 700\n');
  assert.equal(await namespace.exec('app', 'app', 'cat', '/data/mine/file'), 'written\n');
  await assert.rejects(namespace.exec('app', 'app', 'touch', '/data/other'), /Permission denied/);
});
