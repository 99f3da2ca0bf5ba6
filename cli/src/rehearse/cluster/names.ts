// What the cluster's name server answers, as CoreDNS with its kubernetes plugin does. Pure.
// https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
import type { Host, Service } from './services.ts';

export type NameAnswer =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  /** SRV records (RFC 2782). */
  | { readonly kind: 'ports'; readonly target: string; readonly ports: readonly number[] }
  /** The name is there, without a record of the type. */
  | { readonly kind: 'no-data' }
  | { readonly kind: 'no-such-name' }
  /** Not of the cluster, and nobody declared it. */
  | { readonly kind: 'outside'; readonly name: string };

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
  if (asked !== zone && !asked.endsWith(`.${zone}`)) return { kind: 'outside', name: asked };

  const labels = asked === zone ? [] : asked.slice(0, -zone.length - 1).split('.');
  if (labels.length === 0 || (labels.length === 1 && labels[0] === 'svc')) return { kind: 'no-data' };
  if (labels.pop() !== 'svc') return { kind: 'no-such-name' };
  const namespace = labels.pop();
  const inNamespace = services.filter((one) => one.namespace === namespace && one.createdAtMs <= nowMs);
  const service = labels.pop();
  if (service === undefined) return { kind: inNamespace.length > 0 ? 'no-data' : 'no-such-name' };
  const found = inNamespace.find((one) => one.name === service);
  if (found === undefined) return { kind: 'no-such-name' };
  if (found.externalName !== undefined && labels.length === 0) {
    // one that stands for itself, by whatever way, stands for nothing
    const others = services.filter((one) => one !== found);
    return answerName(found.externalName, type, nowMs, others, hosts);
  }
  const ready = found.ports.some(({ readyAtMs }) => readyAtMs !== undefined && readyAtMs <= nowMs);
  if (found.headless && !ready) return { kind: 'no-such-name' };
  if (labels.length === 0 && type === 'A') return { kind: 'addresses', addresses: [found.address] };
  const ports = portsOf(found, labels);
  if (ports.length === 0) return { kind: labels.length === 0 ? 'no-data' : 'no-such-name' };
  return type === 'SRV' ? { kind: 'ports', target: `${service}.${namespace}.svc.${zone}`, ports } : { kind: 'no-data' };
}

/** The ports of a Service, or the one of `_http._tcp`; only what its manifest names has a name. */
function portsOf({ declaredPorts }: Service, labels: readonly string[]): number[] {
  if (labels.length === 0) return declaredPorts.map(({ port }) => port);
  const [name, protocol, ...surplus] = labels;
  if (protocol !== '_tcp' || surplus.length > 0) return [];
  return declaredPorts.flatMap((one) => (`_${one.name}` === name ? [one.port] : []));
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
