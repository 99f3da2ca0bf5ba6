// The Kubernetes resources that are known by name, as kubectl knows them; others are named with their group. Pure.

export interface K8sResource {
  /** In the API and in RBAC rules. */
  readonly plural: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
}

const resource = (plural: string, group: string, version = 'v1'): K8sResource => ({ plural, group, version });

/** By the names that kubectl takes: https://kubernetes.io/docs/reference/kubectl/#resource-types */
const known: readonly (readonly [names: readonly string[], resource: K8sResource])[] = [
  [['job', 'jobs'], resource('jobs', 'batch')],
  [['pod', 'pods', 'po'], resource('pods', '')],
  [['service', 'services', 'svc'], resource('services', '')],
  [['deployment', 'deployments', 'deploy'], resource('deployments', 'apps')],
  [['statefulset', 'statefulsets', 'sts'], resource('statefulsets', 'apps')],
  [['daemonset', 'daemonsets', 'ds'], resource('daemonsets', 'apps')],
  [['configmap', 'configmaps', 'cm'], resource('configmaps', '')],
  [['secret', 'secrets'], resource('secrets', '')],
  [['persistentvolumeclaim', 'persistentvolumeclaims', 'pvc'], resource('persistentvolumeclaims', '')],
];

/** Every name that stands for a resource without its group. */
export const k8sResourceNames: readonly string[] = known.flatMap(([names]) => names);

/** The resource of a name; undefined where only the cluster can tell its version. */
export function k8sResource(name: string): K8sResource | undefined {
  return known.find(([names]) => names.includes(name))?.[1];
}
