// The last cause → what to look at, in Kubernetes' words. One table, in order: the first hint that fits is said.
// helper/hints.md explains each; a test holds the two together.
import { isAddress } from '../core/address.ts';
import type { Failure } from '../core/failure.ts';
import type { Mesh } from '../network/mesh.ts';
import type { PodIdentity } from '../network/pod-identity.ts';
import { parseServiceName, type ServiceName } from './service-name.ts';

export interface HintFacts {
  readonly cause: Failure;
  /** What is connected to, or looked up; undefined for targets without a host. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly pod: PodIdentity;
  /** The variable that names a proxy for such a target, where one is set: the helper uses none. */
  readonly proxyVariable?: string | undefined;
  /** Whether the host is one of the pod's own names. */
  readonly isOwnName?: boolean | undefined;
  /** The mesh that the pod is in, as far as it shows. */
  readonly mesh?: Mesh | undefined;
  /** How many other hosts of the step refuse connections at this moment. */
  readonly othersRefuse?: number | undefined;
}

/** Facts, with what follows from them. */
interface Case extends HintFacts {
  readonly code: string;
  /** A fact of the cause, as text. */
  readonly fact: (name: string) => string;
  readonly service: ServiceName | undefined;
}

interface Hint {
  /** Its anchor in helper/hints.md. */
  readonly id: string;
  /** When it is said, for helper/hints.md. */
  readonly seen: string;
  readonly fits: (facts: Case) => boolean;
  readonly say: (facts: Case) => string;
}

const isLoopback = (host: string | undefined) =>
  host !== undefined && /^(?:(?:.*\.)?localhost\.?|127\..*|::1)$/i.test(host);

const kubectl = (words: string, { service }: Case) =>
  `kubectl get ${words.replace('SERVICE', service?.service ?? '')} -n ${service?.namespace ?? ''}`;

const endpoints = (facts: Case) => kubectl('endpointslices -l kubernetes.io/service-name=SERVICE', facts);

