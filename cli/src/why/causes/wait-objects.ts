// Init containers that wait for an object of the cluster, such as a Job: whether it is there.
import { parseTarget } from '../../../../helper/src/contract/index.ts';
import type { Finding, PodCause } from '../cause.ts';
import type { ContainerView } from '../container-view.ts';
import { type Kind, kindOf } from '../kube/kinds.ts';
import type { PodView } from '../pod-view.ts';
import { namespaceOf } from '../snapshot.ts';
import { helperSteps, pendingTargets } from '../waits/waited-hosts.ts';
import { waitFinding } from './wait-finding.ts';

interface WaitedObject {
  readonly container: ContainerView;
  readonly target: string;
  readonly kind: Kind;
  readonly name: string;
  readonly isThere: boolean;
}

/** Objects of the pod's own namespace, of kinds that run pods. */
function* waitedObjects(view: PodView): Iterable<WaitedObject> {
  const { snapshot, namespace, pod } = view;
  if (view.stage !== 'init' || snapshot.denied.has('workloads')) return;
  for (const container of view.focus) {
    const steps = helperSteps(container) ?? [];
    for (const target of pendingTargets(container, pod, snapshot)) {
      const [, resource = '', name] = /^k8s:\/\/([^/]+)\/([^/]+)$/.exec(target) ?? [];
      const kind = kindOf(resource);
      const step = steps.find((each) => each.kind === 'wait' && each.targets.includes(target));
      if (name === undefined || kind === undefined || !isTarget(target) || step?.kind !== 'wait') continue;
      if ((step.options.namespace ?? namespace) !== namespace) continue;
      const all = kind === 'Pod' ? snapshot.pods : snapshot.workloads;
      const isThere = all.some(
        (each) => each.kind === kind && each.metadata.name === name && namespaceOf(each) === namespace,
      );
      yield { container, target, kind, name, isThere };
    }
  }
}

function isTarget(text: string): boolean {
  try {
    return parseTarget(text).kind === 'k8s';
  } catch {
    return false;
  }
}

function* told(
  view: PodView,
  isThere: boolean,
  tell: (object: WaitedObject) => Pick<Finding, 'verdict' | 'commands'>,
): Iterable<Finding> {
  for (const object of waitedObjects(view)) {
    if (object.isThere !== isThere) continue;
    const { verdict, commands = [] } = tell(object);
    const { container, target } = object;
    yield waitFinding(view, object, `${container.title} waits for ${target}, ${verdict}`, { commands });
  }
}

export const waitObjectCauses: readonly PodCause[] = [
  {
    id: 'wait-object-absent',
    what: 'An init container waits for an object of the cluster, such as a Job, that does not exist. A Job that was deleted after its work counts as not done.',
    cure: 'Create it, or correct its name; a Job that must be found later needs a longer ttlSecondsAfterFinished.',
    outlook: 'open',
    find: (view) =>
      told(view, false, ({ kind, name }) => ({
        verdict: `and there is no ${kind} ${name} in namespace ${view.namespace}`,
        commands: [`get ${kind.toLowerCase()}s`],
      })),
  },
  {
    id: 'wait-object-not-ready',
    what: 'An init container waits for an object of the cluster, such as a Job, that is there and not ready, or not done.',
    cure: 'See how far that object is: this wait ends by itself then.',
    outlook: 'open',
    find: (view) =>
      told(view, true, ({ kind, name }) => ({
        verdict: `and ${kind} ${name} is not ${kind === 'Job' ? 'done' : 'ready'}`,
        commands: [`why ${kind.toLowerCase()}/${name}`],
      })),
  },
];
