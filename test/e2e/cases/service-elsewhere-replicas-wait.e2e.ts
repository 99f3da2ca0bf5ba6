// my-app: two replicas wait for the Service myappb. A Service of that name in another namespace does not help; the one in
// their own does; how soon, beside the article's own loop of busybox, is measured.
import assert from 'node:assert/strict';
import { helper, onCluster, scaffold, stage } from '../case.ts';
import { isReady, isRunning, type Pod } from '../pod.ts';

// as the article has it
const article = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: article }
spec:
  replicas: 2
  selector: { matchLabels: { app: article } }
  template:
    metadata: { labels: { app: article } }
    spec:
      terminationGracePeriodSeconds: 0
      initContainers:
      - name: greenroom
        image: ${stage}
        command: [sh, -c, 'until nslookup myappb.$(cat /var/run/secrets/kubernetes.io/serviceaccount/namespace).svc.cluster.local; do echo waiting for myappb; sleep 2; done']
      containers:
      - name: app
        image: ${stage}
        command: [sleep, '1000']
`;
const ours = () =>
  scaffold('deployment', 'my-app', '--replicas=2', '--wait', 'dns://myappb', '--command', '--', 'sleep', '1000');

const service = `
apiVersion: v1
kind: Service
metadata: { name: myappb }
spec: { ports: [{ port: 80 }] }
`;

const of = (pods: readonly Pod[], app: string) => pods.filter(({ metadata }) => metadata.labels?.app === app);

onCluster(
  'replicas wait for a Service of their own namespace and start as soon as it is there',
  async (namespace, t) => {
    await namespace.apply(article, await ours());
    const waiting = (pods: readonly Pod[]) => pods.length === 4 && pods.every((pod) => isRunning(pod, 'greenroom'));
    await namespace.pods('all four wait', waiting);

    const elsewhere = `${namespace.name}-elsewhere`;
    await namespace.kubectl('create', 'namespace', elsewhere);
    try {
      await namespace.kubectl('create', 'service', 'clusterip', 'myappb', '--tcp=80', `--namespace=${elsewhere}`);
      // the name there does resolve, for one who asks for it in full; only then the replicas' patience says something
      await namespace.apply(`
apiVersion: v1
kind: Pod
metadata: { name: asks-in-full, labels: { app: asks-in-full } }
spec:
  restartPolicy: Never
  containers:
  - { name: wait, image: '${helper}', args: [wait, 'dns://myappb.${elsewhere}'] }
`);
      await namespace.pod('asks-in-full', 'succeeded', (pod) => pod.status.phase === 'Succeeded');
    } finally {
      await namespace.kubectl('delete', 'namespace', elsewhere, '--wait=false');
    }
    for (const app of ['article', 'my-app']) {
      for (const { pod } of namespace.seen(app)) assert.equal(pod.status.phase, 'Pending');
    }

    const startMs = performance.now();
    await namespace.apply(service);
    const ready = async (app: string) => {
      await namespace.pods(`${app} is ready`, (pods) => of(pods, app).filter(isReady).length === 2);
      return performance.now() - startMs;
    };
    const [articleMs, oursMs] = await Promise.all([ready('article'), ready('my-app')]);
    t.diagnostic(`from "kubectl apply" of the Service to two ready replicas: ${Math.round(oursMs)} ms`);
    t.diagnostic(`and with the article's loop, on the same cluster at the same time: ${Math.round(articleMs)} ms`);
  },
);
