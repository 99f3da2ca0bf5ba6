// k8s://resource/name asks the Kubernetes API for an object, by the rights of the pod's service account. It lists
// once; what is not ready is watched, and asked again only where it may not be watched.
import { type K8sResource, k8sResource } from '../../contract/k8s-resources.ts';
import type { Target } from '../../contract/target.ts';
import type { Ask, Probe, ProbeWorld, Readiness } from '../probe.ts';
import { connectK8sApi, type K8sApi } from './k8s-api.ts';
import { discover } from './k8s-discovery.ts';
import { K8sList } from './k8s-list.ts';
import { notThere, type Refusal } from './k8s-refusal.ts';
import {
  type EndpointSlice,
  judgeObject,
  judgeObjects,
  judgeService,
  type K8sObject,
  type Wanted,
} from './k8s-rules.ts';
import { fromKubectl } from './kubectl-path.ts';

type K8sTarget = Extract<Target, { kind: 'k8s' }>;

/** Lists of the API, and what they say together. */
interface Subject {
  readonly lists: readonly K8sList[];
  judge(): Readiness;
}

/** @throws Failure USAGE where this pod has no access to the API */
export async function createK8sProbe(target: K8sTarget, world: ProbeWorld): Promise<Probe> {
  const { condition, jsonConditions } = world.options;
  const wanted: Wanted = { condition, json: await readConditions(jsonConditions) };
  const api = connectK8sApi(world);
  let subject: Subject | undefined;
  const find = async (ask: Ask): Promise<Subject | Refusal> => {
    const found = k8sResource(target.resource) ?? (await discover(api, target.resource, ask));
    return 'kind' in found ? found : subjectOf(target, found, wanted, api, world);
  };
  return {
    async check(ask) {
      const found = subject ?? (await find(ask));
      if ('kind' in found) return found;
      subject = found;
      const troubles = await Promise.all(found.lists.map((list) => list.sync(ask)));
      const trouble = troubles.find((each) => each !== undefined);
      // a definition that was deleted may come back in another version
      if (trouble?.cause.details.answer === 'no-such-resource') subject = undefined;
      return trouble ?? found.judge();
    },
    changed: async (signal) => {
      if (subject === undefined) return false;
      const over = new AbortController();
      const either = AbortSignal.any([signal, over.signal]);
      // where one cannot be watched, asking again is the only way
      const changes = subject.lists.map((list) => list.changed(either));
      for (const change of changes) change.catch(() => {});
      try {
        return await Promise.race(changes);
      } finally {
        over.abort();
      }
    },
    close: () => {
      for (const list of subject?.lists ?? []) list.close();
      api.close();
    },
  };
}

async function readConditions(texts: readonly string[]): Promise<Wanted['json']> {
  if (texts.length === 0) return [];
  const { parseJsonCondition } = await import('../probes/json-condition.ts');
  return texts.map((text) => ({ text, holds: parseJsonCondition(fromKubectl(text), '--expect-json') }));
}

function subjectOf(
  target: K8sTarget,
  found: K8sResource,
  wanted: Wanted,
  api: K8sApi,
  { options, runtime }: ProbeWorld,
): Subject {
  const { plural, group, version, namespaced } = found;
  const resource = group === '' ? plural : `${plural}.${group}`;
  const namespace = namespaced ? (options.namespace ?? api.namespace) : undefined;
  const folder = (root: string) => (namespace === undefined ? root : `${root}/namespaces/${namespace}`);
  const { selector } = options;
  const name = target.name === '' ? undefined : target.name;
  const path = `${folder(group === '' ? `/api/${version}` : `/apis/${group}/${version}`)}/${plural}`;
  const list = new K8sList({ path, resource, namespace, name, selector }, api, runtime);
  if (name === undefined)
    return { lists: [list], judge: () => judgeObjects(resource, [...list.items.values()], wanted) };
  const isByRule = wanted.condition === undefined && wanted.json.length === 0;
  if (resource !== 'services' || !isByRule || options.gone) {
    const judge = (object: K8sObject) => judgeObject(resource, object, wanted);
    return { lists: [list], judge: () => judgeOne(list, options.gone, judge) };
  }
  // https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
  const endpoints = new K8sList(
    {
      path: `${folder('/apis/discovery.k8s.io/v1')}/endpointslices`,
      resource: 'endpointslices.discovery.k8s.io',
      ...{ namespace, name: undefined, selector: `kubernetes.io/service-name=${name}` },
    },
    ...([api, runtime] as const),
  );
  const judge = () => judgeOne(list, false, () => judgeService([...endpoints.items.values()] as EndpointSlice[]));
  return { lists: [list, endpoints], judge };
}

/** @param isGoneWanted then what the object was before it was removed does not matter */
function judgeOne(list: K8sList, isGoneWanted: boolean, judge: (object: K8sObject) => Readiness): Readiness {
  const object = list.items.get(list.query.name ?? '');
  if (object !== undefined) return judge(object);
  const missing = notThere(list.query, list.wasThere);
  if (list.query.resource !== 'jobs.batch' || isGoneWanted) return missing;
  // a Job's end stays true when the Job is removed after it, by its TTL for one; but its end must have been seen
  const atLast = list.removed === undefined ? missing : judge(list.removed);
  return atLast.kind === 'not-ready' ? missing : atLast;
}
