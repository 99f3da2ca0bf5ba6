// What the scheduler sets aside for a pod, which container decides it, and the pod's quality of service. Pure.
// https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers (KEP-753)
// https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/

import { Fault } from '../fault.ts';
import { isExact, parseQuantity } from '../manifest/quantity.ts';
import type { ContainerRole } from '../rehearse/kubelet/restart-rules.ts';
import type { Fields } from '../rehearse/pod/fields.ts';

export interface ContainerResources {
  readonly name: string;
  readonly role: ContainerRole;
  /** By resource; where only a limit is given, that is the request as well. */
  readonly requests: Readonly<Record<string, number>>;
  readonly limits: Readonly<Record<string, number>>;
}

export interface EffectiveRequest {
  readonly resource: string;
  readonly amount: number;
  /** What the app with its sidecars needs once everything runs. */
  readonly whileRunning: number;
  /** The init container that needs more than that, and so raises the pod's request; undefined: init is free. */
  readonly raisedBy: string | undefined;
}

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

export interface PodResources {
  readonly requests: readonly EffectiveRequest[];
  readonly qos: QosClass;
  /** The pod's own `resources`, which take the place of the sum (KEP-2837). */
  readonly podLevel: boolean;
}

const qosResources = ['cpu', 'memory'];

/** @throws Fault input for what is no quantity */
export function podResources(containers: readonly ContainerResources[], pod: Fields): PodResources {
  const own = readResources(pod, 'pod', 'app');
  const podLevel = Object.keys(own.requests).length > 0;
  const overhead = amounts(pod.fields('overhead'));
  const resources = [...new Set(containers.flatMap(({ requests }) => Object.keys(requests)))];
  const requests = [...new Set([...resources, ...Object.keys(own.requests), ...Object.keys(overhead)])]
    .sort()
    .map((resource) => effective(resource, containers, own.requests[resource], overhead[resource] ?? 0));
  return { requests, podLevel, qos: qosClass(podLevel ? [own] : containers) };
}

function effective(
  resource: string,
  containers: readonly ContainerResources[],
  podLevel: number | undefined,
  overhead: number,
): EffectiveRequest {
  let sidecars = 0;
  let peak = { amount: 0, name: '' };
  for (const { name, role, requests } of containers) {
    if (role === 'app') continue;
    const amount = sidecars + (requests[resource] ?? 0);
    if (role === 'sidecar') sidecars = amount;
    else if (amount > peak.amount) peak = { amount, name };
  }
  const apps = containers.filter(({ role }) => role === 'app');
  const whileRunning = sidecars + apps.reduce((sum, { requests }) => sum + (requests[resource] ?? 0), 0) + overhead;
  const needed = Math.max(whileRunning, peak.amount + overhead);
  return {
    resource,
    amount: podLevel === undefined ? needed : podLevel + overhead,
    whileRunning,
    raisedBy: podLevel === undefined && needed > whileRunning ? peak.name : undefined,
  };
}

function qosClass(containers: readonly Pick<ContainerResources, 'requests' | 'limits'>[]): QosClass {
  const positive = ({ requests, limits }: Pick<ContainerResources, 'requests' | 'limits'>) =>
    qosResources.some((name) => (requests[name] ?? 0) > 0 || (limits[name] ?? 0) > 0);
  if (!containers.some(positive)) return 'BestEffort';
  return containers.every(isExact) ? 'Guaranteed' : 'Burstable';
}

/** The resources of a container, or of a whole pod. */
export function readResources(container: Fields, name: string, role: ContainerRole): ContainerResources {
  const resources = container.fields('resources');
  const limits = amounts(resources?.fields('limits'));
  return { name, role, limits, requests: { ...limits, ...amounts(resources?.fields('requests')) } };
}

function amounts(fields: Fields | undefined): Record<string, number> {
  return Object.fromEntries(
    Object.entries(fields?.value ?? {}).map(([name, value]) => [name, readQuantity(value, `${fields?.where}.${name}`)]),
  );
}

/** @throws Fault input, naming the place */
function readQuantity(value: unknown, where: string): number {
  const amount = parseQuantity(String(value));
  if (amount === undefined) {
    throw new Fault('input', `${where}: ${JSON.stringify(String(value))} is not a quantity, such as 250m or 64Mi`);
  }
  return amount;
}
