// greenroom policy: a plan in an annotation reaches the helper through the downward API, and files the app's own volume.
import assert from 'node:assert/strict';
import { minor, onCluster, stage } from '../case.ts';
import { origin } from '../origin.ts';
import { endOf, isReady } from '../pod.ts';
import { dropPolicy, usePolicy, whyNoPolicy } from '../policy.ts';

const app = (name: string, annotations: string) => `
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  annotations:${annotations}
spec:
  terminationGracePeriodSeconds: 0
  volumes: [{ name: www, emptyDir: {} }]
  containers:
  - name: side
    image: ${stage}
    command: [sleep, '1000']
  - name: app
    image: ${stage}
    command: [sleep, '1000']
    volumeMounts: [{ name: www, mountPath: /www, readOnly: true }]
`;

onCluster(
  'a plan in an annotation runs, a fetch finds the volume of the app, and the policy sets the deadline',
  async (namespace) => {
    try {
      const name = await usePolicy(namespace, '--deadline', '2s');
      await namespace.apply(
        origin({ 'a.txt': 'a $(HOME) "b"\n' }),
        app(
          'plan',
          `
    greenroom.dev/container: app
    greenroom.dev/plan: |
      - wait http://origin:8080/a.txt --contains '$(HOME) "b"' --deadline 5m
      - together:
        - {fetch: 'http://origin:8080/a.txt', to: /www/a, deadline: 5m}
        - fetch http://origin:8080/a.txt /www/b --deadline 5m`,
        ),
        app(
          'lines',
          `
    greenroom.dev/container: app
    greenroom.dev/wait: |
      http://origin:8080/a.txt --contains '$(HOME) "b"' --deadline 5m
      dns://origin --deadline 5m
    greenroom.dev/fetch: http://origin:8080/a.txt /www/c --deadline 5m`,
        ),
        app('late', '\n    greenroom.dev/wait: dns://nowhere'),
      );
      for (const [pod, files] of [
        ['plan', ['a', 'b']],
        ['lines', ['c']],
      ] as const) {
        await namespace.pod(pod, 'ready', isReady);
        for (const file of files) {
          assert.equal(await namespace.exec(pod, 'app', 'cat', `/www/${file}`), 'a $(HOME) "b"\n');
        }
      }
      const late = await namespace.pod('late', 'ended', (pod) => endOf(pod, name) !== undefined);
      assert.equal(endOf(late, name)?.exitCode, 124);
      assert.match(endOf(late, name)?.message ?? '', /not ready after [\d.]+s /);
    } finally {
      await dropPolicy(namespace);
    }
  },
  { skip: whyNoPolicy(minor) },
);
