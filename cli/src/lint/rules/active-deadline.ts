// activeDeadlineSeconds where pods are meant to run for ever.
import type { Rule } from '../rule.ts';

const forEver = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet'];

export const activeDeadline: Rule = {
  id: 'active-deadline',
  severity: 'error',
  reason:
    '`activeDeadlineSeconds` bounds the whole life of a pod, not its start: it would end the running app. In the pods of a Deployment, ReplicaSet, StatefulSet or DaemonSet the API server refuses it.',
  cure: 'Take it out; bound the wait itself (`--deadline`), and the rollout by `progressDeadlineSeconds`.',
  example: {
    bad: `    spec:
      activeDeadlineSeconds: 300`,
    good: `  progressDeadlineSeconds: 300`,
  },
  *check({ kind, pod }) {
    if (!forEver.includes(kind) || pod?.spec.get('activeDeadlineSeconds') === undefined) return;
    yield {
      at: pod.spec.keyOf('activeDeadlineSeconds'),
      message: `the pods of a ${kind} have activeDeadlineSeconds: the API server refuses it`,
    };
  },
};
