// k8s://resource/name asks the Kubernetes API for an object, by the rights of the pod's service account.
// It asks again rather than watches: one small GET needs no right to list or watch, and nothing that can get stuck.

import { type K8sResource, k8sResource } from '../contract/k8s-resources.ts';
import type { Target } from '../contract/target.ts';
import { Failure } from '../core/failure.ts';
import { connectK8sApi, type K8sApi } from './k8s-api.ts';
import { type EndpointSlice, judgeObject, judgeObjects, judgeService, type K8sObject } from './k8s-rules.ts';
import type { Ask, Probe, ProbeWorld, Readiness } from './probe.ts';

/** @throws Failure USAGE where this pod has no access to the API */
export function createK8sProbe(target: Extract<Target, { kind: 'k8s' }>, world: ProbeWorld): Probe {
  const api = connectK8sApi(world);
  const { namespace = api.namespace, selector, condition } = world.options;
  return {
    async check(ask) {
      const found = k8sResource(target.resource) ?? (await discover(api, target.resource, ask));
      if ('kind' in found) return found;
      const name = found.group === '' ? found.plural : `${found.plural}.${found.group}`;
      const folder = `${rootOf(found)}/namespaces/${namespace}`;
      if (name === 'services' && target.name !== '' && condition === undefined) {
        const service = await read(api, `${folder}/services/${target.name}`, 'services', namespace, ask);
        if ('kind' in service) return service;
        // https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
        const label = encodeURIComponent(`kubernetes.io/service-name=${target.name}`);
        const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=${label}`;
        const slices = await read(api, path, 'endpointslices.discovery.k8s.io', namespace, ask);
        return 'kind' in slices ? slices : judgeService(itemsOf<EndpointSlice>(slices.body));
      }
      const query = selector === undefined ? `/${target.name}` : `?labelSelector=${encodeURIComponent(selector)}`;
      const answer = await read(api, `${folder}/${found.plural}${query}`, name, namespace, ask);
      if ('kind' in answer) return answer;
      return selector === undefined
        ? judgeObject(name, answer.body as K8sObject, condition)
        : judgeObjects(name, itemsOf<K8sObject>(answer.body), condition);
    },
  };
}

const rootOf = ({ group, version }: K8sResource) => (group === '' ? `/api/${version}` : `/apis/${group}/${version}`);

/** `certificates.cert-manager.io` → its group's preferred version, which every pod may ask for. */
async function discover(api: K8sApi, resource: string, ask: Ask): Promise<K8sResource | Readiness> {
  const dot = resource.indexOf('.');
  const [plural, group] = [resource.slice(0, dot), resource.slice(dot + 1)];
  const answer = await api.get(`/apis/${group}`, ask);
  const { preferredVersion } = (answer.body ?? {}) as { preferredVersion?: { version?: string } };
  const version = preferredVersion?.version;
  if (answer.status === 200 && version !== undefined) return { plural, group, version };
  const words = `the API server knows no group ${group} yet: is its custom resource definition installed?`;
  return { kind: 'not-ready', cause: new Failure('NOT_SERVING', words) };
}

/** Asks, and tells apart what is no object. */
async function read(
  api: K8sApi,
  path: string,
  resource: string,
  namespace: string,
  ask: Ask,
): Promise<{ readonly body: unknown } | Readiness> {
  const { status, body } = await api.get(path, ask);
  if (status === 200 && typeof body === 'object' && body !== null) return { body };
  // https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
  const { message = '' } = (body ?? {}) as { message?: string };
  const verb = path.includes('?') ? 'list' : 'get';
  const details = { resource, namespace, verb, status };
  const notReady = (
    code: 'NOT_THERE' | 'UNEXPECTED_ANSWER' | 'NOT_SERVING',
    words: string,
    answer: string,
  ): Readiness => ({
    kind: 'not-ready',
    cause: new Failure(code, words, { details: { ...details, answer } }),
  });
  if (status === 404) return notReady('NOT_THERE', `no such object: ${message}`, 'no-such-object');
  if (status === 403) return notReady('UNEXPECTED_ANSWER', `the Kubernetes API refuses: ${message}`, 'forbidden');
  if (status === 401) return notReady('UNEXPECTED_ANSWER', `the Kubernetes API refuses: ${message}`, 'unauthorized');
  return notReady('NOT_SERVING', `the Kubernetes API answers ${status}: ${message}`, 'other');
}

function itemsOf<T>(body: unknown): readonly T[] {
  const { items } = body as { items?: unknown };
  return Array.isArray(items) ? (items as T[]) : [];
}
