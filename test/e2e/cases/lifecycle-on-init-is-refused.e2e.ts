// The article's claim that lifecycle and probes are no part of an init container: the API server says so.
import assert from 'node:assert/strict';
import { onCluster, stage } from '../case.ts';

const probe = '{ exec: { command: ["true"] } }';
const fields = {
  lifecycle: '{ postStart: { exec: { command: ["true"] } } }',
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
};

onCluster('lifecycle and probes on an init container are refused by the API server', async (namespace, t) => {
  for (const [field, value] of Object.entries(fields)) {
    await t.test(`${field} is refused`, async () => {
      const { code, stderr } = await namespace.tryToApply(`
apiVersion: v1
kind: Pod
metadata: { name: ${field.toLowerCase()} }
spec:
  initContainers:
  - { name: prepare, image: '${stage}', command: ['true'], ${field}: ${value} }
  containers:
  - { name: app, image: '${stage}', command: [sleep, '1000'] }
`);
      assert.notEqual(code, 0);
      assert.match(
        stderr,
        new RegExp(`spec\\.initContainers\\[0\\]\\.${field}: Forbidden: may not be set for init containers`),
      );
    });
  }
});
