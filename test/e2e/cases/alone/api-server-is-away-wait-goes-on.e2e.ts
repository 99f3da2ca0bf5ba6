// The API server is killed while a pod watches a Job: the wait goes on, and finds what happened meanwhile.
import assert from 'node:assert/strict';
import { onCluster, scaffold, stage } from '../../case.ts';
import { restartApiServer } from '../../node.ts';
import { isReady, isRunning, statusOf } from '../../pod.ts';

onCluster('a wait that watches the API server outlives it', async (namespace) => {
  await namespace.apply(`
apiVersion: batch/v1
kind: Job
metadata: { name: migrate }
spec:
  ttlSecondsAfterFinished: 0
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 0
      containers:
      - { name: migrate, image: '${stage}', command: [sh, -c, 'until test -e /done; do sleep 1; done'] }
`);
  const steps = ['--namespace', namespace.name, '--wait', 'k8s://job/migrate', '--log-level=debug'];
  await namespace.apply(await scaffold('pod', 'app', ...steps, '--command', '--', 'sleep', '1000'));
  await namespace.pod('app', 'waits', (pod) => isRunning(pod, 'greenroom'));
  await namespace.logLine('app', 'greenroom', /the Job is not complete/);
  await namespace.pod('migrate', 'runs', (pod) => isRunning(pod, 'migrate'));

  await restartApiServer();
  namespace.watchAgain();

  const pod = await namespace.pod('app', 'still waits', (one) => isRunning(one, 'greenroom'));
  assert.equal(statusOf(pod, 'greenroom').restartCount, 0);
  const [job] = (await namespace.kubectl('get', 'pods', '-l', 'job-name=migrate', '-o', 'name')).trim().split('\n');
  await namespace.exec(job ?? '', 'migrate', 'touch', '/done');
  const ready = await namespace.pod('app', 'ready', isReady);
  assert.equal(statusOf(ready, 'greenroom').restartCount, 0, 'one process has waited all the time');
});
