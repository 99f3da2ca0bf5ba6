// php-updated: a real web server serves the page that its init container brought, from an origin that failed twice first.
import assert from 'node:assert/strict';
import { inject, onCluster, patienceMs, stage } from '../case.ts';
import { origin, requestsOf } from '../origin.ts';
import { isReady, statusOf } from '../pod.ts';

onCluster('the app serves the page that was fetched before it, though the origin failed twice', async (namespace) => {
  await namespace.apply(
    origin({ 'index.html': '<h1>All the world is a stage</h1>\n' }),
    await inject(
      `
apiVersion: v1
kind: Pod
metadata: { name: php-updated, labels: { app: php-updated } }
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: nginx
    image: ${stage}
    command: [nginx]
    readinessProbe: { httpGet: { path: /, port: 8080 }, periodSeconds: 1 }
---
apiVersion: v1
kind: Service
metadata: { name: php-updated }
spec: { selector: { app: php-updated }, ports: [{ port: 80, targetPort: 8080 }] }
`,
      '--fetch',
      'http://origin:8080/index.html?fail=2 /www/index.html',
    ),
  );
  const pod = await namespace.pod('php-updated', 'ready', isReady);
  assert.equal(statusOf(pod, 'greenroom').restartCount, 0, 'it tried again inside the process');
  // (what is ready stands behind its Service once kube-proxy knows it, too)
  const ask = `timeout ${patienceMs / 1_000} sh -c 'until wget -qO- http://php-updated/; do sleep 1; done'`;
  assert.equal(await namespace.exec('origin', 'origin', 'sh', '-c', ask), '<h1>All the world is a stage</h1>\n');
  const page = (await requestsOf(namespace)).filter(({ url }) => url.startsWith('/index.html'));
  assert.deepEqual(
    page.map(({ status }) => status),
    [503, 503, 200],
  );
});
