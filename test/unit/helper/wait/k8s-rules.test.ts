import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  judgeObject,
  judgeObjects,
  judgeService,
  type K8sObject,
} from '../../../../helper/src/wait/kubernetes/k8s-rules.ts';
import type { Readiness } from '../../../../helper/src/wait/probe.ts';

const words = (readiness: Readiness) =>
  readiness.kind === 'ready' ? 'ready' : `${readiness.kind}: ${readiness.cause.message}`;
const asked = (condition: string) => ({ condition, json: [] });
const condition = (type: string, status = 'True', more = {}) => ({ conditions: [{ type, status, ...more }] });

const cases: readonly [resource: string, object: K8sObject, expected: string][] = [
  ['jobs.batch', {}, 'not-ready: the Job is not complete'],
  ['jobs.batch', { status: { conditions: [] } }, 'not-ready: the Job is not complete'],
  ['jobs.batch', { status: condition('Complete', 'False') }, 'not-ready: the Job is not complete'],
  // a Job that is about to end has these first (KEP-3998, KEP-3939): its pods still run
  ['jobs.batch', { status: condition('SuccessCriteriaMet') }, 'not-ready: the Job is not complete'],
  ['jobs.batch', { status: condition('FailureTarget') }, 'not-ready: the Job is not complete'],
  ['jobs.batch', { status: condition('Complete') }, 'ready'],
  [
    'jobs.batch',
    { status: condition('Failed', 'True', { reason: 'BackoffLimitExceeded', message: 'too often' }) },
    'broken: the Job has failed: BackoffLimitExceeded: too often',
  ],
  ['nodes', { status: condition('Ready', 'Unknown') }, 'not-ready: the condition Ready is Unknown'],
  ['nodes', { status: condition('Ready') }, 'ready'],
  ['namespaces', { status: { phase: 'Terminating' } }, 'not-ready: the namespace is not active (Terminating)'],
  ['persistentvolumes', { status: { phase: 'Available' } }, 'ready'],
  ['persistentvolumes', { status: { phase: 'Failed' } }, 'broken: the volume has failed'],
  ['persistentvolumes', {}, 'not-ready: the volume is not to be had (no phase)'],
  ['customresourcedefinitions.apiextensions.k8s.io', { status: condition('Established') }, 'ready'],
  ['apiservices.apiregistration.k8s.io', {}, 'not-ready: the condition Available is not there'],
  [
    'replicasets.apps',
    { spec: { replicas: 2 }, status: { readyReplicas: 1 } },
    'not-ready: 1 of 2 pods of the ReplicaSet are ready',
  ],
  ['pods', {}, 'not-ready: the Pod is not ready (no phase)'],
  ['pods', { status: { phase: 'Pending' } }, 'not-ready: the Pod is not ready (Pending)'],
  ['pods', { status: { phase: 'Running', ...condition('Ready') } }, 'ready'],
  ['pods', { status: { phase: 'Succeeded' } }, 'broken: the Pod has ended (Succeeded) and will not be ready'],
  [
    'pods',
    { metadata: { deletionTimestamp: 'now' }, status: condition('Ready') },
    'not-ready: the Pod is being deleted',
  ],
  ['deployments.apps', {}, 'not-ready: the Deployment is not available: '],
  ['deployments.apps', { status: condition('Available') }, 'ready'],
  [
    'deployments.apps',
    { metadata: { generation: 2 }, status: { observedGeneration: 1, ...condition('Available') } },
    'not-ready: the Deployment has changed and is not taken up yet',
  ],
  [
    'statefulsets.apps',
    { spec: { replicas: 3 }, status: { readyReplicas: 2 } },
    'not-ready: 2 of 3 pods of the StatefulSet are ready',
  ],
  ['statefulsets.apps', {}, 'not-ready: 0 of 1 pods of the StatefulSet are ready'],
  ['statefulsets.apps', { spec: { replicas: 3 }, status: { readyReplicas: 3 } }, 'ready'],
  ['daemonsets.apps', {}, 'not-ready: the DaemonSet is not taken up yet'],
  ['daemonsets.apps', { status: {} }, 'not-ready: the DaemonSet says nothing of its pods'],
  [
    'daemonsets.apps',
    { status: { desiredNumberScheduled: 2, numberReady: 1 } },
    'not-ready: 1 of 2 pods of the DaemonSet are ready',
  ],
  ['daemonsets.apps', { status: { desiredNumberScheduled: 2, numberReady: 2 } }, 'ready'],
  ['persistentvolumeclaims', { status: { phase: 'Pending' } }, 'not-ready: the claim is not bound (Pending)'],
  ['persistentvolumeclaims', { status: { phase: 'Lost' } }, 'broken: the volume of the claim is lost'],
  ['persistentvolumeclaims', { status: { phase: 'Bound' } }, 'ready'],
  ['configmaps', {}, 'ready'],
];

