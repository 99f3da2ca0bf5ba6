// A wait that asks the Kubernetes API, with the account, the role and the token that the CLI writes beside it.
import assert from 'node:assert/strict';
import { onCluster, scaffold, stage } from '../case.ts';
import { isReady, isRunning, statusOf } from '../pod.ts';

onCluster('a wait for a Job has just the rights that it takes, and the app sees no token', async (namespace) => {
  const steps = ['--namespace', namespace.name, '--wait', 'k8s://job/migrate'];
  await namespace.apply(await scaffold('pod', 'app', ...steps, '--command', '--', 'sleep', '1000'));
  await namespace.pod('app', 'waits', (pod) => isRunning(pod, 'greenroom'));
  await namespace.apply(`
apiVersion: batch/v1
kind: Job
metadata: { name: migrate }
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
      - { name: migrate, image: '${stage}', command: ['true'] }
`);
  const pod = await namespace.pod('app', 'ready', isReady);
  assert.equal(statusOf(pod, 'greenroom').restartCount, 0);
  await assert.rejects(namespace.exec('app', 'app', 'ls', '/var/run/secrets'), /No such file/);
  const may = (...words: string[]) => {
    const account = `system:serviceaccount:${namespace.name}:app`;
    return namespace.kubectl('auth', 'can-i', ...words, `--as=${account}`).then(
      (answer) => answer.trim(),
      () => 'no',
    );
  };
  assert.equal(await may('get', 'jobs.batch/migrate'), 'yes');
  assert.equal(await may('get', 'jobs.batch/other'), 'no');
  assert.equal(await may('list', 'jobs.batch'), 'no');
  assert.equal(await may('get', 'pods'), 'no');
});
