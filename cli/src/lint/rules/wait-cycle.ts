// Workloads that wait for each other.
import { type Dependency, dependenciesOf } from '../dependencies.ts';
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
      const ring = ringOf(object, dependency, world);
      if (ring === undefined) continue;
      const names = [...ring, object].map(({ kind, name }) => `${kind}/${name}`);
      yield {
        at: dependency.at,
        message: `waits in a ring: ${[`${object.kind}/${object.name}`, ...names].join(' → ')}`,
      };
    }
  },
};

const graphs = new WeakMap<World, ReadonlyMap<LintObject, readonly Dependency[]>>();

function dependenciesIn(world: World): ReadonlyMap<LintObject, readonly Dependency[]> {
  const found = graphs.get(world);
  if (found !== undefined) return found;
  const others = (object: LintObject) => dependenciesOf(object, world).filter(({ on }) => on !== object);
  const graph = new Map(world.objects.map((object) => [object, others(object)]));
  graphs.set(world, graph);
  return graph;
}

/** The shortest way from what a dependency is on back to the object, both without the object; undefined: none. */
function ringOf(object: LintObject, { on }: Dependency, world: World): LintObject[] | undefined {
  const graph = dependenciesIn(world);
  const from = new Map<LintObject, LintObject | undefined>([[on, undefined]]);
  for (const [at] of from) {
    for (const next of graph.get(at) ?? []) {
      if (next.on === object) {
        const ring: LintObject[] = [];
        for (let back: LintObject | undefined = at; back !== undefined; back = from.get(back)) ring.unshift(back);
        return ring;
      }
      if (!from.has(next.on)) from.set(next.on, at);
    }
  }
  return undefined;
}
