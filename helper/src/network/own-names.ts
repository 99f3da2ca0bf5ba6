// The pod's own names, which the kubelet writes into the hosts file it manages
// (https://kubernetes.io/docs/tasks/network/customize-hosts-file-for-pods/). Pure.

// of a pod on the host's network it is another line, and what follows are the node's own entries
const managed = /^# Kubernetes-managed hosts file\.$/m;
const aliases = '# Entries added by HostAliases.';

/**
 * The names on the line that holds the pod's host name: that name, and the full one where the pod has a subdomain.
 * In lower case; none of a file that the kubelet does not manage.
 */
export function ownNames(hostsFile: string, hostName: string): ReadonlySet<string> {
  if (!managed.test(hostsFile)) return new Set();
  const [own = ''] = hostsFile.split(aliases);
  const lines = own.split('\n').map((line) => line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/).slice(1));
  return new Set(lines.filter((names) => names.includes(hostName.toLowerCase())).flat());
}
