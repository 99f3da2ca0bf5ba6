// Workloads that make no pods, or whose Job is over: only their own status and events say so.

import { ago, type FakeObject } from './cluster-of.ts';
import { ended, event, ownedBy, pod, workload } from './objects.ts';
import type { Scene } from './scene.ts';

const deployment = workload('Deployment', 'web', { replicas: 2 });
const replicaSet = ownedBy(deployment, workload('ReplicaSet', 'web-1', { replicas: 2 }));

const refused = (words: string, cause: string, verdict: string): Scene => ({
  cause,
  verdict,
  objects: [
    deployment,
    replicaSet,
    event('ReplicaSet/web-1', 'FailedCreate', `Error creating: pods "web-1-" is forbidden: ${words}`),
  ],
  target: 'deployment/web',
});
const job = (reason: string, message: string, status = {}): FakeObject =>
  workload(
    'Job',
    'work',
    { activeDeadlineSeconds: 60 },
    { conditions: [{ type: 'Failed', status: 'True', reason, message, lastTransitionTime: ago(30) }], ...status },
  );
const failedPod = (owner: FakeObject, name: string): FakeObject =>
  ownedBy(
    owner,
    pod({ name, phase: 'Failed', spec: { restartPolicy: 'Never' }, app: { state: { terminated: ended(4) } } }),
  );
const overdue = job('BackoffLimitExceeded', 'Job has reached the specified backoff limit', { failed: 2 });
const retrying = workload('Job', 'work', {}, { failed: 2 });

export const workloadScenes: readonly Scene[] = [
  {
    cause: 'scaled-to-zero',
    verdict: 'it is scaled to zero: nobody asks for a pod',
    objects: [workload('Deployment', 'web', { replicas: 0 })],
    target: 'deployment/web',
  },
  {
    cause: 'paused',
    verdict: 'its rollout is paused, so pods of the new template are not made',
    objects: [workload('Deployment', 'web', { paused: true })],
    target: 'deploy/web',
  },
  {
    cause: 'suspended',
    verdict: 'it is suspended: it makes no pods',
    objects: [workload('CronJob', 'nightly', { suspend: true })],
    target: 'cronjob/nightly',
  },
  refused(
    'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "app" must set securityContext.allowPrivilegeEscalation=false), runAsNonRoot != true (pod or container "app" must set securityContext.runAsNonRoot=true)',
    'refused-pod-security',
    'its pods are refused: they violate the Pod Security level restricted of the namespace',
  ),
  refused(
    'exceeded quota: few, requested: pods=1, used: pods=3, limited: pods=3',
    'refused-quota',
    'its pods are refused: quota few is used up (requested: pods=1, used: pods=3, limited: pods=3)',
  ),
  refused(
    'failed quota: few: must specify limits.cpu for: app',
    'refused-quota',
    'its pods are refused: quota few demands what they do not name: must specify limits.cpu for: app',
  ),
  refused(
    'maximum memory usage per Container is 1Gi, but limit is 2Gi',
    'refused-limit-range',
    'its pods are refused by a LimitRange: maximum memory usage per Container is 1Gi, but limit is 2Gi',
  ),
  refused(
    'error looking up service account shop/robot: serviceaccount "robot" not found',
    'service-account-absent',
    'its pods are refused: there is no ServiceAccount robot in namespace shop',
  ),
  refused(
    'no PriorityClass with name top was found',
    'priority-class-absent',
    'its pods are refused: there is no PriorityClass top',
  ),
  {
    ...refused(
      '',
      'refused-webhook-down',
      'its pods cannot be made: the webhook mesh.example.org does not answer: no endpoints available for service "mesh"',
    ),
    objects: [
      deployment,
      replicaSet,
      event(
        'ReplicaSet/web-1',
        'FailedCreate',
        'Error creating: Internal error occurred: failed calling webhook "mesh.example.org": no endpoints available for service "mesh"',
      ),
    ],
  },
  {
    ...refused(
      '',
      'refused-by-policy',
      'its pods are refused by admission webhook "policy.example.org": no latest tags',
    ),
    objects: [
      deployment,
      replicaSet,
      event(
        'ReplicaSet/web-1',
        'FailedCreate',
        'Error creating: admission webhook "policy.example.org" denied the request: no latest tags',
      ),
    ],
  },
  refused('something else', 'refused', 'its pods are refused: something else'),
  {
    cause: 'job-deadline',
    verdict: 'it has failed: it took longer than its deadline, activeDeadlineSeconds 60',
    objects: [job('DeadlineExceeded', 'Job was active longer than specified deadline')],
    target: 'job/work',
  },
  {
    cause: 'job-failed',
    verdict: 'it has failed: 2 pods of it did, as many as may; container app ended with exit code 4: boom',
    objects: [overdue, failedPod(overdue, 'work-a'), failedPod(overdue, 'work-b')],
    logs: { 'work-a/app': 'boom', 'work-b/app': 'boom' },
    target: 'job/work',
  },
  {
    cause: 'job-failed',
    verdict: 'it has failed after 1 pod: container app failed with exit code 3 matching FailJob rule',
    objects: [job('PodFailurePolicy', 'Container app failed with exit code 3 matching FailJob rule', { failed: 1 })],
    target: 'job/work',
  },
  {
    cause: 'job-retries',
    verdict: '2 pods of it failed, of 7 that may; container app ended with exit code 4: boom',
    objects: [retrying, failedPod(retrying, 'work-a'), failedPod(retrying, 'work-b')],
    logs: { 'work-a/app': 'boom', 'work-b/app': 'boom' },
    target: 'job/work',
  },
  {
    cause: 'no-node-matches',
    verdict: 'none of 0 nodes is one that it may run on: its nodeSelector asks for gpu=true',
    objects: [
      workload(
        'DaemonSet',
        'gpu',
        { template: { spec: { nodeSelector: { gpu: 'true' } } } },
        { desiredNumberScheduled: 0, observedGeneration: 1 },
      ),
    ],
    target: 'ds/gpu',
  },
  { cause: 'too-few-pods', verdict: 'it has no pods of 2', objects: [deployment], target: 'deployment/web' },
];
