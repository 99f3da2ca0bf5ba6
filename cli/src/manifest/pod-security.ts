// What the Pod Security Standards ask of a pod, as one table for all who judge pods. Pure.
// https://kubernetes.io/docs/concepts/security/pod-security-standards/ (Kubernetes 1.36)

/** A mapping of a manifest, however it is held; what is not there, or of another kind, is undefined or empty. */
export interface PodMapping {
  readonly keys: readonly string[];
  text(name: string): string | undefined;
  number(name: string): number | undefined;
  flag(name: string): boolean | undefined;
  texts(name: string): readonly string[] | undefined;
  fields(name: string): PodMapping | undefined;
  list(name: string): readonly PodMapping[];
}

export interface SecurityFault {
  readonly against: 'baseline' | 'restricted';
  /** `the pod`, `volume www`, or the name of a container. */
  readonly who: string;
  /** `needs runAsNonRoot: true`. */
  readonly what: string;
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
const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'];
const hooks = ['postStart', 'preStop'];

/** What keeps a pod from baseline, and what more keeps it from restricted: of the pod, then container by container. */
export function securityFaults(pod: PodMapping): SecurityFault[] {
  return [
    ...podFaults(pod),
    ...['initContainers', 'containers'].flatMap((list) => pod.list(list)).flatMap((one) => containerFaults(one, pod)),
  ];
}

/** What a container itself, with what the pod says for it, does not keep to. */
export function containerFaults(container: PodMapping, pod: PodMapping): SecurityFault[] {
  const who = container.text('name') ?? 'a container';
  const own = container.fields('securityContext');
  const baseline = [...contextFaults(own), ...bareFaults(container, own), ...hostFaults(container)];
  const isWindows = pod.fields('os')?.text('name') === 'windows';
  const restricted = restrictedFaults(own, pod.fields('securityContext'), isWindows);
  return [...faults('baseline', who, baseline), ...faults('restricted', who, restricted)];
}

const faults = (against: SecurityFault['against'], who: string, whats: readonly string[]): SecurityFault[] =>
  whats.map((what) => ({ against, who, what }));

/** What the pod as such does not keep to: its sharing with the node, its volumes, what it says for all. */
export function podFaults(pod: PodMapping): SecurityFault[] {
  const context = pod.fields('securityContext');
  const shared = ['hostNetwork', 'hostPID', 'hostIPC'].filter((name) => pod.flag(name) === true);
  const sysctls = (context?.list('sysctls') ?? []).map((sysctl) => sysctl.text('name') ?? '');
  const unsafe = sysctls.filter((name) => !safeSysctls.includes(name));
  return [
    ...faults('baseline', 'the pod', [
      ...shared.map((name) => `has ${name}: true`),
      ...unsafe.map((name) => `sets the sysctl ${name}`),
      ...contextFaults(context),
    ]),
    ...pod.list('volumes').flatMap((volume) => {
      const who = `volume ${volume.text('name') ?? ''}`;
      const kind = volume.keys.find((key) => key !== 'name') ?? 'emptyDir';
      if (kind === 'hostPath') return faults('baseline', who, ['is a hostPath']);
      return faults('restricted', who, restrictedVolumes.includes(kind) ? [] : [`is of the kind ${kind}`]);
    }),
  ];
}

/** What baseline forbids of a pod's securityContext as of a container's. */
function contextFaults(context: PodMapping | undefined): string[] {
  const selinux = context?.fields('seLinuxOptions');
  const type = selinux?.text('type') ?? '';
  return chosen([
    [context?.fields('windowsOptions')?.flag('hostProcess') === true, 'has hostProcess: true'],
    [context?.fields('seccompProfile')?.text('type') === 'Unconfined', 'has no seccomp profile'],
    [context?.fields('appArmorProfile')?.text('type') === 'Unconfined', 'has no AppArmor profile'],
    [!selinuxTypes.includes(type), `has the SELinux type ${type}`],
    [(selinux?.text('user') ?? '') !== '' || (selinux?.text('role') ?? '') !== '', 'sets the SELinux user or role'],
  ]);
}

/** What baseline forbids of containers alone. */
function bareFaults(container: PodMapping, own: PodMapping | undefined): string[] {
  const procMount = own?.text('procMount') ?? 'Default';
  const beyond = added(own).filter((name) => !baselineCapabilities.includes(name));
  const ports = container.list('ports').map((port) => port.number('hostPort') ?? 0);
  return chosen([
    [own?.flag('privileged') === true, 'is privileged'],
    [procMount !== 'Default', `has procMount: ${procMount}`],
    [beyond.length > 0, `adds ${beyond.join(', ')}`],
    ...ports.map((port) => [port !== 0, `has the hostPort ${port}`] as const),
  ]);
}

/** Probes and hooks that ask another host than the pod's own; forbidden from Kubernetes 1.34. */
function hostFaults(container: PodMapping): string[] {
  const lifecycle = container.fields('lifecycle');
  const asking = [
    ...probes.map((name) => [name, container.fields(name)] as const),
    ...hooks.map((name) => [name, lifecycle?.fields(name)] as const),
  ];
  return asking.flatMap(([name, handler]) =>
    ['httpGet', 'tcpSocket'].some((kind) => (handler?.fields(kind)?.text('host') ?? '') !== '')
      ? [`has a host in its ${name}`]
      : [],
  );
}

function restrictedFaults(own: PodMapping | undefined, shared: PodMapping | undefined, isWindows: boolean): string[] {
  const isNonRoot = (own?.flag('runAsNonRoot') ?? shared?.flag('runAsNonRoot')) === true;
  const user = own?.number('runAsUser') ?? shared?.number('runAsUser');
  const seccomp = (own?.fields('seccompProfile') ?? shared?.fields('seccompProfile'))?.text('type') ?? '';
  const drops = own?.fields('capabilities')?.texts('drop') ?? [];
  const beyond = added(own).filter((name) => name !== 'NET_BIND_SERVICE');
  // of the fields that Windows does not have, nothing is asked there
  const linux: readonly (readonly [boolean, string])[] = [
    [own?.flag('allowPrivilegeEscalation') !== false, 'needs allowPrivilegeEscalation: false'],
    [!drops.includes('ALL'), 'needs capabilities: {drop: [ALL]}'],
    [beyond.length > 0, `adds ${beyond.join(', ')}`],
    [!['RuntimeDefault', 'Localhost'].includes(seccomp), 'needs seccompProfile: {type: RuntimeDefault}'],
  ];
  return chosen([
    ...(isWindows ? [] : linux),
    [!isNonRoot, 'needs runAsNonRoot: true'],
    [user === 0, 'runs as root (runAsUser: 0)'],
  ]);
}

const added = (own: PodMapping | undefined) => own?.fields('capabilities')?.texts('add') ?? [];

const chosen = (checks: readonly (readonly [isBroken: boolean, what: string])[]) =>
  checks.flatMap(([isBroken, what]) => (isBroken ? [what] : []));
