import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readObjects } from '../../../../cli/src/rehearse/pod/documents.ts';
import { createValues } from '../../../../cli/src/rehearse/pod/values.ts';
import { environmentOf, expand } from '../../../../cli/src/rehearse/pod/variables.ts';
import { readWorkloads } from '../../../../cli/src/rehearse/pod/workload.ts';

const read = (text: string) => readWorkloads(readObjects('a.yaml', text), 'default');
const podSpec = '{containers: [{name: app, image: x}]}';

describe('what can be rehearsed', () => {
  for (const kind of ['Deployment', 'ReplicaSet', 'ReplicationController', 'StatefulSet', 'DaemonSet']) {
    it(`is the template of a ${kind}`, () => {
      const [workload] = read(
        `{kind: ${kind}, metadata: {name: a, namespace: shop}, spec: {replicas: 3, template: {spec: ${podSpec}}}}`,
      );
      assert.equal(workload?.namespace, 'shop');
      assert.equal(workload?.pods, 3);
      assert.deepEqual(
        workload?.pod.containers.map(({ name }) => name),
        ['app'],
      );
    });
  }

  it('is a pod of a StatefulSet with the claims of its templates as volumes, in place of those of the same name', () => {
    const [workload] = read(`
kind: StatefulSet
metadata: {name: db}
spec:
  volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce]}}]
  template:
    spec:
      volumes: [{name: data, emptyDir: {}}, {name: run, emptyDir: {}}]
      containers: [{name: db, image: x, volumeMounts: [{name: data, mountPath: /data}, {name: run, mountPath: /run}]}]
`);
    assert.deepEqual(
      workload?.pod.volumes.map(({ name, kind, isForeign }) => ({ name, kind, isForeign })),
      [
        { name: 'run', kind: 'emptyDir', isForeign: false },
        { name: 'data', kind: 'persistentVolumeClaim', isForeign: true },
      ],
    );
  });

  it('is the template of a CronJob, with the rules of its Job', () => {
    const [workload] = read(`
kind: CronJob
metadata: {name: a}
spec:
  jobTemplate:
    spec:
      backoffLimit: 2
      podFailurePolicy:
        rules:
        - {action: FailJob, onExitCodes: {operator: In, values: [2, 3]}}
        - {action: Ignore, onPodConditions: [{type: DisruptionTarget}]}
      template: {spec: {restartPolicy: Never, containers: [{name: app, image: x}]}}
`);
    assert.deepEqual(workload?.job, {
      restartPolicy: 'Never',
      backoffLimit: 2,
      activeDeadlineMs: undefined,
      podFailureRules: [{ action: 'FailJob', container: undefined, operator: 'In', exitCodes: [2, 3] }],
    });
  });

  it('is each item of a List, and none of what has no pod', () => {
    const text = `{kind: List, items: [{kind: Pod, metadata: {name: a}, spec: ${podSpec}}, {kind: ConfigMap, metadata: {name: c}}]}`;
    assert.deepEqual(
      read(text).map(({ name }) => name),
      ['a'],
    );
  });

  it('calls an init container a sidecar when its restartPolicy is Always', () => {
    const [workload] = read(
      '{kind: Pod, metadata: {name: a}, spec: {initContainers: [{name: s, image: x, restartPolicy: Always}, {name: i, image: x}], containers: [{name: app, image: x}]}}',
    );
    assert.deepEqual(
      workload?.pod.containers.map(({ rules: { role } }) => role),
      ['sidecar', 'init', 'app'],
    );
  });

  it('reads modes as octal, and times of day as text, as kubectl does', () => {
    const [workload] = read(`
kind: Pod
metadata: {name: a}
spec:
  volumes: [{name: v, configMap: {name: c, defaultMode: 0400}}]
  containers: [{name: app, image: x, env: [{name: T, value: 22:30}, {name: D, value: 2026-01-02}]}]
`);
    assert.equal(workload?.pod.volumes[0]?.mode, 0o400);
    assert.deepEqual(
      workload?.pod.containers[0]?.variables.map(({ from }) => from.kind === 'value' && from.value),
      ['22:30', '2026-01-02'],
    );
  });
});

