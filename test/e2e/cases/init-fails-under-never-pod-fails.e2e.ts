// The article's third claim: with restartPolicy Never the first failure is the last.
import assert from 'node:assert/strict';
import { onCluster, stage } from '../case.ts';
import { failed, statusOf, wasCreated } from '../pod.ts';

onCluster(
  'with restartPolicy Never a failed init container fails the pod, and the app never exists',
  async (namespace) => {
    await namespace.apply(`
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  restartPolicy: Never
  initContainers:
  - name: prepare
    image: ${stage}
    command: [sh, -c, 'exit 7']
  - name: never-reached
    image: ${stage}
    command: ['true']
  containers:
  - name: app
    image: ${stage}
    command: [sleep, '1000']
`);
    const pod = await namespace.pod('app', 'failed', failed);
    const prepare = statusOf(pod, 'prepare');
    assert.equal(prepare.restartCount, 0);
    assert.equal(prepare.state.terminated?.exitCode, 7);
    for (const { pod: seen } of namespace.seen('app')) {
      assert.equal(wasCreated(seen, 'never-reached'), false);
      assert.equal(wasCreated(seen, 'app'), false);
    }
  },
);
