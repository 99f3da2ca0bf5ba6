// The Kubernetes resources that are known by name, as kubectl knows them; others are named with their group. Pure.

export interface K8sResource {
  /** In the API and in RBAC rules. */
  readonly plural: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Whether its objects lie in namespaces; else they are the cluster's. */
  readonly namespaced: boolean;
}

const resource = (plural: string, group: string, namespaced = true): K8sResource => ({
  ...{ plural, group, version: 'v1', namespaced },
});

const cluster = false;

/** By the names that kubectl takes: https://kubernetes.io/docs/reference/kubectl/#resource-types */
const known: readonly (readonly [names: readonly string[], resource: K8sResource])[] = [
  [['job', 'jobs'], resource('jobs', 'batch')],
  [['cronjob', 'cronjobs', 'cj'], resource('cronjobs', 'batch')],
  [['pod', 'pods', 'po'], resource('pods', '')],
  [['service', 'services', 'svc'], resource('services', '')],
  [['deployment', 'deployments', 'deploy'], resource('deployments', 'apps')],
  [['statefulset', 'statefulsets', 'sts'], resource('statefulsets', 'apps')],
  [['daemonset', 'daemonsets', 'ds'], resource('daemonsets', 'apps')],
  [['replicaset', 'replicasets', 'rs'], resource('replicasets', 'apps')],
  [['configmap', 'configmaps', 'cm'], resource('configmaps', '')],
  [['secret', 'secrets'], resource('secrets', '')],
  [['serviceaccount', 'serviceaccounts', 'sa'], resource('serviceaccounts', '')],
  [['persistentvolumeclaim', 'persistentvolumeclaims', 'pvc'], resource('persistentvolumeclaims', '')],
  [['ingress', 'ingresses', 'ing'], resource('ingresses', 'networking.k8s.io')],
  [['networkpolicy', 'networkpolicies', 'netpol'], resource('networkpolicies', 'networking.k8s.io')],
  [['lease', 'leases'], resource('leases', 'coordination.k8s.io')],
  [['role', 'roles'], resource('roles', 'rbac.authorization.k8s.io')],
  [['rolebinding', 'rolebindings'], resource('rolebindings', 'rbac.authorization.k8s.io')],

  [['node', 'nodes', 'no'], resource('nodes', '', cluster)],
  [['namespace', 'namespaces', 'ns'], resource('namespaces', '', cluster)],
  [['persistentvolume', 'persistentvolumes', 'pv'], resource('persistentvolumes', '', cluster)],
  [
    ['customresourcedefinition', 'customresourcedefinitions', 'crd', 'crds'],
    resource('customresourcedefinitions', 'apiextensions.k8s.io', cluster),
  ],
  [['apiservice', 'apiservices'], resource('apiservices', 'apiregistration.k8s.io', cluster)],
  [['clusterrole', 'clusterroles'], resource('clusterroles', 'rbac.authorization.k8s.io', cluster)],
  [
    ['clusterrolebinding', 'clusterrolebindings'],
    resource('clusterrolebindings', 'rbac.authorization.k8s.io', cluster),
  ],
  [['storageclass', 'storageclasses', 'sc'], resource('storageclasses', 'storage.k8s.io', cluster)],
  [['ingressclass', 'ingressclasses'], resource('ingressclasses', 'networking.k8s.io', cluster)],
  [['priorityclass', 'priorityclasses', 'pc'], resource('priorityclasses', 'scheduling.k8s.io', cluster)],
];

/** Every name that stands for a resource without its group. */
export const k8sResourceNames: readonly string[] = known.flatMap(([names]) => names);

/** The resource of a name; undefined where only the cluster can tell its version. */
export function k8sResource(name: string): K8sResource | undefined {
  return known.find(([names]) => names.includes(name))?.[1];
}
