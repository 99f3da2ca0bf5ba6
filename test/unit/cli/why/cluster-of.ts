// A cluster made of objects: answers lists, selectors and logs as an API server does, and counts what it is asked.
import type { Answer, Cluster } from '../../../../cli/src/why/kube/cluster.ts';

export interface FakeObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

export const now = Date.parse('2026-01-01T00:10:00Z');
/** A time so many seconds ago, as the API writes it. */
export const ago = (seconds: number): string => new Date(now - seconds * 1_000).toISOString().replace('.000', '');

const plurals: Readonly<Record<string, string>> = { networkpolicies: 'NetworkPolicy', storageclasses: 'StorageClass' };
const kindOf = (plural: string, objects: readonly FakeObject[]): string =>
  plurals[plural] ?? objects.find(({ kind }) => `${kind.toLowerCase()}s` === plural)?.kind ?? plural;

export interface FakeCluster extends Cluster {
  readonly asked: string[];
}

/**
 * @param logs by `pod/container`
 * @param denied what may not be read: the beginning of a path behind the namespace, such as `events`
 */
export function clusterOf(
  objects: readonly FakeObject[],
  { logs = {}, denied = [] }: { logs?: Readonly<Record<string, string>>; denied?: readonly string[] } = {},
): FakeCluster {
  const asked: string[] = [];
  const get = async <T>(path: string): Promise<Answer<T>> => {
    asked.push(path);
    const url = new URL(path, 'http://cluster');
    const [, namespace, plural = '', name] =
      /^\/api(?:s\/[^/]+)?\/v1(?:\/namespaces\/([^/]+))?\/([a-z]+)(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
    if (denied.includes(name === undefined ? plural : `${plural}/${name}`)) {
      return { kind: 'denied', words: `${plural} is forbidden: User "me" cannot list resource "${plural}"` };
    }
    const kind = kindOf(plural, objects);
    const found = objects.filter(
      (each) =>
        each.kind === kind &&
        (namespace === undefined || (each.metadata.namespace ?? 'default') === namespace) &&
        (url.searchParams.get('fieldSelector') ?? `metadata.name=${each.metadata.name}`) ===
          `metadata.name=${each.metadata.name}` &&
        (url.searchParams.get('labelSelector') ?? '')
          .split(',')
          .filter(Boolean)
          .every((pair) => each.metadata.labels?.[pair.split('=')[0] ?? ''] === pair.split('=')[1]),
    );
    if (name === undefined) return { kind: 'found', value: { items: found } as T };
    const one = found.find(({ metadata }) => metadata.name === name);
    return one === undefined ? { kind: 'absent' } : { kind: 'found', value: one as T };
  };
  return {
    asked,
    get,
    async text(path) {
      asked.push(path);
      const [, pod, container, previous] = /pods\/([^/]+)\/log\?container=([^&]+).*?(previous=true)?$/.exec(path) ?? [];
      const log = logs[`${pod}/${container}${previous === undefined ? '' : '/previous'}`];
      return log === undefined ? { kind: 'absent' } : { kind: 'found', value: log };
    },
    async watch() {},
    nowMs: () => now,
    close() {},
  };
}
