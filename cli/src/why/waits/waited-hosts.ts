// What an init container waits for in the network: the helper's steps by its own grammar, the hosts that a copied loop
// names, each with the Service that it may mean. Pure.
import { parse } from 'yaml';
import { otherVariables, parseArgs, parsePlan, parseTarget, type Step } from '../../../../helper/src/contract/index.ts';
import type { ContainerView } from '../container-view.ts';
import type { Pod } from '../kube/objects.ts';
import { findService, type Lists, logKey, namespaceOf, type Snapshot } from '../snapshot.ts';
import { type HelperLog, readHelperLog } from './helper-log.ts';
import { hostsOfShell } from './shell-hosts.ts';

export interface WaitedHost {
  readonly container: ContainerView;
  /** As the user wrote it, such as `tcp://db:5432`, without secrets. */
  readonly target: string;
  readonly host: string;
  readonly port: number | undefined;
  /** The name alone is waited for. */
  readonly nameOnly: boolean;
  /** The Service that the name may mean; undefined for an address or a host elsewhere. */
  readonly service: { readonly name: string; readonly namespace: string } | undefined;
  /** A dot in a name may also be that of a host outside. */
  readonly isSure: boolean;
}

/** The steps of the helper in a container; undefined where they are not in the manifest itself. */
export function helperSteps({ spec }: ContainerView): Step[] | undefined {
  const env = Object.fromEntries((spec.env ?? []).map(({ name, value = '' }) => [name, value]));
  const words = [...(spec.command ?? []).slice(1), ...(spec.args ?? [])];
  try {
    const command = parseArgs(words, env);
    if (command.kind === 'step') return [command.step];
    const plan = env[otherVariables.plan] ?? '';
    if (command.kind !== 'run' || plan === '') return undefined;
    return parsePlan(parse(plan), env).items.flatMap((item) => (item.kind === 'together' ? [...item.steps] : [item]));
  } catch {
    // the helper says itself what is wrong with them
    return undefined;
  }
}

/** The log of the helper, as far as it was read. */
export function helperLogOf(container: ContainerView, pod: Pod, snapshot: Pick<Snapshot, 'logs'>): HelperLog {
  return readHelperLog(snapshot.logs.get(logKey(namespaceOf(pod), pod.metadata.name, container.name)) ?? '');
}

/** The targets of a container's waits that are not ready yet. */
export function pendingTargets(container: ContainerView, pod: Pod, snapshot: Pick<Snapshot, 'logs'>): string[] {
  const { pending, isReady } = helperLogOf(container, pod, snapshot);
  if (pending.length > 0 || isReady) return [...pending];
  return (helperSteps(container) ?? []).flatMap((step) => (step.kind === 'wait' ? step.targets : []));
}

export function waitedHosts(
  container: ContainerView,
  pod: Pod,
  snapshot: Lists & Pick<Snapshot, 'logs'>,
  isHelper: (container: { readonly image: string }) => boolean,
): WaitedHost[] {
  const isOurs = isHelper({ image: container.spec.image ?? '' });
  const targets = isOurs
    ? pendingTargets(container, pod, snapshot)
    : container.role === 'app'
      ? []
      : hostsOfShell([...(container.spec.command ?? []), ...(container.spec.args ?? [])]);
  return targets.flatMap((target) => {
    const place = placeOf(target);
    if (place === undefined) return [];
    const { host, port, nameOnly } = place;
    const shown = isOurs ? target : target.replace(/^(?:dns|tcp):\/\//, '');
    return [{ container, target: shown, host, port, nameOnly, ...serviceOf(host, namespaceOf(pod), snapshot) }];
  });
}

function placeOf(text: string): { host: string; port: number | undefined; nameOnly: boolean } | undefined {
  try {
    const target = parseTarget(text);
    switch (target.kind) {
      case 'unix':
      case 'file':
      case 'k8s':
        return undefined;
      case 'dns':
        return { host: target.name, port: undefined, nameOnly: true };
      case 'http': {
        const { protocol, hostname, port } = new URL(target.url);
        return { host: hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80), nameOnly: false };
      }
      default:
        return { host: target.host, port: target.port, nameOnly: false };
    }
  } catch {
    return undefined;
  }
}

// https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
function serviceOf(host: string, own: string, lists: Lists): Pick<WaitedHost, 'service' | 'isSure'> {
  const labels = host.replace(/\.$/, '').toLowerCase().split('.');
  const none = { service: undefined, isSure: false };
  if (/^[\d.]+$|:/.test(host) || labels.some((label) => label === '') || host === 'localhost') return none;
  const [first = '', second, third, fourth] = labels;
  if (second === undefined) return { service: { name: first, namespace: own }, isSure: true };
  if (third === 'svc') return { service: { name: first, namespace: second }, isSure: true };
  // a pod of a headless Service
  if (fourth === 'svc' && third !== undefined) return { service: { name: second, namespace: third }, isSure: true };
  if (third !== undefined) return none;
  const headless = findService(lists, second, own);
  if (headless !== undefined) return { service: { name: second, namespace: own }, isSure: true };
  return { service: { name: first, namespace: second }, isSure: false };
}
