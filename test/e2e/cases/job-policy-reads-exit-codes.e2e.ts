// A Job's podFailurePolicy acts on the exit codes of the helper: what can't get better fails the Job at once.
import assert from 'node:assert/strict';
import { helper, onCluster, patienceMs, stage } from '../case.ts';

const job = (name: string, ...args: string[]) => `
apiVersion: batch/v1
kind: Job
metadata: { name: ${name} }
spec:
  backoffLimit: 5
  podFailurePolicy:
    rules:
    - action: FailJob
      onExitCodes: { containerName: wait, operator: In, values: [2, 3] }
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 0
      initContainers:
      - { name: wait, image: '${helper}', args: ${JSON.stringify(['wait', ...args])} }
      containers:
      - { name: work, image: '${stage}', command: ['true'] }
`;

onCluster(
  'a podFailurePolicy fails the Job at a faulty argument and tries again after a deadline',
  async (namespace) => {
    await namespace.apply(
      job('faulty', 'dns://work', '--deadlin', '1s'),
      job('late', 'dns://work', '--deadline', '1s'),
    );
    await namespace.kubectl('wait', '--for=condition=Failed', 'job/faulty', `--timeout=${patienceMs / 1_000}s`);
    const faulty = JSON.parse(await namespace.kubectl('get', 'job', 'faulty', '-o', 'json')) as {
      status: { failed: number; conditions: { type: string; reason: string }[] };
    };
    assert.equal(faulty.status.failed, 1, 'not tried again');
    assert.equal(faulty.status.conditions.find(({ type }) => type === 'Failed')?.reason, 'PodFailurePolicy');

    await namespace.pods('the first pod of the other Job has failed', (pods) =>
      pods.some(({ metadata, status }) => metadata.name.startsWith('late') && status.phase === 'Failed'),
    );
    await namespace.kubectl('create', 'service', 'clusterip', 'work', '--tcp=80');
    await namespace.kubectl('wait', '--for=condition=Complete', 'job/late', `--timeout=${patienceMs / 1_000}s`);
  },
);
