// The machine goes down and comes back: pods keep their volumes and lose their sandboxes, so init containers run again,
// and a download that was under way goes on with what lies on its volume.
import assert from 'node:assert/strict';
import { node, onCluster, scaffold, stage } from '../../case.ts';
import { untilApiServerAnswers } from '../../node.ts';
import { origin, release, requestsOf } from '../../origin.ts';
import { isReady, type Pod, statusOf } from '../../pod.ts';
import { run } from '../../processes.ts';

const url = '/bytes/8000000?hold=5000000';

onCluster('after a restart of the node init containers run again, before the app', async (namespace) => {
  const fetch = `http://origin:8080${url} /data/file --timeout 10m --deadline 15m --connections 1`;
  await namespace.apply(
    origin(),
    await scaffold('pod', 'fetches', '--fetch', fetch, '--command', '--', 'sleep', '1000'),
    `
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
`,
  );
  const app = await namespace.pod('app', 'ready', isReady);
  const source = await namespace.pod('origin', 'ready', isReady);
  await namespace.logLine('origin', 'origin', /^holds /);
  await run('docker', ['restart', '--time=0', node], { quiet: true });
  await untilApiServerAnswers();
  namespace.watchAgain();

  const again = (name: string, before: Pod) =>
    namespace.pod(
      name,
      'ready again',
      (pod) => isReady(pod) && statusOf(pod, name).containerID !== statusOf(before, name).containerID,
    );
  await again('app', app);
  assert.equal(await namespace.exec('app', 'app', 'cat', '/shared/marks'), 'init\napp\ninit\napp\n');
  await again('origin', source);
  await release(namespace);
  await namespace.pod('fetches', 'ready', isReady);
  // the new origin has seen no other request, so nothing was asked for twice
  const requests = await requestsOf(namespace);
  assert.deepEqual(
    requests.map((one) => [one.url, one.status]),
    [[url, 206]],
  );
  assert.match(requests[0]?.range ?? '', /^bytes=[1-9]\d*-$/);
});
