// The pod's network: name server, Services and hosts on loopback, and the variables that lead the helper there.
import { lookup } from 'node:dns/promises';
import { writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { otherVariables } from '../../../../helper/src/contract/index.ts';
import { Fault } from '../../fault.ts';
import { podAddress } from '../pod/values.ts';
import type { Workload } from '../pod/workload.ts';
import { createTimers } from '../timers.ts';
import { startNameServer } from './name-server.ts';
import { answerName, type NameAnswer, resolvConf, undeclaredName } from './names.ts';
import type { Address } from './service-flag.ts';
import type { Host, Service, ServicePort } from './services.ts';
import { refusingPort, reservePort, type StandInPort } from './stand-in-port.ts';

export interface PodNetwork {
  /** For the helper; nothing else reads them. */
  readonly env: Readonly<Record<string, string>>;
  /** Where a port of a Service stands on this machine; undefined where nothing is declared. */
  addressOf(service: string, port: number): string | undefined;
  close(): Promise<void>;
}

export interface NetworkOptions {
  readonly workload: Workload;
  readonly services: readonly Service[];
  readonly hosts: readonly Host[];
  /** Ask the real name servers for names that nobody declared. */
  readonly allowNetwork: boolean;
  readonly folder: string;
  /** Milliseconds from the start of the pod. */
  readonly now: () => number;
  readonly onService: (service: Service, what: 'created' | 'ready', port: ServicePort | undefined) => void;
  /** Told once of each name that was asked for and that nobody declared. */
  readonly onUndeclared: (shown: string, cure: string) => void;
}

export async function startNetwork(options: NetworkOptions): Promise<PodNetwork> {
  const { workload, services, hosts, now, folder } = options;
  const rules: string[] = [];
  const ports: StandInPort[] = [];
  const timers = createTimers(now);
  const places = new Map<string, string>();
  const told = new Set<string>();

  const answer = async (name: string, type: string): Promise<NameAnswer> => {
    const said = answerName(name, type, now(), services, hosts);
    if (said.kind === 'outside' && options.allowNetwork) return askTheWorld(said.name, type);
    if (said.kind === 'outside' || said.kind === 'no-such-name') {
      const missing = said.kind === 'outside' ? said.name : name;
      const undeclared = undeclaredName(missing, services, hosts, workload.namespace);
      if (undeclared !== undefined && !told.has(undeclared.shown)) {
        told.add(undeclared.shown);
        options.onUndeclared(undeclared.shown, undeclared.cure);
      }
    }
    return said;
  };
  const server = await startNameServer(answer);

  const close = async () => {
    timers.clear();
    await Promise.all([server.close(), ...ports.map((port) => port.close())]);
  };
  try {
    const refusing = await refusingPort();
    for (const service of services) {
      if (service.createdAtMs > 0)
        timers.at(service.createdAtMs, () => options.onService(service, 'created', undefined));
      for (const port of service.ports) {
        const backend = port.backend === undefined ? undefined : await resolveHost(port.backend);
        const readyAtMs = port.readyAtMs ?? 0;
        let place = backend;
        // Its name leads there only from its creation on, so a backend is dialled straight, and refuses as itself.
        if (place === undefined || readyAtMs > service.createdAtMs) {
          const standIn = await reservePort(backend);
          ports.push(standIn);
          place = { host: '127.0.0.1', port: standIn.port };
          if (readyAtMs > service.createdAtMs) {
            timers.at(readyAtMs, () =>
              standIn.open().then(
                () => options.onService(service, 'ready', port),
                () => {},
              ),
            );
          } else await standIn.open();
        }
        rules.push(rule(service.address, port.port, place));
        places.set(`${service.name}.${service.namespace}:${port.port ?? '*'}`, show(place));
      }
      rules.push(rule(service.address, undefined, { host: '127.0.0.1', port: refusing }));
    }
    for (const host of hosts) rules.push(rule(host.address, host.port, await resolveHost(host.backend)));
    const resolvFile = join(folder, 'resolv.conf');
    const hostsFile = join(folder, 'hosts');
    await writeFile(resolvFile, resolvConf(server.address, workload.namespace, workload.pod.dns));
    await writeFile(hostsFile, hostsText(workload));
    return {
      env: {
        [otherVariables.resolvConf]: resolvFile,
        [otherVariables.hostsFile]: hostsFile,
        // rules for one port before those for all of an address: the first that fits counts
        [otherVariables.connectTo]: rules
          .toSorted((a, b) => Number(a.includes(':*=')) - Number(b.includes(':*=')))
          .join(' '),
      },
      addressOf(service, port) {
        const key = service.includes('.') ? service : `${service}.${workload.namespace}`;
        return places.get(`${key}:${port}`) ?? places.get(`${key}:*`);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function rule(from: string, port: number | undefined, to: Address): string {
  return `${from}:${port ?? '*'}=${show(to)}`;
}

function show({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The helper's rules take addresses only. */
async function resolveHost({ host, port }: Address): Promise<Address> {
  if (isIP(host) !== 0) return { host, port };
  try {
    const { address } = await lookup(host, { order: 'ipv4first' });
    return { host: address, port };
  } catch (cause) {
    throw new Fault('usage', `${host}:${port}: this machine knows no host ${host}`, { cause });
  }
}

async function askTheWorld(name: string, type: string): Promise<NameAnswer> {
  try {
    const addresses = await lookup(name, { all: true, family: type === 'AAAA' ? 6 : 4 });
    return { kind: 'addresses', addresses: addresses.map(({ address }) => address) };
  } catch {
    return { kind: type === 'AAAA' ? 'no-data' : 'no-such-name' };
  }
}

// https://kubernetes.io/docs/tasks/network/customize-hosts-file-for-pods/
function hostsText({ pod, podName }: Workload): string {
  return [
    '127.0.0.1 localhost',
    '::1 localhost ip6-localhost ip6-loopback',
    `${podAddress} ${pod.hostname ?? podName}`,
    ...pod.hostAliases.map(({ address, names }) => `${address} ${names.join(' ')}`),
    '',
  ].join('\n');
}
