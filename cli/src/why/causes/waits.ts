// Init containers that wait for a Service: what is wrong with that Service.
import type { PodCause } from '../cause.ts';
import type { PodView } from '../pod-view.ts';
import { matchesLabels, matchesSelector, namespaceOf } from '../snapshot.ts';
import { helperLogOf } from '../waits/waited-hosts.ts';
import { counted, listed } from '../words.ts';
import { waitFinding } from './wait-finding.ts';
import { isHeadless, nameSuffices, place, podsBehind, statusOf, waitCause, waitedServices } from './waited-service.ts';

const ownService = waitCause(
  {
    id: 'wait-own-service',
    what: 'An init container waits for a Service behind which only its own pod stands, or pods that start after it: that can never be.',
    cure: 'Take this wait out, or let the Service publish addresses that are not ready (publishNotReadyAddresses).',
    outlook: 'final',
  },
  ({ view, service, name, namespace, endpoints }) => {
    if (service === undefined || endpoints.ready > 0 || namespace !== view.namespace) return undefined;
    const { labels } = view.pod.metadata;
    if (!matchesLabels(service.spec?.selector, labels) || service.spec?.publishNotReadyAddresses === true)
      return undefined;
    const others = view.snapshot.pods.filter(
      (pod) =>
        namespaceOf(pod) === namespace &&
        matchesLabels(service.spec?.selector, pod.metadata.labels) &&
        !sameOwner(view, pod.metadata.ownerReferences?.[0]?.uid),
    );
    if (others.some((pod) => pod.metadata.name !== view.name)) return undefined;
    return {
      verdict: `which is its own Service ${name}: it becomes ready only when this pod is`,
      commands: [`get service ${name} -o yaml`],
    };
  },
);

function sameOwner({ pod }: PodView, uid: string | undefined): boolean {
  return uid !== undefined && pod.metadata.ownerReferences?.some((each) => each.uid === uid) === true;
}

const serviceAbsent = waitCause(
  {
    id: 'wait-service-absent',
    what: 'An init container waits for a Service that does not exist.',
    cure: 'Create the Service, or correct the name that is waited for.',
    outlook: 'open',
  },
  (waited) => {
    const { service, name, namespace, host, view } = waited;
    if (service !== undefined || (view.snapshot.elsewhere.get(name) ?? []).some((each) => each !== namespace))
      return undefined;
    // a name with a dot may be that of a host outside
    if (!host.isSure) return undefined;
    return {
      verdict: `and there is no Service ${name} in namespace ${namespace}`,
      commands: [`get services -n ${namespace}`],
    };
  },
);

const otherNamespace = waitCause(
  {
    id: 'wait-other-namespace',
    what: 'An init container waits for a Service by a name that is looked up in its own namespace, and the Service is in another.',
    cure: 'Name the namespace too: NAME.NAMESPACE.svc.',
    outlook: 'open',
  },
  ({ service, name, namespace, view }) => {
    const found = (view.snapshot.elsewhere.get(name) ?? []).filter((each) => each !== namespace);
    const [first] = found;
    if (service !== undefined || first === undefined) return undefined;
    return {
      verdict: `and Service ${name} is not in namespace ${namespace} but in ${listed(found)}`,
      cure: `If that one is meant, wait for ${name}.${first}.svc.`,
      commands: [`get services -A --field-selector metadata.name=${name}`],
    };
  },
);

const portAbsent = waitCause(
  {
    id: 'wait-port-absent',
    what: 'An init container waits for a port that the Service does not have.',
    cure: "Wait for one of the Service's ports, or give the Service that port.",
    outlook: 'final',
  },
  (waited) => {
    const { service, host } = waited;
    const ports = service?.spec?.ports ?? [];
    if (service === undefined || isHeadless(waited) || host.port === undefined || ports.length === 0) return undefined;
    if (service.spec?.type === 'ExternalName' || ports.some(({ port }) => port === host.port)) return undefined;
    return {
      verdict: `and Service ${place(waited)} has no port ${host.port}: it has ${listed(ports.map(({ port }) => String(port)))}`,
      commands: [`get service ${waited.name} -n ${waited.namespace}`],
    };
  },
);

const noSelector = waitCause(
  {
    id: 'wait-service-without-selector',
    what: 'An init container waits for a Service that has neither a selector nor endpoints.',
    cure: 'Give the Service a selector that matches the labels of its pods, or EndpointSlices of its own.',
    outlook: 'open',
  },
  (waited) => {
    const { service, endpoints } = waited;
    if (service === undefined || service.spec?.selector !== undefined || service.spec?.type === 'ExternalName')
      return undefined;
    if (endpoints.ready > 0 || nameSuffices(waited)) return undefined;
    return {
      verdict: `and Service ${place(waited)} has no selector and no ready endpoints: nothing can stand behind it`,
      commands: [`get endpointslices -n ${waited.namespace} -l kubernetes.io/service-name=${waited.name}`],
    };
  },
);

