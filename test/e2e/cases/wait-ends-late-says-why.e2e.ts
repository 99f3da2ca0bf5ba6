// What people meet when a wait ends in vain: the reason stands in the pod's status, short enough for the kubelet.
import assert from 'node:assert/strict';
import { inject, onCluster, stage } from '../case.ts';
import { failed, statusOf } from '../pod.ts';

onCluster('a wait that ends in vain says why in the status of the pod', async (namespace) => {
  const manifest = `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  restartPolicy: Never
  containers:
  - { name: app, image: '${stage}', command: [sleep, '1000'] }
`;
  await namespace.apply(await inject(manifest, '--wait', 'tcp://no-such-service:5432 --deadline 2s'));
  const pod = await namespace.pod('app', 'failed', failed);
  const { exitCode, message = '' } = statusOf(pod, 'greenroom').state.terminated ?? {};
  assert.equal(exitCode, 124);
  assert.ok(Buffer.byteLength(message) <= 1_024, `${Buffer.byteLength(message)} bytes`);
  const [sentence = '', json = ''] = message.trim().split('\n');
  assert.match(sentence, /tcp:\/\/no-such-service:5432 not ready after [\d.]+m?s /);
  const { target, code, cause } = JSON.parse(json) as Record<string, unknown>;
  assert.deepEqual(
    { target, code, cause },
    { target: 'tcp://no-such-service:5432', code: 'DEADLINE_PASSED', cause: 'NAME_NOT_FOUND' },
  );
  const described = await namespace.kubectl('describe', 'pod', 'app');
  assert.ok(described.includes(sentence.slice(0, 60)), 'kubectl describe shows it');
});
