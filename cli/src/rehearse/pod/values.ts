// What references in a pod stand for: keys of ConfigMaps and Secrets, the downward API, resources. Pure.
import { parseByteSize } from '../../../../helper/src/contract/index.ts';
import { Fault } from '../../fault.ts';
import type { ManifestObject } from './documents.ts';
import type { Container, Reference, WholeObject } from './pod-spec.ts';
import type { Workload } from './workload.ts';

/** The machine's own measures, for resources without a limit. */
export interface Machine {
  readonly cpus: number;
  readonly memoryBytes: number;
}

export interface Values {
  /** Undefined where the reference is optional and leads nowhere. */
  valueOf(reference: Reference, container: Container | undefined): Uint8Array | undefined;
  /** Every key of an object; undefined where it is optional and not there. */
  keysOf(object: WholeObject): ReadonlyMap<string, Uint8Array> | undefined;
}

/** The pod's address: its network is this machine's loopback. */
export const podAddress = '127.0.0.1';

export function createValues(workload: Workload, objects: readonly ManifestObject[], machine: Machine): Values {
  const find = (kind: 'ConfigMap' | 'Secret', name: string, optional: boolean) => {
    const found = objects.find(
      (one) => one.kind === kind && one.name === name && (one.namespace ?? workload.namespace) === workload.namespace,
    );
    if (found !== undefined) return dataOf(found);
    if (optional) return undefined;
    throw new Fault('input', `${kind} ${name} of namespace ${workload.namespace} stands in none of the given files`, {
      cure: `in a cluster the pod would wait for it: give its file as well`,
    });
  };
  return {
    keysOf: ({ object, name, optional }) => find(object, name, optional),
    valueOf(reference, container) {
      switch (reference.kind) {
        case 'value':
          return Buffer.from(reference.value);
        case 'field':
          return Buffer.from(fieldOf(reference.path, workload));
        case 'resource':
          return Buffer.from(resourceOf(reference, container, machine));
        case 'key': {
          const { object, name, key, optional } = reference;
          const value = find(object, name, optional)?.get(key);
          if (value !== undefined || optional) return value;
          throw new Fault('input', `${object} ${name} has no key ${key}`);
        }
      }
    },
  };
}

function dataOf({ kind, fields }: ManifestObject): ReadonlyMap<string, Uint8Array> {
  const decode = (data: Readonly<Record<string, string>>, encoding: 'utf8' | 'base64') =>
    Object.entries(data).map(([key, text]) => [key, Buffer.from(text, encoding)] as const);
  return new Map<string, Uint8Array>(
    kind === 'Secret'
      ? // stringData wins: https://kubernetes.io/docs/concepts/configuration/secret/
        [...decode(fields.textMap('data'), 'base64'), ...decode(fields.textMap('stringData'), 'utf8')]
      : [...decode(fields.textMap('data'), 'utf8'), ...decode(fields.textMap('binaryData'), 'base64')],
  );
}

// https://kubernetes.io/docs/concepts/workloads/pods/downward-api/#available-fields
function fieldOf(path: string, { podName, namespace, pod, labels, annotations }: Workload): string {
  const [, map, key = ''] = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path) ?? [];
  if (map !== undefined) return (map === 'labels' ? labels : annotations)[key] ?? '';
  const lines = (pairs: Readonly<Record<string, string>>) =>
    Object.entries(pairs)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}\n`)
      .join('');
  const values: Readonly<Record<string, string>> = {
    'metadata.name': podName,
    'metadata.namespace': namespace,
    'metadata.uid': '00000000-0000-4000-8000-000000000001',
    'metadata.labels': lines(labels),
    'metadata.annotations': lines(annotations),
    'spec.nodeName': 'rehearsal',
    'spec.serviceAccountName': pod.serviceAccount,
    'status.podIP': podAddress,
    'status.podIPs': podAddress,
    'status.hostIP': podAddress,
    'status.hostIPs': podAddress,
  };
  const value = values[path];
  if (value === undefined) throw new Fault('input', `${path} is no field that the downward API has`);
  return value;
}

function resourceOf(
  { resource, divisor }: Extract<Reference, { kind: 'resource' }>,
  container: Container | undefined,
  machine: Machine,
): string {
  const name = resource.replace(/^(limits|requests)\./, '');
  const given = container?.resources[name];
  const unlimited = name === 'cpu' ? machine.cpus : machine.memoryBytes;
  const amount = (given === undefined ? undefined : quantity(given)) ?? unlimited;
  // rounded up, as the kubelet does
  return String(Math.ceil(amount / (divisor === '0' ? 1 : (quantity(divisor) ?? 1))));
}

function quantity(text: string): number | undefined {
  const [, millis] = /^(\d+)m$/.exec(text) ?? [];
  if (millis !== undefined) return Number(millis) / 1_000;
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : parseByteSize(text);
}
