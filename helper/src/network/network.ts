// How everything here reaches the network: names and connections, as the pod would see them.
import type { Socket } from 'node:net';
import { hostname } from 'node:os';
import { otherVariables } from '../contract/environment.ts';
import { Failure } from '../core/failure.ts';
import type { Clock } from '../ports/clock.ts';
import { type Address, formatEndpoint } from './address.ts';
import { connectToAny, type Dial } from './connect.ts';
import { parseConnectTo } from './connect-to.ts';
import type { RecordType } from './nameserver.ts';
import { ownNames } from './own-names.ts';
import { type PodIdentity, readPodIdentity } from './pod-identity.ts';
import {
  type DnsRecords,
  type LookupOrder,
  queryRecords,
  type ResolverFiles,
  readText,
  resolveAddresses,
} from './resolver.ts';

/** What an attempt is busy with, told as it begins; where an attempt hangs, this says what on. */
export type Phase =
  | { readonly kind: 'resolve'; readonly name: string }
  | { readonly kind: 'connect'; readonly endpoint: string };

export type OnPhase = (phase: Phase) => void;

export interface Network {
  /**
   * The addresses of a name, at least one, IPv6 first where there are both; of an address: itself.
   * @throws Failure NAME_NOT_FOUND (no such name, or no address) or NAME_SERVER_FAILED, whose details hold
   *   `answer` (NXDOMAIN, NODATA, SERVFAIL, REFUSED, TIMEOUT, UNREACHABLE), `candidates` and `nameservers`;
   *   the signal's reason when it is aborted
   */
  resolve(name: string, signal: AbortSignal, onPhase?: OnPhase, order?: LookupOrder): Promise<readonly Address[]>;
  /** The records of a name, of one type, each as a line of text; fails as `resolve` does. */
  query(name: string, type: RecordType, signal: AbortSignal, onPhase?: OnPhase): Promise<DnsRecords>;
  /**
   * A TCP connection. Whoever gets the socket closes it, and listens for its errors.
   * @param dial makes the socket; default: any
   * @throws Failure as `resolve`, or CONNECTION_REFUSED, CONNECTION_RESET, UNREACHABLE, TIMED_OUT, NETWORK_FAILED
   */
  connect(host: string, port: number, signal: AbortSignal, onPhase?: OnPhase, dial?: Dial): Promise<Socket>;
  /** Where this process is within the cluster; read anew each time. */
  identity(): PodIdentity;
  /** The names of this pod that stand in its hosts file, in lower case. */
  ownNames(): ReadonlySet<string>;
}

/**
 * The network of this process. Reads GREENROOM_RESOLV_CONF, GREENROOM_HOSTS_FILE and GREENROOM_CONNECT_TO.
 * @throws Failure USAGE for a faulty variable
 */
export function createNetwork(world: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}): Network {
  const { env, clock } = world;
  const files: ResolverFiles = {
    resolvConf: env[otherVariables.resolvConf] ?? '/etc/resolv.conf',
    hosts: env[otherVariables.hostsFile] ?? '/etc/hosts',
  };
  const connectTo = parseConnectTo(env[otherVariables.connectTo] ?? '', otherVariables.connectTo);

  const network: Network = {
    resolve: (name, signal, onPhase, order) => {
      onPhase?.({ kind: 'resolve', name });
      return resolveAddresses(name, files, clock, signal, order);
    },
    query: (name, type, signal, onPhase) => {
      onPhase?.({ kind: 'resolve', name });
      return queryRecords(name, type, files, clock, signal);
    },
    connect: async (host, port, signal, onPhase, dial) => {
      const addresses = await network.resolve(host, signal, onPhase);
      if (addresses.length === 0) throw new Failure('NAME_NOT_FOUND', `${host} has no address`);
      const [first] = addresses;
      if (first !== undefined) onPhase?.({ kind: 'connect', endpoint: formatEndpoint(first.address, port) });
      return connectToAny(addresses, port, connectTo, clock, signal, dial);
    },
    identity: () => readPodIdentity(files.resolvConf),
    ownNames: () => {
      try {
        return ownNames(readText(files.hosts), hostname());
      } catch {
        // whoever looks the name up meets the same trouble, and says so
        return new Set();
      }
    },
  };
  return network;
}
