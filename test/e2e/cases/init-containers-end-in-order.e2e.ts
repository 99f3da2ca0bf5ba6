// The article's first claim: init containers run one after the other, and the app after all of them.
import assert from 'node:assert/strict';
import { onCluster, stage } from '../case.ts';
import { isReady, statusOf } from '../pod.ts';

const mark = (name: string) => `
  - name: ${name}
    image: ${stage}
    command: [sh, -c, 'echo ${name} begins >> /shared/marks; sleep 1; echo ${name} ends >> /shared/marks']
    volumeMounts: [{ name: shared, mountPath: /shared }]`;

onCluster('init containers run one after the other, and the app after all of them', async (namespace) => {
  await namespace.apply(`
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  terminationGracePeriodSeconds: 0
  volumes: [{ name: shared, emptyDir: {} }]
  initContainers:${mark('first')}${mark('second')}${mark('third')}
  containers:
  - name: app
    image: ${stage}
    command: [sh, -c, 'echo app begins >> /shared/marks; exec sleep 1000']
    volumeMounts: [{ name: shared, mountPath: /shared }]
`);
  const pod = await namespace.pod('app', 'ready', isReady);
  const names = ['first', 'second', 'third'];
  const marks = await namespace.exec('app', 'app', 'cat', '/shared/marks');
  assert.deepEqual(marks.trim().split('\n'), [
    ...names.flatMap((name) => [`${name} begins`, `${name} ends`]),
    'app begins',
  ]);
  const times = names.flatMap((name) => {
    const { startedAt = '', finishedAt = '' } = statusOf(pod, name).state.terminated ?? {};
    return [startedAt, finishedAt];
  });
  times.push(statusOf(pod, 'app').state.running?.startedAt ?? '');
  assert.deepEqual(times.toSorted(), times, 'started and finished times are in order');
});
