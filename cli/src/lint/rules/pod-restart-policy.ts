// restartPolicy of a pod that its workload does not allow.
import type { Rule } from '../rule.ts';

const always = ['Deployment', 'ReplicaSet', 'ReplicationController', 'StatefulSet', 'DaemonSet'];
const never = ['Job', 'CronJob'];

export const podRestartPolicy: Rule = {
  id: 'pod-restart-policy',
  severity: 'error',
  reason:
    'Deployments, StatefulSets and DaemonSets take only `restartPolicy: Always`, Jobs only `OnFailure` or `Never`, and for a Job one of them must be said. Anything else is refused by the API server.',
  cure: 'Leave it out where pods run for ever; write `OnFailure` or `Never` in a Job. `--fix` writes the one that is allowed, where there is only one.',
  example: {
    bad: `kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      restartPolicy: OnFailure`,
    good: `kind: Job
metadata:
  name: web
spec:
  template:
    spec:
      restartPolicy: OnFailure`,
  },
  *check({ kind, pod }) {
    if (pod === undefined || pod.containers.length === 0) return;
    const given = pod.restartPolicy;
    const at = pod.spec.get('restartPolicy') ?? pod.spec;
    if (always.includes(kind) && given !== undefined && given !== 'Always') {
      yield { at, message: `the pods of a ${kind} have restartPolicy: ${given}, which must be Always`, fix: 'Always' };
    }
    if (never.includes(kind) && given !== 'OnFailure' && given !== 'Never') {
      const what = given === undefined ? 'no restartPolicy' : `restartPolicy: ${given}`;
      yield { at, message: `the pods of a ${kind} have ${what}; it must be OnFailure or Never` };
    }
  },
};
