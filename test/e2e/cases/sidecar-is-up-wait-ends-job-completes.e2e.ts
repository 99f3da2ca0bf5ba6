// Native sidecars around a wait: one before it can be waited for, one after it starts later, and neither keeps a Job.
import assert from 'node:assert/strict';
import { helper, onCluster, patienceMs, stage } from '../case.ts';
import { statusOf, succeeded } from '../pod.ts';

const sidecar = (name: string, port: number) => `
      - name: ${name}
        image: ${stage}
        restartPolicy: Always
        command: [sh, -c, "trap 'exit 0' TERM; httpd -p ${port} -h /stage/www; while :; do sleep 0.1; done"]`;

onCluster(
  'a wait reaches the sidecar before it, precedes the one after it, and the Job completes',
  async (namespace) => {
    await namespace.apply(`
apiVersion: batch/v1
kind: Job
metadata: { name: work }
spec:
  template:
    spec:
      restartPolicy: Never
      initContainers:${sidecar('before', 8081)}
      - { name: wait, image: '${helper}', args: [wait, 'tcp://127.0.0.1:8081'] }${sidecar('after', 8082)}
      containers:
      - { name: work, image: '${stage}', command: [wget, -qO, /dev/null, 'http://127.0.0.1:8081/hello'] }
`);
    const pod = await namespace.pod('work', 'succeeded', succeeded);
    const { finishedAt = '' } = statusOf(pod, 'wait').state.terminated ?? {};
    const startedAt = (container: string) => statusOf(pod, container).state.terminated?.startedAt ?? '';
    assert.ok(startedAt('before') <= finishedAt);
    assert.ok(finishedAt <= startedAt('after'));
    assert.ok(startedAt('after') <= startedAt('work'));
    await namespace.kubectl('wait', '--for=condition=Complete', 'job/work', `--timeout=${patienceMs / 1_000}s`);
  },
);