export const hints: readonly Hint[] = [
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
  {
    id: 'tls-name',
    seen: 'the certificate is for other names',
    fits: ({ fact }) => fact('errno') === 'ERR_TLS_CERT_ALTNAME_INVALID',
    say: ({ host }) =>
      `The certificate is not for ${host}: use one of the names that it is for, or have this one added`,
  },
  {
    id: 'tls-date',
    seen: 'the certificate has expired, is not valid yet, or not for as long as asked for',
    fits: ({ fact }) => /^CERT_(?:HAS_EXPIRED|NOT_YET_VALID|EXPIRES_SOON)$/.test(fact('errno')),
    say: () =>
      'The certificate is not valid now, or not for long enough: has it been renewed (cert-manager: kubectl get certificates -A), and is the clock of the node right?',
  },
  {
    id: 'tls-untrusted',
    seen: 'the certificate is signed by nobody that is trusted',
    fits: ({ code, fact }) => code === 'TLS_FAILED' && /CERT|ISSUER|SIGNED/.test(fact('errno')),
    say: () =>
      'The certificate comes from an authority that the image does not know: mount its certificate and name it with --ca-file',
  },
  {
    id: 'tls-not-spoken',
    seen: 'the TLS handshake fails in another way',
    fits: ({ code }) => code === 'TLS_FAILED',
    say: () => 'Does the server speak TLS at this port? If not, the scheme is http',
  },
  {
    id: 'k8s-forbidden',
    seen: 'the Kubernetes API says 403',
    fits: ({ fact }) => fact('answer') === 'forbidden',
    say: ({ fact }) => {
      const role = fact('namespace') === '' ? 'clusterrole' : 'role';
      const name = fact('name') === '' ? '' : ` --resource-name=${fact('name')}`;
      const place = fact('namespace') === '' ? '' : ` -n ${fact('namespace')}`;
      const verbs = fact('name') === '' ? 'list,watch' : 'get,list,watch';
      return `The pod's service account lacks a right: kubectl create ${role} wait --verb=${verbs} --resource=${fact('resource')}${name}${place}, and a ${role}binding of it to the service account`;
    },
  },
  {
    id: 'k8s-unauthorized',
    seen: 'the Kubernetes API says 401',
    fits: ({ fact }) => fact('answer') === 'unauthorized',
    say: () => 'The API server does not know the token of the service account: has the service account been deleted?',
  },
  {
    id: 'k8s-gone',
    seen: 'the Kubernetes API had such an object, and has it no more',
    fits: ({ fact }) => fact('answer') === 'object-gone',
    say: ({ fact }) =>
      'Something has deleted it, and another of its name is waited for' +
      (fact('resource') === 'jobs.batch'
        ? ': a Job that ends must live long enough to be seen (ttlSecondsAfterFinished), or one that Helm replaces comes again'
        : ''),
  },
  {
    id: 'k8s-not-there',
    seen: 'the Kubernetes API has no such object',
    fits: ({ fact }) => fact('answer') === 'no-such-object',
    say: ({ fact }) => {
      const place = fact('namespace') === '' ? '' : ` -n ${fact('namespace')}`;
      return (
        `Is it there, under that name (kubectl get ${fact('resource')}${place})?` +
        (fact('resource') === 'jobs.batch'
          ? ' A Job that was removed before this wait began counts as not ready, whatever it did: let it live longer with ttlSecondsAfterFinished'
          : '')
      );
    },
  },
  {
    id: 'login-refused',
    seen: 'the server serves, and does not take the user or the password',
    fits: ({ code }) => code === 'LOGIN_REFUSED',
    say: () =>
      'Does the Secret hold what the server knows? Most databases keep the user and password of their first start on their volume, whatever the Secret says since. Or the user is not made yet: then it is only early',
  },
  {
    id: 'http-credentials',
    seen: 'HTTP 401 or 403',
    fits: ({ fact }) => fact('status') === '401' || fact('status') === '403',
    say: () =>
      'It answers, but wants credentials: give them with --header-env or --header-file, or say with --status 401 that this answer will do',
  },
  {
    id: 'http-no-backend',
    seen: 'HTTP 502, 503 or 504',
    fits: ({ fact }) => /^50[234]$/.test(fact('status')),
    say: () => 'Something in front answers (an ingress, a gateway, a mesh proxy), and what is behind it is not ready',
  },
  {
    id: 'http-redirect',
    seen: 'HTTP 3xx that is not followed',
    fits: ({ fact }) => /^3\d\d$/.test(fact('status')),
    say: () =>
      'It answers with a redirect: wait for where that leads, allow it with --max-redirects, or accept it with --status 3xx',
  },
  {
    id: 'http-other-status',
    seen: 'any other HTTP status that does not count',
    fits: ({ code }) => code === 'UNEXPECTED_STATUS',
    say: () => 'It answers, with a status that does not count: is the path right? --status says which ones count',
  },
  {
    id: 'file-missing',
    seen: 'no such file, no such socket',
    fits: ({ fact }) => fact('errno') === 'ENOENT' || fact('errno') === 'ENOTDIR',
    say: () =>
      'Is the volume that it lies in mounted in this init container too, at that path? App containers, which may be what writes it, start later; a sidecar before this one does not',
  },
  {
    id: 'file-permission',
    seen: 'no permission to read, or to connect to a socket',
    fits: ({ fact }) => fact('errno') === 'EACCES',
    say: () => 'The user of this container may not: give both containers the same runAsUser, or the pod an fsGroup',
  },
];

/** The hint for a cause, where one is known. */
export function hintFor(facts: HintFacts): { readonly id: string; readonly text: string } | undefined {
  const { host, pod, cause } = facts;
  const service = host === undefined || isAddress(host) ? undefined : parseServiceName(host, pod.namespace, pod.domain);
  const fact = (name: string) => String(cause.details[name] ?? '');
  const it: Case = { ...facts, code: cause.code, fact, service };
  const hint = hints.find(({ fits }) => fits(it));
  return hint === undefined ? undefined : { id: hint.id, text: hint.say(it) };
}