const selectorMatchesNothing = waitCause(
  {
    id: 'wait-service-matches-nothing',
    what: 'An init container waits for a Service whose selector matches no pod.',
    cure: "Start the pods that it is for, or make the Service's selector the labels of those pods.",
    outlook: 'open',
  },
  (waited) => {
    const { service, endpoints, namespace, view, name } = waited;
    const { selector } = service?.spec ?? {};
    if (service === undefined || selector === undefined || endpoints.ready > 0 || nameSuffices(waited))
      return undefined;
    if (podsBehind(waited).length > 0 || view.snapshot.denied.has('pods')) return undefined;
    const labels = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
    return {
      verdict: `and no pod in namespace ${namespace} has the labels that Service ${name} selects: ${labels.join(',')}`,
      commands: [`get pods -n ${namespace} --show-labels`, `get service ${name} -n ${namespace} -o wide`],
    };
  },
);

const serviceNotReady = waitCause(
  {
    id: 'wait-service-not-ready',
    what: 'An init container waits for a Service whose pods are there, and none of them is ready.',
    cure: 'See why those pods are not ready: this wait ends by itself once one is.',
    outlook: 'open',
  },
  (waited) => {
    const { service, endpoints, namespace } = waited;
    const pods = podsBehind(waited);
    const [first] = pods;
    if (service === undefined || endpoints.ready > 0 || first === undefined || nameSuffices(waited)) return undefined;
    const names = pods.map((pod) => `pod/${pod.metadata.name}`);
    return {
      verdict: `and ${pods.length === 1 ? `the one pod behind Service ${place(waited)} is not` : `none of the ${counted(pods.length, 'pod')} behind Service ${place(waited)} is`} ready`,
      facts: pods.slice(0, 4).map((pod) => ['pod', `${pod.metadata.name}: ${statusOf(pod)}`]),
      cure: `See why ${listed(names, 3)} ${names.length === 1 ? 'is' : 'are'} not ready: this wait ends by itself then.`,
      commands: [`why pod/${first.metadata.name} -n ${namespace}`],
    };
  },
);

export const networkPolicy: PodCause = {
  id: 'wait-network-policy',
  what: 'An init container waits for a Service that is ready, connections to it are not answered, and a NetworkPolicy applies to one of both: it is a candidate.',
  cure: "Look whether the policy allows this pod's egress (and port 53 for names) and the other's ingress from it.",
  outlook: 'open',
  *find(view) {
    for (const waited of waitedServices(view)) {
      const { host, endpoints, namespace, name } = waited;
      const cause = helperLogOf(host.container, view.pod, view.snapshot).causes.get(host.target);
      // packets that a policy drops are not answered; a refusal is none of its doing
      if (endpoints.ready === 0 || (cause !== undefined && cause !== 'TIMED_OUT' && cause !== 'NAME_SERVER_FAILED'))
        continue;
      const applying = view.snapshot.policies.filter(({ metadata, spec }) => {
        const types = spec?.policyTypes ?? ['Ingress', ...(spec?.egress === undefined ? [] : ['Egress'])];
        const from =
          metadata.namespace === view.namespace &&
          types.includes('Egress') &&
          matchesSelector(spec?.podSelector, view.pod.metadata.labels);
        const to =
          metadata.namespace === namespace &&
          types.includes('Ingress') &&
          podsBehind(waited).some((pod) => matchesSelector(spec?.podSelector, pod.metadata.labels));
        return from || to;
      });
      if (applying.length === 0) continue;
      const names = applying.map(({ metadata }) => metadata.name);
      yield waitFinding(
        view,
        host,
        `${host.container.title} waits for ${host.target}; Service ${name} is ready, and the NetworkPolicy ${listed(names)} may be what stands between`,
        { commands: names.slice(0, 3).map((each) => `describe networkpolicy ${each}`) },
      );
    }
  },
};

/** Pods of a StatefulSet that come one after the other, and one that waits for a later one. */
const ownOrdinal: PodCause = {
  id: 'wait-own-ordinal',
  what: 'A pod of a StatefulSet waits for one with a higher number, which is made only when this one is ready.',
  cure: 'Wait for lower numbers only, or set podManagementPolicy: Parallel.',
  outlook: 'final',
  *find(view) {
    const owner = view.owners.find(({ kind }) => kind === 'StatefulSet');
    if (view.stage !== 'init' || owner === undefined || owner.spec?.podManagementPolicy === 'Parallel') return;
    const own = Number(/\d+$/.exec(view.name)?.[0]);
    for (const host of view.hosts) {
      const [first = ''] = host.host.split('.');
      const other = first.startsWith(`${owner.metadata.name}-`)
        ? Number(first.slice(owner.metadata.name.length + 1))
        : Number.NaN;
      if (!(other > own)) continue;
      yield waitFinding(
        view,
        host,
        `${host.container.title} waits for ${first}, a later pod of its own StatefulSet ${owner.metadata.name}, which is made only when this one is ready`,
      );
    }
  },
};

export const waitCauses: readonly PodCause[] = [
  ownOrdinal,
  ownService,
  otherNamespace,
  serviceAbsent,
  portAbsent,
  noSelector,
  selectorMatchesNothing,
  serviceNotReady,
  networkPolicy,
];
