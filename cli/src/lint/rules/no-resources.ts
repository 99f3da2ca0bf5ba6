// Init containers that say nothing of what they need.
import { initContainers } from '../pod.ts';
import type { Rule } from '../rule.ts';

export const noResources: Rule = {
  id: 'no-resources',
  severity: 'info',
  reason:
    'A namespace with a ResourceQuota refuses pods in which one container, init containers included, says no request or limit; elsewhere one without limits may take all that the node has, and the pod can never be Guaranteed.',
  cure: 'Write small requests and limits, such as `requests: {cpu: 10m, memory: 64Mi}` and `limits: {memory: 128Mi}`.',
  example: {
    bad: `initContainers:
- name: migrate
  image: example.org/migrate:1.4.2`,
    good: `initContainers:
- name: migrate
  image: example.org/migrate:1.4.2
  resources:
    requests: {cpu: 10m, memory: 64Mi}
    limits: {memory: 128Mi}`,
  },
  *check({ pod }) {
    if (pod === undefined || pod.spec.get('resources') !== undefined) return;
    for (const { value, name } of initContainers(pod)) {
      const says = ['requests', 'limits'].some((key) => (value.get('resources', key)?.entries.length ?? 0) > 0);
      if (says) continue;
      yield { at: value.get('name') ?? value, message: `init container ${name} has no requests and no limits` };
    }
  },
};
