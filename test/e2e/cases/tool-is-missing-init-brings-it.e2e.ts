// A tool and a script that the app's image lacks come by an init container; the app runs them.
import assert from 'node:assert/strict';
import { helper, onCluster, stage } from '../case.ts';
import { origin } from '../origin.ts';
import { succeeded } from '../pod.ts';

const plan = [
  'fetch http://origin:8080/hello /tools/hello --mode 0755',
  'fetch http://origin:8080/greet.sh /tools/greet.sh --mode 0755',
];

onCluster('the app runs a tool and a script that its image lacks', async (namespace) => {
  await namespace.apply(
    origin({ 'greet.sh': '#!/bin/sh\n/tools/hello --greeting="$1"\n' }),
    `
apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  restartPolicy: Never
  volumes: [{ name: tools, emptyDir: {} }]
  initContainers:
  - name: bring-tools
    image: ${helper}
    args: [run]
    env: [{ name: GREENROOM_PLAN, value: '${JSON.stringify(plan)}' }]
    volumeMounts: [{ name: tools, mountPath: /tools }]
  containers:
  - name: app
    image: ${stage}
    command: [sh, -c, 'command -v hello && exit 9; exec /tools/greet.sh "break a leg"']
    volumeMounts: [{ name: tools, mountPath: /tools, readOnly: true }]
`,
  );
  await namespace.pod('app', 'succeeded', succeeded);
  assert.equal(await namespace.logs('app', 'app'), 'break a leg\n');
});
