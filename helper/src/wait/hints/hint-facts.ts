// What a hint takes into account beside its cause: the pod, its mesh, the other targets of the step.
import { hostOf, type Target } from '../../contract/target.ts';
import type { Failure } from '../../core/failure.ts';
import { type Mesh, readMesh } from '../../network/mesh.ts';
import type { Network } from '../../network/network.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Runtime } from '../../runtime.ts';
import type { Standing } from '../progress.ts';
import { hintFor } from './hints.ts';

// The kernel writes its table of all connections for a look at the mesh, which takes it up to a tenth of a second:
// only a wait that has become long looks, and for many targets once.
const longestSeenMs = 5_000;

/** Gives the hint for a target's cause. A thorough one looks at what is costly to see as well. */
export type Hinter = (index: number, cause: Failure, isThorough: boolean) => string | undefined;

export interface Surroundings {
  readonly targets: readonly Target[];
  /** Of the targets, in their order. */
  readonly standings: readonly Standing[];
  readonly network: Network;
  readonly env: Runtime['env'];
  readonly clock: Clock;
  /** Whether connections go to a socket, whatever the host is called. */
  readonly isSocket: boolean;
}

export function createHinter({ targets, standings, network, env, clock, isSocket }: Surroundings): Hinter {
  const places = targets.map((target) => (isSocket ? { host: undefined, port: undefined } : hostOf(target)));
  let seen: { readonly mesh: Mesh | undefined; readonly atMs: number } | undefined;
  return (index, cause, isThorough) => {
    const target = targets[index];
    const place = places[index];
    if (target === undefined || place === undefined) throw new RangeError(`no target ${index}`);
    const { host } = place;
    const isRefused = cause.code === 'CONNECTION_REFUSED';
    if (isThorough && (isRefused || cause.code === 'CONNECTION_RESET')) {
      const now = clock.now();
      if (seen === undefined || now - seen.atMs > longestSeenMs) seen = { mesh: readMesh(env), atMs: now };
    }
    const refusing = new Set<string | undefined>();
    for (const [other, standing] of isThorough && isRefused ? standings.entries() : []) {
      if (standing.cause?.code === 'CONNECTION_REFUSED') refusing.add(places[other]?.host);
    }
    refusing.delete(host);
    return hintFor({
      ...{ cause, ...place, mesh: seen?.mesh, pod: network.identity(), othersRefuse: refusing.size },
      isOfPath: isSocket || target.kind === 'file' || target.kind === 'unix',
      isOwnName: host !== undefined && network.ownNames().has(host.toLowerCase()),
      proxyVariable: target.kind === 'http' ? proxyVariableFor(target.url, env) : undefined,
    })?.text;
  };
}

/** By the custom of curl and others: either case, and none of it is what we go by. */
function proxyVariableFor(url: string, env: Runtime['env']): string | undefined {
  const name = url.startsWith('https:') ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  return [name, name.toLowerCase()].find((variable) => (env[variable] ?? '') !== '');
}