for (const [resource, object, expected] of cases) {
  test(`${resource} ${JSON.stringify(object)} is ${expected}`, () => {
    assert.equal(words(judgeObject(resource, object)), expected);
  });
}

test('a condition takes the place of the rule, for any kind', () => {
  const object = { status: condition('Issued', 'False', { reason: 'Pending' }) };
  assert.equal(
    words(judgeObject('x.example.org', object, asked('Issued'))),
    'not-ready: the condition Issued is False: Pending',
  );
  assert.equal(words(judgeObject('x.example.org', object, asked('issued=false'))), 'ready');
  assert.equal(
    words(judgeObject('x.example.org', {}, asked('Issued'))),
    'not-ready: the condition Issued is not there',
  );
});

test('of the objects that a selector chooses there must be one, and all must be ready', () => {
  const pod = (name: string, status: K8sObject['status'] = {}): K8sObject => ({ metadata: { name }, status });
  const up = pod('a', condition('Ready'));
  assert.equal(words(judgeObjects('pods', [])), 'not-ready: the selector chooses no pods');
  assert.equal(words(judgeObjects('pods', [up])), 'ready');
  assert.equal(words(judgeObjects('pods', [up, pod('b')])), 'not-ready: b: the Pod is not ready (no phase)');
  // an evicted pod stays in the list, and another one has taken its place
  assert.equal(words(judgeObjects('pods', [up, pod('c', { phase: 'Failed' })])), 'ready');
  assert.match(words(judgeObjects('pods', [pod('c', { phase: 'Failed' })])), /chooses no pods/);
});

test('a Service is ready with one ready endpoint in any slice', () => {
  assert.match(words(judgeService([])), /no ready endpoint$/);
  assert.match(
    words(judgeService([{ endpoints: null }, { endpoints: [{ conditions: { ready: false } }] }])),
    /: 1 that/,
  );
  assert.equal(words(judgeService([{ endpoints: [] }, { endpoints: [{ conditions: { ready: true } }] }])), 'ready');
  // https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#ready: unknown is to be taken for true
  assert.equal(words(judgeService([{ endpoints: [{}] }])), 'ready');
});

test('a condition on the JSON is in place of the rule, and its values are not shown', () => {
  const json = [
    { text: '@.status.phase == "Running"', holds: (it: unknown) => (it as K8sObject).status?.phase === 'Running' },
  ];
  const wanted = { condition: undefined, json };
  assert.equal(words(judgeObject('pods', { status: { phase: 'Running' } }, wanted)), 'ready');
  assert.equal(
    words(judgeObject('pods', { status: { phase: 'Pending' } }, wanted)),
    'not-ready: it does not fulfil @.status.phase == "Running"',
  );
  const both = { condition: 'Ready', json };
  assert.match(words(judgeObject('pods', { status: { phase: 'Running' } }, both)), /condition Ready is not there/);
});
