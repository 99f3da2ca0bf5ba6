// The cluster's name service goes away and comes back while pods wait: "no answer" is not "no such name", nor an end.
import assert from 'node:assert/strict';
import { onCluster, patienceMs, scaffold } from '../../case.ts';
import { isReady, isRunning, statusOf } from '../../pod.ts';

onCluster('a wait outlives an outage of the cluster DNS', async (namespace) => {
  const scale = (replicas: number) =>
    namespace.kubectl('scale', 'deployment/coredns', `--replicas=${replicas}`, '--namespace=kube-system');
  await scale(0);
  try {
    await namespace.kubectl(
      'wait',
      '--for=delete',
      'pod',
      '-l',
      'k8s-app=kube-dns',
      '--namespace=kube-system',
      `--timeout=${patienceMs / 1_000}s`,
    );
    await namespace.apply(`
apiVersion: v1
kind: Service
metadata: { name: db }
spec: { ports: [{ port: 5432 }] }
`);
    const steps = ['--wait', 'dns://db', '--log-level=debug'];
    await namespace.apply(await scaffold('pod', 'app', ...steps, '--command', '--', 'sleep', '1000'));
    await namespace.pod('app', 'waits', (pod) => isRunning(pod, 'greenroom'));
    // one attempt has found no name server
    await namespace.logLine('app', 'greenroom', /NAME_SERVER_FAILED|TIMED_OUT|CONNECTION_REFUSED/);
  } finally {
    await scale(2);
  }
  const pod = await namespace.pod('app', 'ready', isReady);
  assert.equal(statusOf(pod, 'greenroom').restartCount, 0);
});
