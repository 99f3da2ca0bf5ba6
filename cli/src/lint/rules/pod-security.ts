// What keeps an init container from PodSecurity `restricted`, and a pod from what its namespace enforces.
import { containerFaults, podFaults } from '../../manifest/pod-security.ts';
import { mappingOf } from '../mapping.ts';
import { initContainers } from '../pod.ts';
import type { Rule } from '../rule.ts';

export const podSecurity: Rule = {
  id: 'pod-security',
  severity: 'info',
  reason:
    'A namespace that enforces the Pod Security Standard `restricted` admits a pod only if each container, init containers included, keeps to it. Where the inputs hold the Namespace and it enforces a standard, the whole pod is judged by it, and what breaks it is an error: the pod is refused, and the Deployment only says so in an event of its ReplicaSet.',
  cure: 'Write the `securityContext` that `greenroom new` writes.',
  example: {
    bad: `initContainers:
- name: migrate
  image: example.org/migrate:1.4.2
  securityContext:
    runAsNonRoot: true`,
    good: `initContainers:
- name: migrate
  image: example.org/migrate:1.4.2
  securityContext:
    allowPrivilegeEscalation: false
    capabilities: {drop: [ALL]}
    runAsNonRoot: true
    seccompProfile: {type: RuntimeDefault}`,
  },
  *check({ pod, namespace }, world) {
    if (pod === undefined) return;
    const labels = world.find('Namespace', 'default', namespace)?.value.get('metadata', 'labels')?.texts;
    const enforced = labels?.get('pod-security.kubernetes.io/enforce');
    const spec = mappingOf(pod.spec);
    // what is enforced is asked of the whole pod; else init containers alone are our matter
    const isEnforced = enforced === 'restricted' || enforced === 'baseline';
    if (isEnforced) {
      const shared = podFaults(spec).filter(({ against }) => against === 'baseline' || enforced === 'restricted');
      const what = [...new Set(shared.map((fault) => `${fault.who} ${fault.what}`))].join(', ');
      const at = pod.spec.get('securityContext') === undefined ? pod.spec : pod.spec.keyOf('securityContext');
      if (what !== '') yield { at, severity: 'error', message: `the pod is ${refused(namespace, enforced)}: ${what}` };
    }
    for (const { value, name, role } of isEnforced ? pod.containers : initContainers(pod)) {
      const found = containerFaults(mappingOf(value), spec);
      const counting = found.filter(({ against }) => against === 'baseline' || enforced !== 'baseline');
      if (counting.length === 0) continue;
      const what = [...new Set(counting.map((fault) => fault.what))].join(', ');
      const kind = role === 'app' ? 'container' : 'init container';
      yield {
        at: value.entries.some(({ key }) => key.text === 'securityContext')
          ? value.keyOf('securityContext')
          : (value.get('name') ?? value),
        message: `${kind} ${name} is ${isEnforced ? refused(namespace, enforced) : 'not as PodSecurity restricted asks'}: ${what}`,
        ...(isEnforced ? { severity: 'error' as const } : {}),
      };
    }
  },
};

const refused = (namespace: string, level: string) => `not admitted: namespace ${namespace} enforces ${level}`;
