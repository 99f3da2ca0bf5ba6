// Which of the Pod Security Standards admits a pod, and what keeps it from the stricter ones. Pure.
// https://kubernetes.io/docs/concepts/security/pod-security-standards/
import type { Fields } from '../rehearse/pod/fields.ts';

export type SecurityLevel = 'restricted' | 'baseline' | 'privileged';

export interface SecurityVerdict {
  /** The strictest level that admits the pod. */
  readonly level: SecurityLevel;
  /** What baseline forbids, then what restricted does, a sentence each. */
  readonly againstBaseline: readonly string[];
  readonly againstRestricted: readonly string[];
}

const baselineCapabilities = [
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE'],
  ...['SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
];
const safeSysctls = [
  ...['kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.ip_unprivileged_port_start'],
  ...['net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range', 'net.ipv4.ip_local_reserved_ports'],
  ...['net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl'],
  ...['net.ipv4.tcp_keepalive_probes', 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'],
];
const selinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];
const restrictedVolumes = [
  ...['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'],
];

export function podSecurity(pod: Fields): SecurityVerdict {
  const againstBaseline: string[] = [];
  const againstRestricted: string[] = [];
  const containers = ['initContainers', 'containers'].flatMap((list) => pod.list(list));
  const podContext = pod.fields('securityContext');

  for (const name of ['hostNetwork', 'hostPID', 'hostIPC']) {
    if (pod.flag(name)) againstBaseline.push(`the pod has ${name}: true`);
  }
  for (const volume of pod.list('volumes')) {
    const name = volume.requiredText('name');
    const kind = Object.keys(volume.value).find((key) => key !== 'name') ?? 'emptyDir';
    if (kind === 'hostPath') againstBaseline.push(`volume ${name} is a hostPath`);
    else if (!restrictedVolumes.includes(kind)) againstRestricted.push(`volume ${name} is of the kind ${kind}`);
  }
  for (const sysctl of podContext?.list('sysctls') ?? []) {
    const name = sysctl.requiredText('name');
    if (!safeSysctls.includes(name)) againstBaseline.push(`the pod sets the sysctl ${name}`);
  }
  againstBaseline.push(...contextFaults('the pod', podContext));

  for (const container of containers) {
    const name = container.requiredText('name');
    const context = container.fields('securityContext');
    againstBaseline.push(...contextFaults(name, context), ...containerFaults(name, container, context));
    againstRestricted.push(...restrictedFaults(name, context, podContext));
  }
  const level = againstBaseline.length > 0 ? 'privileged' : againstRestricted.length > 0 ? 'baseline' : 'restricted';
  return { level, againstBaseline, againstRestricted };
}

/** What baseline forbids of a pod's securityContext as of a container's. */
function contextFaults(where: string, context: Fields | undefined): string[] {
  const faults: string[] = [];
  if (context?.fields('windowsOptions')?.flag('hostProcess')) faults.push(`${where} has hostProcess: true`);
  if (context?.fields('seccompProfile')?.text('type') === 'Unconfined') faults.push(`${where} has no seccomp profile`);
  if (context?.fields('appArmorProfile')?.text('type') === 'Unconfined')
    faults.push(`${where} has no AppArmor profile`);
  const selinux = context?.fields('seLinuxOptions');
  if (!selinuxTypes.includes(selinux?.text('type') ?? '')) faults.push(`${where} sets the SELinux type`);
  if (selinux?.text('user') || selinux?.text('role')) faults.push(`${where} sets the SELinux user or role`);
  return faults;
}

function containerFaults(name: string, container: Fields, context: Fields | undefined): string[] {
  const faults: string[] = [];
  if (context?.flag('privileged')) faults.push(`${name} is privileged`);
  const procMount = context?.text('procMount') ?? 'Default';
  if (procMount !== 'Default') faults.push(`${name} has procMount: ${procMount}`);
  const added = context?.fields('capabilities')?.texts('add') ?? [];
  const beyond = added.filter((capability) => !baselineCapabilities.includes(capability));
  if (beyond.length > 0) faults.push(`${name} adds ${beyond.join(', ')}`);
  for (const port of container.list('ports')) {
    if ((port.number('hostPort') ?? 0) !== 0) faults.push(`${name} has the hostPort ${port.number('hostPort')}`);
  }
  return faults;
}

function restrictedFaults(name: string, context: Fields | undefined, pod: Fields | undefined): string[] {
  const faults: string[] = [];
  if (context?.flag('allowPrivilegeEscalation') !== false) faults.push(`${name} needs allowPrivilegeEscalation: false`);
  const nonRoot = context?.flag('runAsNonRoot') ?? pod?.flag('runAsNonRoot');
  if (nonRoot !== true) faults.push(`${name} needs runAsNonRoot: true`);
  if ((context?.number('runAsUser') ?? pod?.number('runAsUser')) === 0)
    faults.push(`${name} runs as root (runAsUser: 0)`);
  const seccomp = (context?.fields('seccompProfile') ?? pod?.fields('seccompProfile'))?.text('type');
  if (seccomp !== 'RuntimeDefault' && seccomp !== 'Localhost') {
    faults.push(`${name} needs seccompProfile: {type: RuntimeDefault}`);
  }
  const capabilities = context?.fields('capabilities');
  if (!capabilities?.texts('drop')?.includes('ALL')) faults.push(`${name} needs capabilities: {drop: [ALL]}`);
  const added = (capabilities?.texts('add') ?? []).filter((capability) => capability !== 'NET_BIND_SERVICE');
  if (added.length > 0) faults.push(`${name} adds ${added.join(', ')}`);
  return faults;
}
