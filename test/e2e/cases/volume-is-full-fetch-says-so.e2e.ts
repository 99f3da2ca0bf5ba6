// A volume that is too small: a message that says so, and no eviction of the pod.
import assert from 'node:assert/strict';
import { helper, onCluster, stage } from '../case.ts';
import { origin } from '../origin.ts';
import { failed, statusOf } from '../pod.ts';

const pod = (name: string, volume: string, ...options: string[]) => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  restartPolicy: Never
  volumes: [{ name: data, emptyDir: ${volume} }]
  initContainers:
  - name: fetch
    image: ${helper}
    args: ${JSON.stringify(['fetch', 'http://origin:8080/bytes/8000000', '/data/file', ...options])}
    volumeMounts: [{ name: data, mountPath: /data }]
  containers:
  - { name: app, image: '${stage}', command: ['true'] }
---`;

onCluster('a volume that is too small is named as the reason, and the pod is not evicted', async (namespace, t) => {
  await namespace.apply(
    origin(),
    pod('in-memory', '{ medium: Memory, sizeLimit: 2Mi }'),
    // the kubelet evicts who fills a volume on disk: the helper must be told its size
    pod('on-disk', '{ sizeLimit: 2Mi }', '--max-size', '2Mi'),
  );
  for (const [name, code] of Object.entries({ 'in-memory': 'NO_SPACE', 'on-disk': 'TOO_LARGE' })) {
    await t.test(`${name}: ${code}`, async () => {
      const { status, ...rest } = await namespace.pod(name, 'failed', failed);
      const { exitCode, message = '' } = statusOf({ status, ...rest }, 'fetch').state.terminated ?? {};
      assert.equal(exitCode, 3, message);
      assert.match(message, new RegExp(`"code":"${code}"`));
      assert.notEqual(status.reason, 'Evicted');
    });
  }
});
