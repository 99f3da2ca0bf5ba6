// Workloads that wait for each other.
import { type Dependency, dependenciesIn } from '../dependencies.ts';
import type { Rule } from '../rule.ts';
import type { LintObject, World } from '../world.ts';

export const waitCycle: Rule = {
  id: 'wait-cycle',
  severity: 'error',
  reason:
    'Where workloads wait for each other in a ring, each pod waits for a pod that is not ready because it waits. Nothing of the ring ever starts. Services and workloads are those of all the inputs, so give the whole application.',
  cure: 'Take one wait out: the app behind it must cope with a partner that comes later.',
  example: {
    bad: `      initContainers:
      - name: wait
        image: greenroom/helper:0.1.0
        args: [wait, 'tcp://orders:8080']`,
    good: `      initContainers:
      - name: wait
        image: greenroom/helper:0.1.0
        args: [wait, 'tcp://db:5432']`,
  },
  *check(object, world) {
    for (const dependency of dependenciesIn(world).get(object) ?? []) {
      const ring = dependency.on === object ? undefined : ringOf(object, dependency, world);
      if (ring === undefined) continue;
      const names = [object, ...ring, object].map(({ kind, name }) => `${kind}/${name}`);
      yield { at: dependency.at, message: `waits in a ring: ${names.join(' → ')}` };
    }
  },
};

/** The shortest way from what a dependency is on back to the object, both without the object; undefined: none. */
function ringOf(object: LintObject, { on }: Dependency, world: World): LintObject[] | undefined {
  const graph = dependenciesIn(world);
  const ringed = ringedIn(world);
  if (!ringed.has(object) || !ringed.has(on)) return undefined;
  const from = new Map<LintObject, LintObject | undefined>([[on, undefined]]);
  for (const [at] of from) {
    for (const next of graph.get(at) ?? []) {
      if (next.on === object) {
        const ring: LintObject[] = [];
        for (let back: LintObject | undefined = at; back !== undefined; back = from.get(back)) ring.unshift(back);
        return ring;
      }
      if (!from.has(next.on) && ringed.has(next.on)) from.set(next.on, at);
    }
  }
  return undefined;
}

const known = new WeakMap<World, ReadonlySet<LintObject>>();

/**
 * The objects that may be in a ring: what is left when those are taken away, again and again, that wait for nobody.
 * It keeps the search short where there are thousands and no ring.
 */
function ringedIn(world: World): ReadonlySet<LintObject> {
  const found = known.get(world);
  if (found !== undefined) return found;
  const graph = dependenciesIn(world);
  const open = new Map<LintObject, number>();
  const waiting = new Map<LintObject, LintObject[]>();
  for (const [object, list] of graph) {
    open.set(object, list.length);
    for (const { on } of list) waiting.set(on, [...(waiting.get(on) ?? []), object]);
  }
  const free = [...open].filter(([, count]) => count === 0).map(([object]) => object);
  for (const object of free) {
    open.delete(object);
    for (const other of waiting.get(object) ?? []) {
      const count = (open.get(other) ?? 0) - 1;
      open.set(other, count);
      if (count === 0) free.push(other);
    }
  }
  const ringed = new Set(open.keys());
  known.set(world, ringed);
  return ringed;
}
