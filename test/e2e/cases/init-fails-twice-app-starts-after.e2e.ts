// The article's second claim: a failing init container is restarted until it succeeds, and nothing else starts meanwhile.
import assert from 'node:assert/strict';
import { onCluster, stage } from '../case.ts';
import { endOf, isReady, statusOf, wasCreated } from '../pod.ts';

onCluster('an init container that fails is restarted until it succeeds, and the app waits', async (namespace) => {
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
    # each try leaves a line; the third finds two
    command: [sh, -c, 'echo try >> /shared/tries; test $(wc -l < /shared/tries) = 3']
    volumeMounts: [{ name: shared, mountPath: /shared }]
  containers:
  - name: app
    image: ${stage}
    command: [sleep, '1000']
    volumeMounts: [{ name: shared, mountPath: /shared }]
`);
  const pod = await namespace.pod('app', 'ready', isReady);
  assert.equal(statusOf(pod, 'prepare').restartCount, 2);
  assert.equal(endOf(pod, 'prepare')?.exitCode, 0);
  const tries = await namespace.exec('app', 'app', 'cat', '/shared/tries');
  assert.equal(tries, 'try\n'.repeat(3), 'what failed tries wrote is still there');

  const before = namespace
    .seen('app')
    .map((observation) => observation.pod)
    .filter((seen) => statusOfOrNone(seen) !== 'succeeded');
  assert.ok(before.length >= 3, 'the failures were seen');
  for (const seen of before) {
    assert.equal(seen.status.phase, 'Pending');
    assert.equal(wasCreated(seen, 'app'), false, 'no container of the app before the init container has succeeded');
  }
});

function statusOfOrNone(pod: Parameters<typeof endOf>[0]): 'succeeded' | undefined {
  const state = pod.status.initContainerStatuses?.[0]?.state;
  return state?.terminated?.exitCode === 0 ? 'succeeded' : undefined;
}
