// Probes and lifecycle hooks on init containers that are no sidecars.
import type { Rule } from '../rule.ts';

const fields = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'];

export const initProbe: Rule = {
  id: 'init-probe',
  severity: 'error',
  reason:
    'An init container runs to its end before the pod serves anybody, so the API server refuses probes and lifecycle hooks on it: "may not be set for init containers without restartPolicy=Always". The schema of a container allows them, so nothing says so before.',
  cure: 'Take the field out, or add `restartPolicy: Always` where the container is meant to run beside the app.',
  example: {
    bad: `initContainers:
- name: migrate
  image: example.org/migrate:1.4.2
  readinessProbe:
    tcpSocket: {port: 8080}`,
    good: `initContainers:
- name: migrate
  image: example.org/migrate:1.4.2`,
  },
  *check({ pod }) {
    for (const { value, name, role } of pod?.containers ?? []) {
      if (role !== 'init') continue;
      for (const field of fields) {
        if (value.get(field) === undefined) continue;
        yield { at: value.keyOf(field), message: `init container ${name} has ${field}: the API server refuses it` };
      }
    }
  },
};
