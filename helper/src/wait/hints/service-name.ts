// A host name → the Service that it means, by Kubernetes' DNS names
// (https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/). Pure.

export interface ServiceName {
  readonly service: string;
  readonly namespace: string;
  /** False for `db.prod`, which may as well be a name outside of the cluster. */
  readonly certain: boolean;
}

/**
 * | name                               | Service                                     |
 * | ---------------------------------- | ------------------------------------------- |
 * | `db`                               | db in the pod's own namespace               |
 * | `db.prod`                          | db in prod, if it is a Service at all       |
 * | `db.prod.svc`, `….svc.<domain>`    | db in prod                                  |
 * | `db-0.db.prod.svc`, …              | db in prod (db-0 is one of its pods)        |
 * | `example.org.`, `www.example.org`  | none                                        |
 * @param domain the cluster's, such as `cluster.local`; undefined if nobody knows
 */
export function parseServiceName(
  name: string,
  ownNamespace: string | undefined,
  domain: string | undefined,
): ServiceName | undefined {
  const rooted = name.endsWith('.');
  const plain = rooted ? name.slice(0, -1) : name;
  const suffix = domain === undefined ? undefined : `.${domain}`;
  const inCluster = suffix !== undefined && plain.endsWith(suffix);
  const labels = (inCluster ? plain.slice(0, -suffix.length) : plain).split('.');
  const kind = labels.at(-1);
  if (kind === 'svc' && labels.length >= 3 && (inCluster || !rooted)) {
    const [service = '', namespace = ''] = labels.slice(-3);
    return { service, namespace, certain: true };
  }
  if (inCluster || rooted) return undefined;
  const [service = '', namespace] = labels;
  if (labels.length === 1)
    return ownNamespace === undefined ? undefined : { service, namespace: ownNamespace, certain: true };
  return labels.length === 2 && namespace !== undefined ? { service, namespace, certain: false } : undefined;
}
