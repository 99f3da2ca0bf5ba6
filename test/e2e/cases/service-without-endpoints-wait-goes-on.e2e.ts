// A Service is there before anything stands behind it: its name resolves, and nothing answers.
import assert from 'node:assert/strict';
import { onCluster, scaffold, stage } from '../case.ts';
import { isReady, isRunning, statusOf } from '../pod.ts';

onCluster('a wait by TCP goes on at a Service without endpoints and ends once there is one', async (namespace) => {
  const waits = (name: string, target: string) =>
    scaffold('pod', name, '--wait', target, '--command', '--', 'sleep', '1000');
  await namespace.apply(
    `
apiVersion: v1
kind: Service
metadata: { name: db }
spec: { selector: { app: db }, ports: [{ port: 5432, targetPort: 8080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: db-headless }
spec: { clusterIP: None, selector: { app: db }, ports: [{ port: 8080 }] }
`,
    await waits('by-name', 'dns://db'),
    await waits('by-tcp', 'tcp://db:5432'),
    await waits('by-headless', 'tcp://db-headless:8080'),
    await waits('by-longer-name', `tcp://db.${namespace.name}.svc:5432`),
  );
  await namespace.pod('by-name', 'ready: the name alone resolves', isReady);
  const patient = ['by-tcp', 'by-headless', 'by-longer-name'];
  for (const name of patient) {
    const pod = await namespace.pod(name, 'waits', (one) => isRunning(one, 'greenroom'));
    assert.equal(statusOf(pod, 'greenroom').restartCount, 0);
  }
  await namespace.apply(`
apiVersion: v1
kind: Pod
metadata: { name: db, labels: { app: db } }
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - { name: db, image: '${stage}', command: [httpd, -f, -p, '8080', -h, /stage/www] }
`);
  for (const name of patient) {
    const pod = await namespace.pod(name, 'ready', isReady);
    assert.equal(statusOf(pod, 'greenroom').restartCount, 0, 'it waited inside the process');
  }
});
