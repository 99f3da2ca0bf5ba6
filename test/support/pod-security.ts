// What PodSecurity `restricted` asks of a pod (https://kubernetes.io/docs/concepts/security/pod-security-standards/).

type Fields = Readonly<Record<string, unknown>>;

const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((node, key) => (node as Fields | undefined)?.[key], value);

const volumeSources = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/** Why the pods of an object would be refused; none for an object without pods. */
export function restrictedFaults(object: unknown): string[] {
  const paths = [['spec'], ['spec', 'template', 'spec'], ['spec', 'jobTemplate', 'spec', 'template', 'spec']];
  const pod = paths.map((path) => at(object, ...path)).find((spec) => at(spec, 'containers') !== undefined);
  if (pod === undefined) return [];
  const containers = ['initContainers', 'containers'].flatMap((key) => (at(pod, key) as Fields[] | undefined) ?? []);
  const volumes = (at(pod, 'volumes') as Fields[] | undefined) ?? [];
  return [
    ...['hostNetwork', 'hostPID', 'hostIPC'].filter((key) => at(pod, key) === true),
    ...volumes.flatMap((volume) => Object.keys(volume).filter((key) => key !== 'name' && !volumeSources.includes(key))),
    ...containers.flatMap((container) =>
      containerFaults(container, pod).map((fault) => `${String(container.name)}: ${fault}`),
    ),
  ];
}

/** Why one container would be refused. */
export function containerFaults(container: Fields, pod: unknown): string[] {
  const own = (...path: readonly string[]) => at(container, 'securityContext', ...path);
  const either = (...path: readonly string[]) => own(...path) ?? at(pod, 'securityContext', ...path);
  const rules: readonly (readonly [string, boolean])[] = [
    ['privileged', own('privileged') !== true],
    ['allowPrivilegeEscalation', own('allowPrivilegeEscalation') === false],
    ['capabilities.drop', ((own('capabilities', 'drop') as string[] | undefined) ?? []).includes('ALL')],
    [
      'capabilities.add',
      ((own('capabilities', 'add') as string[] | undefined) ?? []).every((name) => name === 'NET_BIND_SERVICE'),
    ],
    ['runAsNonRoot', either('runAsNonRoot') === true],
    ['runAsUser', either('runAsUser') !== 0],
    ['seccompProfile', ['RuntimeDefault', 'Localhost'].includes(String(either('seccompProfile', 'type')))],
    ['hostPort', ((container.ports as Fields[] | undefined) ?? []).every(({ hostPort }) => hostPort === undefined)],
  ];
  return rules.filter(([, met]) => !met).map(([name]) => name);
}
