// Containers of service meshes that carry the traffic of those behind them, once they run as native sidecars. Pure.

export interface MeshProxy {
  /** What its container is called. */
  readonly name: string;
  /** The user that it runs as; what other containers send as that user goes past it. */
  readonly user: number;
}

const proxies: readonly MeshProxy[] = [
  // https://istio.io/latest/docs/ops/deployment/application-requirements/
  { name: 'istio-proxy', user: 1337 },
  // https://linkerd.io/2/reference/cli/inject/ (proxy-uid)
  { name: 'linkerd-proxy', user: 2102 },
  // https://developer.hashicorp.com/consul/docs/k8s/connect/transparent-proxy
  { name: 'consul-dataplane', user: 5995 },
  // https://kuma.io/docs/latest/reference/kuma-cp/ (sidecarContainer.uid)
  { name: 'kuma-sidecar', user: 5678 },
];

export const meshProxies: readonly string[] = proxies.map(({ name }) => name);

/** The proxy of a container's name. */
export const meshProxy = (name: string): MeshProxy | undefined => proxies.find((proxy) => proxy.name === name);
