// For whom the pods of a workload wait: which of the inputs' objects must have a ready pod, or be done. Pure.
import { parseTarget, type Target, type WaitStep } from '../../../helper/src/contract/index.ts';
import { type PlacedStep, stepsOf } from './helper-steps.ts';
import { initContainers, type Pod } from './pod.ts';
import type { Value } from './value.ts';
import type { LintObject, World } from './world.ts';

/** A target that only pods of one object of the inputs can make ready. */
export interface Dependency {
  readonly on: LintObject;
  readonly target: string;
  /** Through what: `Service my-app`, or the object itself. */
  readonly through: string;
  readonly at: Value;
}

const graphs = new WeakMap<World, ReadonlyMap<LintObject, readonly Dependency[]>>();

/** What the pods of each object cannot start without. Made once for all rules. */
export function dependenciesIn(world: World): ReadonlyMap<LintObject, readonly Dependency[]> {
  const known = graphs.get(world);
  if (known !== undefined) return known;
  const graph = new Map(world.objects.map((object) => [object, dependenciesOf(object, world)]));
  graphs.set(world, graph);
  return graph;
}

function dependenciesOf(object: LintObject, world: World): Dependency[] {
  const { pod } = object;
  if (pod === undefined) return [];
  return initContainers(pod)
    .filter(({ role }) => role === 'init')
    .flatMap((container) => stepsOf(container, object, world))
    .flatMap((placed) => dependenciesOfStep(placed, object, world));
}

function dependenciesOfStep({ step, placeOf }: PlacedStep, object: LintObject, world: World): Dependency[] {
  if (step.kind !== 'wait' || step.options.gone) return [];
  const found = step.targets.map((target) => ({ target, ...dependency(target, step, object, world) }));
  const { any, atLeast } = step.options;
  const needed = any ? 1 : (atLeast ?? step.targets.length);
  // one that others can stand in for is none
  return found.flatMap(({ target, on, through }) => {
    if (on === undefined || through === undefined) return [];
    const others = found.filter((each) => each.on !== on).length;
    return others >= needed ? [] : [{ on, through, target, at: placeOf(target) }];
  });
}

type Found = { readonly on?: LintObject; readonly through?: string };

function dependency(text: string, step: WaitStep, object: LintObject, world: World): Found {
  const target = parseTarget(text);
  if (target.kind === 'k8s') return kubernetesObject(target, step, object, world);
  const host = hostOf(target, step);
  if (host === undefined) return {};
  const place = servicePlace(host, object.namespace, world);
  const service = place && world.find('Service', place.namespace, place.service);
  if (place === undefined || service === undefined) return {};
  const on = place.pod === undefined ? only(world.behind(service)) : ordinalOf(place.pod, service, world);
  if (on?.pod === undefined || !needsReadyPod(target, step, service, on.pod)) return {};
  return { on, through: `Service ${service.name}` };
}

const servicePlace = (host: string, own: string, world: World) =>
  serviceNames(host, own).find(({ service, namespace }) => world.find('Service', namespace, service));

/** The Service of the inputs that a name means, from a namespace; not where it means one of the pods behind it. */
export function findService(host: string, own: string, world: World): LintObject | undefined {
  const place = servicePlace(host, own, world);
  return place === undefined || place.pod !== undefined
    ? undefined
    : world.find('Service', place.namespace, place.service);
}

const only = (objects: readonly LintObject[]) => (objects.length === 1 ? objects[0] : undefined);

/** The host that is asked; undefined where no name server is. */
function hostOf(target: Exclude<Target, { kind: 'k8s' }>, { options }: WaitStep): string | undefined {
  switch (target.kind) {
    case 'unix':
    case 'file':
      return undefined;
    case 'dns':
      return target.name;
    case 'http':
      return options.unixSocket === undefined ? new URL(target.url).hostname : undefined;
    default:
      return target.host;
  }
}

interface ServicePlace {
  /** The pod whose own name is asked for. */
  readonly pod?: string | undefined;
  readonly service: string;
  readonly namespace: string;
}

/**
 * The Services, and pods behind them, that a name of the cluster's DNS may mean, in the order of the search list.
 * https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
 */
function serviceNames(host: string, own: string): ServicePlace[] {
  const labels = host.toLowerCase().replace(/\.$/, '').split('.');
  const svc = labels.indexOf('svc');
  const [first = '', second = '', third = ''] = svc === -1 ? labels : labels.slice(0, svc);
  const count = svc === -1 ? labels.length : svc;
  if (count === 1) return svc === -1 ? [{ service: first, namespace: own }] : [];
  if (count === 3) return [{ pod: first, service: second, namespace: third }];
  if (count !== 2) return [];
  const ofNamespace = { service: first, namespace: second };
  return svc === -1 ? [{ pod: first, service: second, namespace: own }, ofNamespace] : [ofNamespace];
}

/** The StatefulSet that gives a pod its name behind a Service. */
function ordinalOf(pod: string, service: LintObject, world: World): LintObject | undefined {
  const [, set] = /^(.+)-\d+$/.exec(pod) ?? [];
  const found = set === undefined ? undefined : world.find('StatefulSet', service.namespace, set);
  return found?.value.textAt('spec', 'serviceName') === service.name ? found : undefined;
}

/** Whether a target is ready only once a pod behind the Service is. */
function needsReadyPod(target: Target, { options }: WaitStep, service: LintObject, pod: Pod): boolean {
  const unready = service.value.flagAt('spec', 'publishNotReadyAddresses') === true;
  if (target.kind === 'dns') {
    // the name of a Service with an address of its own is there before any pod
    return (
      service.value.textAt('spec', 'clusterIP') === 'None' &&
      !unready &&
      ['address', 'A', 'AAAA'].includes(options.record)
    );
  }
  // sent to pods that have not started: a sidecar of theirs may answer
  return !unready || pod.containers.every(({ role }) => role !== 'sidecar');
}

const kinds: Readonly<Record<string, string>> = {
  ...{ deployment: 'Deployment', deployments: 'Deployment', deploy: 'Deployment' },
  ...{ statefulset: 'StatefulSet', statefulsets: 'StatefulSet', sts: 'StatefulSet' },
  ...{ daemonset: 'DaemonSet', daemonsets: 'DaemonSet', ds: 'DaemonSet' },
  ...{ job: 'Job', jobs: 'Job', pod: 'Pod', pods: 'Pod', po: 'Pod' },
};

function kubernetesObject(
  { resource, name }: Extract<Target, { kind: 'k8s' }>,
  { options }: WaitStep,
  object: LintObject,
  world: World,
): Found {
  const kind = kinds[resource];
  // another condition may hold before any pod is ready
  if (kind === undefined || name === '' || options.condition !== undefined) return {};
  const on = world.find(kind, options.namespace ?? object.namespace, name);
  return on?.pod === undefined ? {} : { on, through: `${kind} ${name}` };
}
