// Waits that only the waiting pods themselves could end.
import { dependenciesIn } from '../dependencies.ts';
import type { Rule } from '../rule.ts';

export const ownService: Rule = {
  id: 'own-service',
  severity: 'error',
  reason:
    'A Service sends to pods that are ready, and a pod is not ready while its init containers run. A wait for a Service behind which, of all the inputs, only this workload stands (or for a StatefulSet’s own ordinal, or for the workload itself) never ends: at the first start, and whenever all pods are gone.',
  cure: 'Wait for what the app needs, not for the app; what should hold traffic back until the app answers is a readinessProbe.',
  example: {
    bad: `      initContainers:
      - name: wait
        image: greenroom/helper:0.1.0
        args: [wait, 'http://shop/health']`,
    good: `      initContainers:
      - name: wait
        image: greenroom/helper:0.1.0
        args: [wait, 'tcp://db:5432']`,
  },
  *check(object, world) {
    for (const { on, target, through, at } of dependenciesIn(world).get(object) ?? []) {
      if (on !== object) continue;
      yield { at, message: `waits for itself: behind ${target} (${through}) are only the pods of this ${object.kind}` };
    }
  },
};
