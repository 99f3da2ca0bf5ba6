// What steps ask the Kubernetes API for, as RBAC says it.
import { guardsOf, k8sResource, parseTarget, type Step, type WaitStep } from '../../../helper/src/contract/index.ts';

/** One right that a wait needs. */
export interface Access {
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly ('get' | 'list' | 'watch')[];
  /** The one object that it is for; undefined for all. */
  readonly object: string | undefined;
  /** Whether the objects are the cluster's, and lie in no namespace. */
  readonly isOfCluster: boolean;
  /** Where the object is; undefined: in the pod's namespace. */
  readonly namespace: string | undefined;
}

/** The rights that the steps need; helper/targets.md says why. */
export function apiAccesses(steps: readonly Step[]): Access[] {
  const accesses = steps.flatMap((step) => (step.kind === 'wait' ? [step, ...guardsOf(step)].flatMap(accessesOf) : []));
  return [...new Map(accesses.map((access) => [JSON.stringify(Object.values(access)), access])).values()];
}

function accessesOf(step: WaitStep): Access[] {
  const { clusterScoped, gone, condition, jsonConditions } = step.options;
  return step.targets.flatMap((text): Access[] => {
    const target = parseTarget(text);
    if (target.kind !== 'k8s') return [];
    const known = k8sResource(target.resource);
    const { plural, group } = known ?? split(target.resource);
    const isOfCluster = known === undefined ? clusterScoped : !known.namespaced;
    const place = { isOfCluster, namespace: isOfCluster ? undefined : step.options.namespace };
    const many = { verbs: ['list', 'watch'] as const, object: undefined, ...place };
    if (target.name === '') return [{ group, resource: plural, ...many }];
    // get: where an authorizer does not narrow a list by its field, the object alone can be asked for
    const one: Access = { group, resource: plural, verbs: ['get', 'list', 'watch'], object: target.name, ...place };
    const needsEndpoints =
      plural === 'services' && group === '' && !gone && condition === undefined && jsonConditions.length === 0;
    return needsEndpoints ? [one, { group: 'discovery.k8s.io', resource: 'endpointslices', ...many }] : [one];
  });
}

/** `certificates.cert-manager.io` as its plural and its group. */
function split(resource: string): { plural: string; group: string } {
  const [plural = '', ...group] = resource.split('.');
  return { plural, group: group.join('.') };
}

/** A right for people: `get, list and watch jobs.batch/migrate`. */
export function accessText({ group, resource, verbs, object, isOfCluster, namespace }: Access): string {
  const what = `${resource}${group === '' ? '' : `.${group}`}${object === undefined ? '' : `/${object}`}`;
  const where = isOfCluster ? ' of the cluster' : namespace === undefined ? '' : ` in ${namespace}`;
  return `${verbs.slice(0, -1).join(', ')} and ${verbs.at(-1)} ${what}${where}`;
}
