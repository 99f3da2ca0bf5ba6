// What the cluster's name server answers, as CoreDNS with its kubernetes plugin does. Pure.
// https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
import type { Host, Service } from './services.ts';

export type NameAnswer =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  /** The name is there, without a record of the type. */
  | { readonly kind: 'no-data' }
  | { readonly kind: 'no-such-name' }
  /** Not of the cluster, and nobody declared it. */
  | { readonly kind: 'outside' };

const zone = 'cluster.local';

/**
 * Answers a question for the addresses of a name.
 * @param name without a final dot, in any case
 * @param nowMs from the start of the pod
 */
export function answerName(
  name: string,
  type: string,
  nowMs: number,
  services: readonly Service[],
  hosts: readonly Host[],
): NameAnswer {
  const asked = name.toLowerCase();
  const host = hosts.find((one) => one.name === asked);
  if (host !== undefined) return type === 'A' ? { kind: 'addresses', addresses: [host.address] } : { kind: 'no-data' };
  if (asked !== zone && !asked.endsWith(`.${zone}`)) return { kind: 'outside' };

  const labels = asked === zone ? [] : asked.slice(0, -zone.length - 1).split('.');
  const [service, namespace, svc] = labels.slice(-3).length === 3 ? labels.slice(-3) : [undefined, ...labels.slice(-2)];
  if (labels.length === 0 || (labels.length === 1 && labels[0] === 'svc')) return { kind: 'no-data' };
  if (labels.at(-1) !== 'svc') return { kind: 'no-such-name' };
  if (labels.length === 2) {
    const known = services.some((one) => one.namespace === namespace && one.createdAtMs <= nowMs);
    return { kind: known ? 'no-data' : 'no-such-name' };
  }
  const found = services.find((one) => one.name === service && one.namespace === namespace && svc === 'svc');
  if (found === undefined || labels.length > 3 || found.createdAtMs > nowMs) return { kind: 'no-such-name' };
  const ready = found.ports.some(({ readyAtMs }) => readyAtMs !== undefined && readyAtMs <= nowMs);
  if (found.headless && !ready) return { kind: 'no-such-name' };
  return type === 'A' ? { kind: 'addresses', addresses: [found.address] } : { kind: 'no-data' };
}

/**
 * What to tell people of a name that was asked for and that nobody declared; undefined where it is only a candidate
 * of the search list.
 */
export function undeclaredName(
  name: string,
  services: readonly Service[],
  hosts: readonly Host[],
  ownNamespace: string,
): { readonly shown: string; readonly cure: string } | undefined {
  const asked = name.toLowerCase();
  const [, service, namespace] = /^([^.]+)\.([^.]+)\.svc\.cluster\.local$/.exec(asked) ?? [];
  if (service !== undefined && namespace !== undefined) {
    const known = services.some((one) => one.name === service && one.namespace === namespace);
    const isNamespace = namespace === ownNamespace || services.some((one) => one.namespace === namespace);
    if (known || !isNamespace) return undefined;
    const shown = namespace === ownNamespace ? service : `${service}.${namespace}`;
    return { shown: `Service ${shown}`, cure: `--service ${shown}:PORT@3s, or --service ${shown}:PORT=HOST:PORT` };
  }
  if (!asked.includes('.') || asked.endsWith(`.${zone}`) || asked === zone) return undefined;
  if (hosts.some((one) => one.name === asked)) return undefined;
  // `db.data` is tried as a name of the world at last, and may mean a Service of another namespace
  const mayBeService = asked.split('.').length === 2 ? `--service ${asked}:PORT@3s if it is a Service, ` : '';
  return { shown: asked, cure: `${mayBeService}--host ${asked}=HOST:PORT, or --allow-network` };
}

/** The pod's resolv.conf. */
export function resolvConf(
  nameserver: string,
  namespace: string,
  dns: { readonly policy: string; readonly searches: readonly string[]; readonly options: readonly string[] },
): string {
  const ofCluster = dns.policy === 'ClusterFirst' || dns.policy === 'ClusterFirstWithHostNet';
  const searches = [...(ofCluster ? [`${namespace}.svc.${zone}`, `svc.${zone}`, zone] : []), ...dns.searches];
  const ownNdots = dns.options.some((option) => option.startsWith('ndots:'));
  const options = [...(ofCluster && !ownNdots ? ['ndots:5'] : []), ...dns.options];
  return [
    `nameserver ${nameserver}`,
    ...(searches.length > 0 ? [`search ${[...new Set(searches)].join(' ')}`] : []),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
    '',
  ].join('\n');
}
