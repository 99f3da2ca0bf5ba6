// What keeps an init container from PodSecurity `restricted`, the pod's own securityContext considered.
// https://kubernetes.io/docs/concepts/security/pod-security-standards/
import { initContainers, type Pod } from '../pod.ts';
import type { Rule } from '../rule.ts';
import type { Value } from '../value.ts';

export const podSecurity: Rule = {
  id: 'pod-security',
  severity: 'info',
  reason:
    'A namespace that enforces the Pod Security Standard `restricted` admits a pod only if each container, init containers included, keeps to it. Where the inputs hold the Namespace and it enforces the standard, this is an error: the pod is refused, and the Deployment only says so in an event of its ReplicaSet.',
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
    if (pod === undefined || pod.spec.textAt('os', 'name') === 'windows') return;
    const labels = world.find('Namespace', 'default', namespace)?.value.get('metadata', 'labels')?.texts;
    const isEnforced = labels?.get('pod-security.kubernetes.io/enforce') === 'restricted';
    for (const { value, name } of initContainers(pod)) {
      const missing = faults(value, pod);
      if (missing.length === 0) continue;
      yield {
        at: value.entries.some(({ key }) => key.text === 'securityContext')
          ? value.keyOf('securityContext')
          : (value.get('name') ?? value),
        message: `init container ${name} is not ${isEnforced ? `admitted: namespace ${namespace} enforces restricted` : 'as PodSecurity restricted asks'}: ${missing.join(', ')}`,
        ...(isEnforced ? { severity: 'error' as const } : {}),
      };
    }
  },
};

const selinuxTypes = ['container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];

function faults(container: Value, pod: Pod): string[] {
  const own = container.get('securityContext');
  const shared = pod.spec.get('securityContext');
  const either = (...path: readonly string[]) => own?.get(...path) ?? shared?.get(...path);
  const capabilities = (key: string) => own?.list('capabilities', key).map(({ text }) => text ?? '') ?? [];
  const added = capabilities('add').filter((name) => name !== 'NET_BIND_SERVICE');
  const seccomp = either('seccompProfile', 'type')?.text;
  const selinux = either('seLinuxOptions', 'type')?.text;
  const checks: readonly (readonly [boolean, string])[] = [
    [own?.flagAt('allowPrivilegeEscalation') !== false, 'needs allowPrivilegeEscalation: false'],
    [!capabilities('drop').includes('ALL'), 'needs capabilities: {drop: [ALL]}'],
    [truth(either('runAsNonRoot')) !== true, 'needs runAsNonRoot: true'],
    [seccomp !== 'RuntimeDefault' && seccomp !== 'Localhost', 'needs seccompProfile: {type: RuntimeDefault}'],
    [number(either('runAsUser')) === 0, 'has runAsUser: 0'],
    [own?.flagAt('privileged') === true, 'is privileged'],
    [added.length > 0, `adds ${added.join(', ')}`],
    [!['Default', undefined].includes(own?.textAt('procMount')), `has procMount: ${own?.textAt('procMount')}`],
    [either('appArmorProfile', 'type')?.text === 'Unconfined', 'has no AppArmor profile'],
    [selinux !== undefined && !selinuxTypes.includes(selinux), `has the SELinux type ${selinux}`],
    [
      either('seLinuxOptions', 'user') !== undefined || either('seLinuxOptions', 'role') !== undefined,
      'sets the SELinux user or role',
    ],
    [container.list('ports').some((port) => (port.numberAt('hostPort') ?? 0) !== 0), 'has a hostPort'],
  ];
  return checks.flatMap(([isBroken, what]) => (isBroken ? [what] : []));
}

const truth = (value: Value | undefined) => (value?.typed?.kind === 'boolean' ? value.typed.value : undefined);
const number = (value: Value | undefined) => (value?.typed?.kind === 'number' ? value.typed.value : undefined);
