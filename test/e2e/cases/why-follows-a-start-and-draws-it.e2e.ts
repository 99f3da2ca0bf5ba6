// `greenroom why --watch`: from a wait to the start, and to the drawing of what took how long; and in CI, where it gives up.
import assert from 'node:assert/strict';
import { greenroom, inject, onCluster, stage } from '../case.ts';
import { isReady, isRunning } from '../pod.ts';

const db = `
apiVersion: v1
kind: Pod
metadata: { name: db, labels: { app: db } }
spec:
  terminationGracePeriodSeconds: 0
  containers: [{ name: db, image: '${stage}', command: [httpd, -f, -p, '5432', -h, /stage/www] }]
`;
const app = (name: string, image: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{ name: app, image: '${image}', command: [sleep, '1000'] }]
`;

onCluster(
  '--watch follows a wait to its end and draws it, --fail-fast gives up what is hopeless',
  async (namespace) => {
    await namespace.kubectl('create', 'service', 'clusterip', 'db', '--tcp=5432');
    await namespace.apply(await inject(app('web', stage), '--wait', 'tcp://db:5432'), app('hopeless', 'Not_A_Name:!'));
    const why = (...words: string[]) => ['why', ...words, '-n', namespace.name, '--watch', '--timeout', '150s'];
    await namespace.pod('web', 'waits', (pod) => isRunning(pod, 'greenroom'));

    const following = greenroom(why('deployment/web'));
    const hopeless = await greenroom(why('deployment/hopeless', '--fail-fast'), undefined, [1]);
    assert.match(hopeless, /"Not_A_Name:!" is not the name of one/);
    assert.match(hopeless, /\nended: this will not start without a change\n$/);

    await namespace.apply(db);
    const told = await following;
    await namespace.pod('web', 'ready', isReady);
    assert.match(
      told,
      /waits for tcp:\/\/db:5432, and no pod in namespace \S+ has the labels that Service db selects: app=db/,
    );
    assert.match(told, /deployment\/web: all is well: 1 pod ready/);
    const [, picture = ''] = told.split(/how pod\/web-\S+ started\n/);
    assert.match(picture, /^ {2}greenroom +[█#]+ .* done$/m);
    assert.match(picture, /^ {2}app +.*[━=] +ran$/m);

    const json = JSON.parse(await greenroom(['why', 'deployment/web', '-n', namespace.name, '-o', 'json']));
    assert.equal(json.state, 'well');
  },
);
