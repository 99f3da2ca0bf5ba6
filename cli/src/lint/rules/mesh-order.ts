// Steps of the helper before the proxy that carries the pod's traffic.
import { meshProxy } from '../../manifest/mesh-proxies.ts';
import { stepsOf } from '../helper-steps.ts';
import { initContainers } from '../pod.ts';
import type { Rule } from '../rule.ts';

export const meshOrder: Rule = {
  id: 'mesh-order',
  severity: 'warning',
  reason:
    "With a mesh, the pod's traffic goes through a proxy that is a native sidecar. Steps before it have no network where the traffic is redirected already, or go past the mesh, without its identity, and are turned away by strict mTLS.",
  cure: 'Put the step behind the proxy; `greenroom inject` does so.',
  example: {
    bad: `initContainers:
- name: wait
  image: greenroom/helper:0.1.0
  args: [wait, 'tcp://db:5432']
- name: istio-proxy
  image: docker.io/istio/proxyv2:1.27.0
  restartPolicy: Always`,
    good: `initContainers:
- name: istio-proxy
  image: docker.io/istio/proxyv2:1.27.0
  restartPolicy: Always
- name: wait
  image: greenroom/helper:0.1.0
  args: [wait, 'tcp://db:5432']`,
  },
  *check(object, world) {
    const { pod } = object;
    if (pod === undefined) return;
    const containers = initContainers(pod);
    const proxy = containers.findLastIndex(({ name, role }) => meshProxy(name) !== undefined && role === 'sidecar');
    for (const container of containers.slice(0, Math.max(0, proxy))) {
      const user =
        container.value.numberAt('securityContext', 'runAsUser') ?? pod.spec.numberAt('securityContext', 'runAsUser');
      // what the proxy's own user sends goes past it
      if (user !== undefined && user === meshProxy(containers[proxy]?.name ?? '')?.user) continue;
      const isConnecting = stepsOf(container, object, world).some(
        ({ step }) => step.kind === 'fetch' || step.targets.some((target) => !/^(?:dns|file|unix|k8s):/i.test(target)),
      );
      if (!isConnecting) continue;
      const at = container.value.get('name') ?? container.value;
      yield { at, message: `init container ${container.name} connects before ${containers[proxy]?.name} runs` };
    }
  },
};
