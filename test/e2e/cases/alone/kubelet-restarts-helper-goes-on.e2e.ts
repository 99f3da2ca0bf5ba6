// The kubelet is restarted (an update, a crash) while one pod waits and another downloads: both go on in the process
// that they are, and the new kubelet takes them up.
import assert from 'node:assert/strict';
import { onCluster, scaffold, stage } from '../../case.ts';
import { onNode } from '../../node.ts';
import { origin, release, requestsOf } from '../../origin.ts';
import { isReady, isRunning, statusOf } from '../../pod.ts';

const sizeBytes = 8_000_000;
const url = `/bytes/${sizeBytes}?hold=5000000`;

onCluster('a wait and a download outlive a restart of the kubelet', async (namespace) => {
  const sleep = ['--command', '--', 'sleep', '1000'];
  const fetch = `http://origin:8080${url} /data/file --timeout 10m --deadline 10m --connections 1`;
  await namespace.apply(
    origin(),
    await scaffold('pod', 'waits', '--wait', 'dns://late --deadline 10m', ...sleep),
    await scaffold('pod', 'fetches', '--fetch', fetch, ...sleep),
  );
  const before = new Map<string, string | undefined>();
  for (const name of ['waits', 'fetches']) {
    const pod = await namespace.pod(name, 'its helper runs', (one) => isRunning(one, 'greenroom'));
    before.set(name, statusOf(pod, 'greenroom').containerID);
  }
  await namespace.pod('origin', 'ready', isReady);
  await namespace.logLine('origin', 'origin', /^holds /);

  await onNode('systemctl', 'restart', 'kubelet');
  // one that only the new kubelet can have started
  await namespace.apply(`
apiVersion: v1
kind: Pod
metadata: { name: new }
spec:
  terminationGracePeriodSeconds: 0
  containers: [{ name: app, image: '${stage}', command: [sleep, '1000'] }]
`);
  await namespace.pod('new', 'ready', isReady);
  await namespace.kubectl('create', 'service', 'clusterip', 'late', '--tcp=80');
  await release(namespace);

  for (const [name, id] of before) {
    const helper = statusOf(await namespace.pod(name, 'ready', isReady), 'greenroom');
    assert.equal(helper.restartCount, 0, name);
    assert.equal(helper.containerID, id, name);
  }
  const asked = (await requestsOf(namespace)).map((one) => [one.url, one.status, one.bytes]);
  assert.deepEqual(asked, [[url, 200, sizeBytes]]);
});
