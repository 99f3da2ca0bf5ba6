// The Services of a rehearsal: those of the files and those of --service, each with an address of its own. Pure.
import type { ManifestObject } from '../pod/documents.ts';
import type { Address, HostFlag, ServiceFlag } from './service-flag.ts';

export interface ServicePort {
  /** Undefined: every port. */
  readonly port: number | undefined;
  /** From when on connections are accepted; undefined: never, it has no endpoints. */
  readonly readyAtMs: number | undefined;
  /** Where its connections go; undefined: to a port that only accepts them. */
  readonly backend: Address | undefined;
}

export interface Service {
  readonly name: string;
  readonly namespace: string;
  /** Its ClusterIP. */
  readonly address: string;
  readonly createdAtMs: number;
  /** Without a ClusterIP, its name leads to endpoints, and to nothing as long as there are none. */
  readonly headless: boolean;
  /** Of a Service of the type ExternalName: the name that it stands for. */
  readonly externalName: string | undefined;
  readonly ports: readonly ServicePort[];
  /** The ports that its manifest names; empty for one that only --service knows. */
  readonly declaredPorts: readonly { readonly name: string | undefined; readonly port: number }[];
}

export interface Host extends HostFlag {
  readonly address: string;
}

/** The Service of the API server, which every cluster has; nothing answers there in a rehearsal. */
const apiServer: Service = {
  name: 'kubernetes',
  namespace: 'default',
  address: '10.96.0.1',
  createdAtMs: 0,
  headless: false,
  externalName: undefined,
  ports: [],
  declaredPorts: [{ name: 'https', port: 443 }],
};

// .10 is the name server's in most clusters
const firstAddress = 11;

/**
 * Brings files and flags together. A Service of a file is there from the start, without endpoints;
 * a flag of its name says otherwise.
 */
export function gatherServices(
  objects: readonly ManifestObject[],
  flags: readonly ServiceFlag[],
  namespace: string,
): Service[] {
  const keys = new Map<string, { object: ManifestObject | undefined; flags: ServiceFlag[] }>();
  for (const object of objects) {
    if (object.kind !== 'Service') continue;
    keys.set(`${object.name}.${object.namespace ?? namespace}`, { object, flags: [] });
  }
  for (const flag of flags) {
    const key = `${flag.name}.${flag.namespace ?? namespace}`;
    const entry = keys.get(key) ?? { object: undefined, flags: [] };
    entry.flags.push(flag);
    keys.set(key, entry);
  }
  const services = [...keys].map(([key, entry], index): Service => {
    const [name = '', ownNamespace = ''] = key.split('.');
    const spec = entry.object?.fields.fields('spec');
    return {
      name,
      namespace: ownNamespace,
      address: addressAt('10.96', firstAddress + index),
      createdAtMs: entry.flags.length === 0 ? 0 : Math.min(...entry.flags.map(({ createdAtMs }) => createdAtMs)),
      headless: spec?.text('clusterIP') === 'None',
      externalName: spec?.text('type') === 'ExternalName' ? spec.text('externalName')?.replace(/\.$/, '') : undefined,
      ports: entry.flags.map(({ port, readyAtMs, backend }) => ({ port, readyAtMs, backend })),
      declaredPorts: (spec?.list('ports') ?? []).map((port) => ({
        name: port.text('name'),
        port: port.number('port') ?? 0,
      })),
    };
  });
  return [apiServer, ...services];
}

/** Names outside of the cluster, each with an address that is set aside for tests (RFC 2544). */
export function gatherHosts(flags: readonly HostFlag[]): Host[] {
  const names = [...new Set(flags.map(({ name }) => name))];
  return flags.map((flag) => ({ ...flag, address: addressAt('198.18', 1 + names.indexOf(flag.name)) }));
}

/** What the kubelet sets for Services that are there before the pod, of its own namespace. */
export function serviceVariables(
  services: readonly Service[],
  namespace: string,
  links: boolean,
): Readonly<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const service of services) {
    const isApiServer = service === apiServer;
    if (!isApiServer && (!links || service.namespace !== namespace || service.createdAtMs > 0 || service.headless)) {
      continue;
    }
    const [first] = service.declaredPorts;
    if (first === undefined) continue;
    const prefix = service.name.toUpperCase().replaceAll('-', '_');
    const { address } = service;
    env[`${prefix}_SERVICE_HOST`] = address;
    env[`${prefix}_SERVICE_PORT`] = String(first.port);
    env[`${prefix}_PORT`] = `tcp://${address}:${first.port}`;
    for (const { name, port } of service.declaredPorts) {
      if (name !== undefined) env[`${prefix}_SERVICE_PORT_${name.toUpperCase().replaceAll('-', '_')}`] = String(port);
      const long = `${prefix}_PORT_${port}_TCP`;
      Object.assign(env, {
        [long]: `tcp://${address}:${port}`,
        [`${long}_PROTO`]: 'tcp',
        [`${long}_PORT`]: String(port),
        [`${long}_ADDR`]: address,
      });
    }
  }
  return env;
}

function addressAt(network: string, index: number): string {
  return `${network}.${Math.floor(index / 256)}.${index % 256}`;
}
