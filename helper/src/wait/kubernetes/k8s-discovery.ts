// A resource that is named with its group → its version and scope, as the API server tells everyone who asks:
// https://kubernetes.io/docs/reference/using-api/api-concepts/#discovery-api
import type { K8sResource } from '../../contract/k8s-resources.ts';
import { Failure } from '../../core/failure.ts';
import { suggest } from '../../core/suggest.ts';
import type { Ask } from '../probe.ts';
import type { K8sApi } from './k8s-api.ts';
import type { Refusal } from './k8s-refusal.ts';

interface Group {
  readonly preferredVersion?: { readonly version?: string };
  readonly versions?: readonly { readonly version?: string }[] | null;
}

interface Resources {
  // an empty list of Go is null
  readonly resources?: readonly { readonly name?: string; readonly namespaced?: boolean }[] | null;
}

/** @param resource such as `certificates.cert-manager.io`, in the group's preferred version if it is in that */
export async function discover(api: K8sApi, resource: string, ask: Ask): Promise<K8sResource | Refusal> {
  const dot = resource.indexOf('.');
  const [plural, group] = [resource.slice(0, dot), resource.slice(dot + 1)];
  const notYet = (words: string): Refusal => ({ kind: 'not-ready', cause: new Failure('NOT_SERVING', words) });
  const { status, body } = await api.get(`/apis/${group}`, ask);
  const { preferredVersion, versions } = (body ?? {}) as Group;
  const ordered = [preferredVersion, ...(versions ?? [])].flatMap((each) => each?.version ?? []);
  if (status !== 200 || ordered.length === 0) {
    return notYet(`the API server knows no group ${group} yet: is its custom resource definition installed?`);
  }
  const others: string[] = [];
  for (const version of new Set(ordered)) {
    const answer = await api.get(`/apis/${group}/${version}`, ask);
    const resources = ((answer.body ?? {}) as Resources).resources ?? [];
    const found = resources.find(({ name }) => name === plural);
    if (found !== undefined) return { plural, group, version, namespaced: found.namespaced !== false };
    others.push(...resources.flatMap(({ name }) => (name === undefined || name.includes('/') ? [] : [name])));
  }
  const nearest = suggest(plural, others);
  const cure = nearest === undefined ? '' : `; did you mean ${nearest}.${group}?`;
  return notYet(`the API server knows no ${plural} in the group ${group} yet${cure}`);
}
