// What steps ask the Kubernetes API for, as RBAC says it.
import { k8sResource, parseTarget, type Step } from '../../../helper/src/contract/index.ts';

/** One right that a wait needs. */
export interface Access {
  readonly group: string;
  readonly resource: string;
  readonly verb: 'get' | 'list';
  /** The one object that it is for; undefined for all. */
  readonly object: string | undefined;
  /** Where the object is; undefined: in the pod's namespace. */
  readonly namespace: string | undefined;
}

/** The rights that the steps need; helper/targets.md says why. */
export function apiAccesses(steps: readonly Step[]): Access[] {
  const accesses = steps.flatMap((step) => {
    if (step.kind !== 'wait') return [];
    const { namespace } = step.options;
    return step.targets.flatMap((text): Access[] => {
      const target = parseTarget(text);
      if (target.kind !== 'k8s') return [];
      const { plural, group } = k8sResource(target.resource) ?? split(target.resource);
      if (target.name === '') return [{ group, resource: plural, verb: 'list', object: undefined, namespace }];
      const get: Access = { group, resource: plural, verb: 'get', object: target.name, namespace };
      if (plural !== 'services' || group !== '') return [get];
      const slices = { group: 'discovery.k8s.io', resource: 'endpointslices', verb: 'list' as const };
      return [get, { ...slices, object: undefined, namespace }];
    });
  });
  return [...new Map(accesses.map((access) => [JSON.stringify(Object.values(access)), access])).values()];
}

/** `certificates.cert-manager.io` as its plural and its group. */
function split(resource: string): { plural: string; group: string } {
  const [plural = '', ...group] = resource.split('.');
  return { plural, group: group.join('.') };
}

/** A right for people: `get jobs.batch/migrate`. */
export function accessText({ group, resource, verb, object, namespace }: Access): string {
  const what = `${resource}${group === '' ? '' : `.${group}`}${object === undefined ? '' : `/${object}`}`;
  return `${verb} ${what}${namespace === undefined ? '' : ` in ${namespace}`}`;
}
