// Where this process is within a cluster, as far as a pod can tell without asking the API.
import { readFileSync } from 'node:fs';
import { parseResolvConf } from './resolv-conf.ts';

export interface PodIdentity {
  /** The pod's namespace; undefined outside of a cluster. */
  readonly namespace: string | undefined;
  /** The cluster's domain, such as `cluster.local`. */
  readonly domain: string | undefined;
}

// https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
export const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * @param resolvConfPath the pod's /etc/resolv.conf, or what stands in for it: then the service account of whatever
 *   pod this may run in says nothing
 */
export function readPodIdentity(resolvConfPath: string): PodIdentity {
  const [, namespaceFound, domain] =
    parseResolvConf(read(resolvConfPath))
      // the kubelet writes: <namespace>.svc.<domain> svc.<domain> <domain>
      .search.map((entry) => /^([^.]+)\.svc\.(.+)$/.exec(entry))
      .find((match) => match !== null) ?? [];
  const mounted = resolvConfPath === '/etc/resolv.conf' ? read(`${serviceAccountFolder}/namespace`).trim() : '';
  return { namespace: mounted === '' ? namespaceFound : mounted, domain };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // not there, or not for us: then it is not known
    return '';
  }
}
