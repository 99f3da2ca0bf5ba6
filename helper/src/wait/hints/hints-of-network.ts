// Hints for what happens before a server has said anything: names, connections, a mesh, a NetworkPolicy.
import type { Case, Hint } from './hint.ts';

const isLoopback = (host: string | undefined) =>
  host !== undefined && /^(?:(?:.*\.)?localhost\.?|127\..*|::1)$/i.test(host);

const kubectl = (words: string, { service }: Case) =>
  `kubectl get ${words.replace('SERVICE', service?.service ?? '')} -n ${service?.namespace ?? ''}`;

const endpoints = (facts: Case) => kubectl('endpointslices -l kubernetes.io/service-name=SERVICE', facts);

export const networkHints: readonly Hint[] = [
  {
    id: 'proxy-not-used',
    seen: 'no such name, no route, or no answer to the connection attempt, by a host that is no Service, where `HTTP_PROXY` or `HTTPS_PROXY` is set',
    fits: ({ code, proxyVariable, service, fact }) =>
      proxyVariable !== undefined &&
      service?.certain !== true &&
      (code === 'NAME_NOT_FOUND' || code === 'UNREACHABLE' || (code === 'TIMED_OUT' && fact('phase') === 'connect')),
    say: ({ proxyVariable }) =>
      `${proxyVariable ?? 'HTTPS_PROXY'} is set, but the helper uses no proxy: if the way to that host leads through one only, it cannot be waited for`,
  },
  {
    id: 'own-name',
    seen: 'no such name, or connection refused, where the name is that of the pod itself',
    fits: ({ isOwnName, fact, code }) =>
      isOwnName === true && (fact('answer') === 'NXDOMAIN' || code === 'CONNECTION_REFUSED'),
    say: ({ host, pod }) =>
      `${host} is this pod's own name too, which /etc/hosts gives its own address: what connects to it reaches the pod itself, and dns:// does not count that line. A Service of that name is ${host}.${pod.namespace ?? 'NAMESPACE'}.svc`,
  },
  {
    id: 'no-such-service',
    seen: 'no such name (NXDOMAIN), for `db`, or for a name under `svc`',
    fits: ({ fact, service }) => fact('answer') === 'NXDOMAIN' && service?.certain === true,
    say: (facts) =>
      `There is no Service ${facts.service?.service} in namespace ${facts.service?.namespace}, or it is headless and has no ready pod: ${kubectl('service SERVICE', facts)}. ` +
      'Once it is there, cluster DNS may remember for up to 30s that it was not',
  },
  {
    id: 'no-such-service-or-host',
    seen: 'no such name, for `db.prod`, which may be a Service or a host elsewhere',
    fits: ({ fact, service }) => fact('answer') === 'NXDOMAIN' && service !== undefined,
    say: (facts) =>
      `If a Service is meant, there is no ${facts.service?.service} in namespace ${facts.service?.namespace}: ${kubectl('service SERVICE', facts)}. If not, is the name spelt right?`,
  },
  {
    id: 'no-such-name',
    seen: 'no such name, for any other name',
    fits: ({ fact }) => fact('answer') === 'NXDOMAIN',
    say: () =>
      'Is the name spelt right? A Service is found by NAME in its own namespace, and by NAME.NAMESPACE.svc from others',
  },
  {
    id: 'no-address',
    seen: 'the name has no such record (NODATA)',
    fits: ({ fact }) => fact('answer') === 'NODATA',
    say: () =>
      'The name is there, but has no record of that kind: the domain of a namespace, or a name that exists for another protocol?',
  },
  {
    id: 'cluster-dns-silent',
    seen: 'a name server does not answer',
    fits: ({ fact }) => fact('answer') === 'TIMEOUT' || fact('phase') === 'resolve',
    say: () =>
      'The cluster DNS does not answer. Are its pods running (kubectl get pods -n kube-system -l k8s-app=kube-dns)? A NetworkPolicy for this pod must allow egress to port 53, UDP and TCP',
  },
  {
    id: 'cluster-dns-down',
    seen: 'a name server cannot be reached',
    fits: ({ fact }) => fact('answer') === 'UNREACHABLE',
    say: () =>
      'Nothing listens where /etc/resolv.conf says that the cluster DNS is: kubectl get pods -n kube-system -l k8s-app=kube-dns',
  },
  {
    id: 'cluster-dns-failing',
    seen: 'a name server fails (SERVFAIL) or refuses',
    fits: ({ code }) => code === 'NAME_SERVER_FAILED',
    say: () =>
      'The cluster DNS is there but cannot answer: it may not reach the API server, or the server it forwards to. Its log says which: kubectl logs -n kube-system -l k8s-app=kube-dns',
  },
  {
    id: 'own-pod',
    seen: 'connection refused, at localhost',
    fits: ({ code, host }) => isLoopback(host) && code === 'CONNECTION_REFUSED',
    say: () =>
      'This is the pod itself, and its app containers start only after all init containers: only a sidecar (an init container with restartPolicy: Always) that stands before this one can answer',
  },
  {
    id: 'mesh-not-up',
    seen: 'connection refused, closed or reset, where the environment is that of a mesh whose proxy does not listen',
    fits: ({ code, mesh }) => mesh?.isUp === false && (code === 'CONNECTION_REFUSED' || code === 'CONNECTION_RESET'),
    say: ({ mesh }) =>
      `This container is in a pod of ${mesh?.name} (${mesh?.seenBy}), whose proxy does not listen: where it carries the pod's traffic, nothing is reached before it runs. Make it a native sidecar and put this wait behind it`,
  },
  {
    id: 'all-refused',
    seen: 'connection refused, by each of several hosts that may be Services',
    fits: ({ code, service, othersRefuse = 0 }) =>
      code === 'CONNECTION_REFUSED' && service !== undefined && othersRefuse > 0,
    say: ({ othersRefuse = 0 }) =>
      `${othersRefuse + 1} hosts refuse alike: either none of the Services has a ready endpoint (kubectl get endpointslices), or a mesh that sends this pod's traffic to a proxy that has not started (Istio, Linkerd: put the wait behind it, as a native sidecar) refuses in their place`,
  },
  {
    id: 'service-not-ready',
    seen: 'connection refused, by what may be a Service',
    fits: ({ code, service }) => code === 'CONNECTION_REFUSED' && service !== undefined,
    say: (facts) =>
      `The name resolves, but nothing accepts connections at port ${facts.port}: the Service has no ready endpoints (${endpoints(facts)}), or no such port, or a mesh proxy of this pod has not started yet`,
  },
  {
    id: 'nothing-listens',
    seen: 'connection refused, by an address or another host',
    fits: ({ code }) => code === 'CONNECTION_REFUSED',
    say: ({ port }) =>
      `It is there, but nothing accepts connections${port === undefined ? '' : ` at port ${port}`}: is the server still starting, or is it elsewhere?`,
  },
  {
    id: 'volume-silent',
    seen: 'no answer in time about a file, or from a socket before it has accepted',
    fits: ({ code, fact, isOfPath = false }) => code === 'TIMED_OUT' && isOfPath && fact('phase') !== 'answer',
    say: () =>
      'The volume that it lies on does not answer: is it a network file system (NFS, a CSI driver) whose server is away? A socket does the same whose server takes no more connections',
  },
  {
    id: 'packets-dropped',
    seen: 'no answer in time to the connection attempt',
    fits: ({ code, fact }) => code === 'TIMED_OUT' && fact('phase') !== 'answer',
    say: (facts) =>
      'Packets are dropped on the way: a NetworkPolicy may forbid egress from this pod or ingress to the other' +
      (facts.service === undefined
        ? ''
        : `, or the Service has no ready endpoints that this node may use (${endpoints(facts)})`),
  },
  {
    id: 'no-answer',
    seen: 'connected, but no answer in time',
    fits: ({ code }) => code === 'TIMED_OUT',
    say: () =>
      'It accepts connections but says nothing: still starting, overloaded, or it expects another protocol (TLS?) at this port',
  },
  {
    id: 'no-route',
    seen: 'no route to the host or the network',
    fits: ({ code }) => code === 'UNREACHABLE',
    say: (facts) =>
      'There is no way to the address: the pod behind it is gone, its network is not ready yet' +
      (facts.service === undefined
        ? ', or a firewall refuses it'
        : `, or the Service has no ready endpoints (${endpoints(facts)})`),
  },
  {
    id: 'mesh-closed',
    seen: "the connection is closed or reset, where a mesh's proxy listens in this pod",
    fits: ({ code, mesh }) => code === 'CONNECTION_RESET' && mesh?.isUp === true,
    say: (facts) =>
      `${facts.mesh?.name}'s proxy in this pod (${facts.mesh?.seenBy}) takes every connection, and closes those that lead nowhere: ` +
      (facts.service === undefined
        ? 'is the host known to the mesh, and does its policy let this pod out?'
        : `no ready endpoint (${endpoints(facts)}), or a policy of the mesh that refuses this pod`),
  },
  {
    id: 'closed-at-once',
    seen: 'the connection is closed or reset',
    fits: ({ code }) => code === 'CONNECTION_RESET',
    say: () =>
      'Something accepts the connection and closes it at once: a server that is starting, or a mesh proxy (Istio, Linkerd) with nothing behind it or that demands mTLS',
  },
];
