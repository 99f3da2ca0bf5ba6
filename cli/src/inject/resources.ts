// What the helper's containers ask of a node, and what they may use: small by default, and the user's word over it.
// https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
import { type Step, suggest } from '../../../helper/src/contract/index.ts';
import { Fault } from '../fault.ts';
import { parseQuantity } from '../manifest/quantity.ts';

/** Quantities as Kubernetes writes them, by the name of the resource. */
export type Quantities = Readonly<Record<string, string>>;

export interface Resources {
  readonly requests: Quantities;
  readonly limits: Quantities;
}

/** What is asked for otherwise than by default. */
export const noResources: Resources = { requests: {}, limits: {} };

// No limit of cpu: a start that is throttled is a pod that is late.
const usualRequests = { cpu: '10m', memory: '64Mi' };
// A fetch holds buffers of its connections; its file is not counted.
const usualMemoryLimits = { wait: '128Mi', fetch: '256Mi' } as const;

/**
 * The resources of a container that does these kinds of steps.
 * @param given the user's word; where there is none, a Guaranteed pod has its share in place of what is usual
 * @param guaranteedCpu of such a pod, see guaranteed.ts
 */
export function resourcesFor(kinds: ReadonlySet<Step['kind']>, given: Resources, guaranteedCpu?: string): Resources {
  const memory = usualMemoryLimits[kinds.has('fetch') ? 'fetch' : 'wait'];
  const { requests, limits } = given;
  const isGiven = Object.keys(requests).length > 0 || Object.keys(limits).length > 0;
  if (guaranteedCpu !== undefined && !isGiven) {
    const share = { cpu: guaranteedCpu, memory };
    return { requests: share, limits: share };
  }
  return { requests: { ...usualRequests, ...requests }, limits: { memory, ...limits } };
}

const known = ['cpu', 'memory', 'ephemeral-storage'];

/**
 * Reads `cpu=100m,memory=64Mi`, as `kubectl set resources` does.
 * @throws Fault usage, naming the flag
 */
function readQuantities(flag: string, text: string | undefined): Quantities {
  const quantities: Record<string, string> = {};
  for (const part of text === undefined ? [] : text.split(',')) {
    const [, name = '', quantity = ''] = /^([^=]*)=(.*)$/.exec(part.trim()) ?? [];
    if (!known.includes(name)) {
      const meant = suggest(name, known);
      const cure = meant === undefined ? 'such as cpu=100m,memory=64Mi' : `did you mean ${meant}?`;
      throw new Fault('usage', `${flag}: ${JSON.stringify(part)} names none of ${known.join(', ')}`, { cure });
    }
    if (name in quantities) throw new Fault('usage', `${flag}: ${name} is given twice`);
    if (!((parseQuantity(quantity) ?? 0) > 0)) {
      throw new Fault('usage', `${flag}: ${JSON.stringify(quantity)} is no quantity of ${name}`, {
        cure: 'such as cpu=100m,memory=64Mi',
      });
    }
    quantities[name] = quantity;
  }
  return quantities;
}

/**
 * What the flags say.
 * @param containers the kinds of steps in each: the API server refuses a request above its limit, and one of the two may
 *   be ours
 * @throws Fault usage
 */
export function readResources(
  args: { readonly requests: string | undefined; readonly limits: string | undefined },
  containers: readonly ReadonlySet<Step['kind']>[],
): Resources {
  const given = {
    requests: readQuantities('--requests', args.requests),
    limits: readQuantities('--limits', args.limits),
  };
  for (const kinds of containers) {
    const { requests, limits } = resourcesFor(kinds, given);
    for (const [name, limit] of Object.entries(limits)) {
      const request = requests[name];
      if (request === undefined || (parseQuantity(request) ?? 0) <= (parseQuantity(limit) ?? 0)) continue;
      const [flag, other] = name in given.requests ? ['--requests', '--limits'] : ['--limits', '--requests'];
      throw new Fault('usage', `${flag}: the request of ${request} of ${name} would be above the limit of ${limit}`, {
        cure: `say both, with ${other} ${name}=…`,
      });
    }
  }
  return given;
}
