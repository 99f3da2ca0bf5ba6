// Init containers that ask for more than the app, and so raise what is set aside for the pod's whole life.

import { formatQuantity, parseQuantity } from '../../manifest/quantity.ts';
import { type Container, initContainers } from '../pod.ts';
import type { Rule } from '../rule.ts';

/** What a container asks for; where only a limit is given, that is the request as well. */
function requestOf({ value }: Container, resource: string): number | undefined {
  const text = value.textAt('resources', 'requests', resource) ?? value.textAt('resources', 'limits', resource);
  return text === undefined ? undefined : parseQuantity(text);
}

export const initRequest: Rule = {
  id: 'init-request',
  severity: 'info',
  reason:
    'The scheduler sets aside the larger of two sums: what runs with the app (its containers and sidecars), and the largest that runs before it (an init container with the sidecars above it; KEP-753). An init container beyond the app reserves the difference for as long as the pod lives.',
  cure: 'Ask for no more than the app does: up to there, init containers are free.',
  example: {
    bad: `  initContainers:
  - name: unpack
    image: example.org/unpack:2.1.0
    resources:
      requests: {cpu: 250m, memory: 2Gi}`,
    good: `  initContainers:
  - name: unpack
    image: example.org/unpack:2.1.0
    resources:
      requests: {cpu: 100m, memory: 512Mi}`,
  },
  *check({ pod }) {
    if (pod === undefined || pod.spec.get('resources') !== undefined) return;
    const apps = pod.containers.filter(({ role }) => role === 'app');
    const sidecars = pod.containers.filter(({ role }) => role === 'sidecar');
    for (const resource of ['cpu', 'memory', 'ephemeral-storage']) {
      const running = [...apps, ...sidecars].map((container) => requestOf(container, resource));
      // a LimitRange may fill in what is not said
      if (running.length === 0 || running.some((amount) => amount === undefined)) continue;
      const whileRunning = running.reduce<number>((sum, amount) => sum + (amount ?? 0), 0);
      let above = 0;
      let peak: { amount: number; container: Container } | undefined;
      for (const container of initContainers(pod)) {
        const own = requestOf(container, resource) ?? 0;
        if (container.role === 'sidecar') above += own;
        else if (above + own > (peak?.amount ?? whileRunning)) peak = { amount: above + own, container };
      }
      if (peak === undefined) continue;
      const { value, name } = peak.container;
      const [is, by] = [peak.amount, peak.amount - whileRunning].map((amount) => formatQuantity(resource, amount));
      yield {
        at: value.get('resources', 'requests', resource) ?? value.get('resources', 'limits', resource) ?? value,
        message: `init container ${name} raises the pod's request of ${resource} by ${by}, to ${is}, for its whole life`,
      };
    }
  },
};