describe('a faulty manifest', () => {
  const faults: readonly [what: string, text: string, message: RegExp][] = [
    [
      'a number among the arguments',
      '{kind: Pod, metadata: {name: a}, spec: {containers: [{name: app, image: x, args: [wait, 3]}]}}',
      /Pod a, spec.containers\[0\].args\[1\]: is the number 3, not text/,
    ],
    [
      'a variable that is no text',
      '{kind: Pod, metadata: {name: a}, spec: {containers: [{name: app, image: x, env: [{name: A, value: on}]}]}}',
      /env\[0\].value: is the boolean true, not text/,
    ],
    [
      'a mount of a volume that is not there',
      '{kind: Pod, metadata: {name: a}, spec: {containers: [{name: app, image: x, volumeMounts: [{name: v, mountPath: /v}]}]}}',
      /mounts v, which is no volume/,
    ],
    [
      'a Job that always restarts',
      `{kind: Job, metadata: {name: a}, spec: {template: {spec: ${podSpec}}}}`,
      /restartPolicy Always/,
    ],
    [
      'a Deployment that never restarts',
      '{kind: Deployment, metadata: {name: a}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: app, image: x}]}}}}',
      /restartPolicy Never/,
    ],
    [
      'two containers of one name',
      '{kind: Pod, metadata: {name: a}, spec: {containers: [{name: app, image: x}, {name: app, image: x}]}}',
      /two containers are called app/,
    ],
    ['a pod without containers', '{kind: Pod, metadata: {name: a}, spec: {}}', /has no containers/],
    [
      'an unknown restartPolicy',
      '{kind: Pod, metadata: {name: a}, spec: {restartPolicy: Allways, containers: [{name: app, image: x}]}}',
      /must be one of Always, OnFailure, Never, not Allways/,
    ],
  ];
  for (const [what, text, message] of faults) {
    it(`is named: ${what}`, () => assert.throws(() => read(text), message));
  }

  it('is shown with line and column when it is no YAML', () => {
    assert.throws(
      () => read('kind: Pod\nspec: [1\n'),
      (error: { place?: { file: string; line: number } }) => error.place?.file === 'a.yaml' && error.place.line >= 2,
    );
  });
});

describe('the environment of a container', () => {
  const objects = readObjects(
    'a.yaml',
    `
{kind: ConfigMap, metadata: {name: c}, data: {A: "1", B: "2"}}
---
{kind: Secret, metadata: {name: s}, data: {token: c2VjcmV0}, stringData: {plain: text}}
---
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  containers:
  - name: app
    image: x
    resources: {limits: {memory: 64Mi, cpu: 250m}}
    envFrom: [{configMapRef: {name: c}, prefix: C_}, {secretRef: {name: gone, optional: true}}]
    env:
    - {name: C_B, value: own}
    - {name: URL, value: "http://$(C_A)/$$(C_A)/$(UNKNOWN)"}
    - {name: TOKEN, valueFrom: {secretKeyRef: {name: s, key: token}}}
    - {name: PLAIN, valueFrom: {secretKeyRef: {name: s, key: plain}}}
    - {name: NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
    - {name: APP, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
    - {name: MEMORY, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}
    - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
    - {name: NONE, valueFrom: {configMapKeyRef: {name: c, key: none, optional: true}}}
`,
  );
  const [workload] = readWorkloads(objects, 'shop');
  assert.ok(workload);
  const values = createValues(workload, objects, { cpus: 2, memoryBytes: 1 });
  const [container] = workload.pod.containers;
  assert.ok(container);

  it('is made of Services, ConfigMaps, Secrets, the downward API and its own values, in that order', () => {
    assert.deepEqual(environmentOf(container, values, { C_A: 'service', WEB_SERVICE_HOST: '10.96.0.11' }), {
      WEB_SERVICE_HOST: '10.96.0.11',
      C_A: '1',
      C_B: 'own',
      URL: 'http://1/$(C_A)/$(UNKNOWN)',
      TOKEN: 'secret',
      PLAIN: 'text',
      NAMESPACE: 'shop',
      APP: 'web',
      MEMORY: '64',
      CPU: '1',
    });
  });

  it('cannot be made when a ConfigMap is missing that it needs', () => {
    const alone = createValues(workload, [], { cpus: 2, memoryBytes: 1 });
    assert.throws(() => environmentOf(container, alone, {}), /ConfigMap c of namespace shop stands in none/);
  });

  it('is put into the words of a command', () => {
    assert.equal(expand('$(A)-$$(A)-$(B)', { A: 'x' }), 'x-$(A)-$(B)');
  });
});
