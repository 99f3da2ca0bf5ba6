// A Service that an init container waits for, and what stands behind it: what the causes of waits ask.
import type { Fact, PodCause } from '../cause.ts';
import type { Pod, Service } from '../kube/objects.ts';
import type { PodView } from '../pod-view.ts';
import { endpointsOf, findService, matchesLabels, namespaceOf } from '../snapshot.ts';
import type { WaitedHost } from '../waits/waited-hosts.ts';
import { waitFinding } from './wait-finding.ts';

/** A Service that a pod waits for, and what stands behind it. */
export interface Waited {
  readonly view: PodView;
  readonly host: WaitedHost;
  readonly name: string;
  readonly namespace: string;
  readonly service: Service | undefined;
  readonly endpoints: { readonly ready: number; readonly all: number };
}

export function* waitedServices(view: PodView): Iterable<Waited> {
  if (view.stage !== 'init' || view.snapshot.denied.has('services')) return;
  for (const host of view.hosts) {
    if (host.service === undefined) continue;
    const { name, namespace } = host.service;
    const service = findService(view.snapshot, name, namespace);
    const endpoints = service === undefined ? { ready: 0, all: 0 } : endpointsOf(view.snapshot, service);
    yield { view, host, name, namespace, service, endpoints };
  }
}

export const place = ({ name, namespace, view }: Waited): string =>
  namespace === view.namespace ? name : `${name} of namespace ${namespace}`;

export const isHeadless = ({ service }: Waited): boolean => service?.spec?.clusterIP === 'None';

/** Whether the name alone, which is all that is waited for, resolves without any endpoint. */
export const nameSuffices = (waited: Waited): boolean => waited.host.nameOnly && !isHeadless(waited);

export function waitCause(
  info: Omit<PodCause, 'find'>,
  find: (
    waited: Waited,
  ) => { verdict: string; facts?: readonly Fact[]; commands?: readonly string[]; cure?: string } | undefined,
): PodCause {
  return {
    ...info,
    *find(view) {
      for (const waited of waitedServices(view)) {
        const found = find(waited);
        if (found === undefined) continue;
        const { verdict, ...more } = found;
        yield waitFinding(
          view,
          waited.host,
          `${waited.host.container.title} waits for ${waited.host.target}, ${verdict}`,
          more,
        );
      }
    },
  };
}

/** The pods that the Service selects, ready or not. */
export const podsBehind = ({ service, namespace, view }: Waited) =>
  view.snapshot.pods.filter(
    (pod) => namespaceOf(pod) === namespace && matchesLabels(service?.spec?.selector, pod.metadata.labels),
  );

/** As the column STATUS of kubectl, shortly. */
export function statusOf({ status }: Pod): string {
  const { initContainerStatuses = [], containerStatuses = [], phase = 'unknown' } = status ?? {};
  const waiting = [...initContainerStatuses, ...containerStatuses]
    .map(({ state }) => state?.waiting?.reason ?? '')
    .find((reason) => !/^(PodInitializing|ContainerCreating)?$/.test(reason));
  if (waiting !== undefined) return waiting;
  if (initContainerStatuses.some(({ state }) => state?.running !== undefined) && phase === 'Pending')
    return 'in its init containers';
  return phase === 'Running' ? 'runs, but is not ready' : phase;
}
