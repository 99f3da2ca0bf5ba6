// When a Kubernetes object counts as ready, by its kind. Pure; what is not said is never taken for ready.
import { Failure } from '../../core/failure.ts';
import { type Readiness, ready } from '../probe.ts';

interface Condition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
}

/** As much of an object as the rules look at; every part of it may be missing. */
export interface K8sObject {
  readonly metadata?: {
    readonly name?: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
    readonly resourceVersion?: string;
  };
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly phase?: string;
    readonly observedGeneration?: number;
    readonly readyReplicas?: number;
    readonly numberReady?: number;
    readonly desiredNumberScheduled?: number;
    readonly conditions?: readonly Condition[];
  };
}

type Rule = (object: K8sObject) => Readiness;

const notReady = (words: string): Readiness => ({ kind: 'not-ready', cause: new Failure('NOT_SERVING', words) });
const failed = (words: string): Readiness => ({ kind: 'broken', cause: new Failure('TARGET_FAILED', words) });

function conditionOf({ status }: K8sObject, type: string) {
  // custom resources may have anything there: conditions by name, a status that is no text
  const given: unknown = status?.conditions;
  const all = (Array.isArray(given) ? given : []) as readonly (Condition | null)[];
  // kubectl wait takes either case
  return all.find((one) => String(one?.type).toLowerCase() === type.toLowerCase()) ?? undefined;
}

/** Whether what the status says is of the spec as it is now. */
function isObserved({ metadata, status }: K8sObject): boolean {
  return (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
}

/** `Ready`, `Ready=False`: a condition has that status. */
function condition(wanted: string): Rule {
  const [type = '', status = 'True'] = wanted.split('=');
  return (object) => {
    const found = conditionOf(object, type);
    if (String(found?.status).toLowerCase() === status.toLowerCase()) return ready;
    const why = because(found?.reason, found?.message);
    return notReady(`the condition ${type} is ${found?.status ?? 'not there'}${why === '' ? '' : `: ${why}`}`);
  };
}

/** As many replicas are ready as there shall be. */
function replicas(kind: string): Rule {
  return (set) => {
    if (!isObserved(set)) return notReady(`the ${kind} has changed and is not taken up yet`);
    const wanted = set.spec?.replicas ?? 1;
    const count = set.status?.readyReplicas ?? 0;
    return count >= wanted ? ready : notReady(`${count} of ${wanted} pods of the ${kind} are ready`);
  };
}

const because = (reason = '', message = '') => [reason, message].filter((part) => part !== '').join(': ');

// | kind         | ready                                    | broken                             |
// | jobs         | condition Complete                       | condition Failed                   |
// | pods         | condition Ready                          | phase Failed, or Succeeded         |
// | deployments  | condition Available, of the present spec |                                    |
// | statefulsets | as many ready as there shall be          |                                    |
// | daemonsets   | ready on every node that it is for       |                                    |
// | pvc          | phase Bound                              | phase Lost                         |
// | nodes        | condition Ready                          |                                    |
// | namespaces   | phase Active                             |                                    |
// | pv           | phase Available or Bound                 | phase Failed                       |
// | crd          | condition Established                    |                                    |
// | apiservices  | condition Available                      |                                    |
// | replicasets  | as many ready as there shall be          |                                    |
// | others       | is there                                 |                                    |
const rules: Readonly<Record<string, Rule>> = {
  'jobs.batch': (job) => {
    const failure = conditionOf(job, 'Failed');
    if (failure?.status === 'True') return failed(`the Job has failed: ${because(failure.reason, failure.message)}`);
    return conditionOf(job, 'Complete')?.status === 'True' ? ready : notReady('the Job is not complete');
  },
  pods: (pod) => {
    const { phase } = pod.status ?? {};
    if (phase === 'Failed' || phase === 'Succeeded')
      return failed(`the Pod has ended (${phase}) and will not be ready`);
    if (pod.metadata?.deletionTimestamp !== undefined) return notReady('the Pod is being deleted');
    const condition = conditionOf(pod, 'Ready');
    if (condition?.status === 'True') return ready;
    const why = because(condition?.reason, condition?.message);
    return notReady(`the Pod is not ready (${phase ?? 'no phase'})${why === '' ? '' : `: ${why}`}`);
  },
  'deployments.apps': (deployment) => {
    if (!isObserved(deployment)) return notReady('the Deployment has changed and is not taken up yet');
    const condition = conditionOf(deployment, 'Available');
    return condition?.status === 'True'
      ? ready
      : notReady(`the Deployment is not available: ${condition?.message ?? ''}`);
  },
  'statefulsets.apps': replicas('StatefulSet'),
  'replicasets.apps': replicas('ReplicaSet'),
  'daemonsets.apps': (set) => {
    if (!isObserved(set) || set.status === undefined) return notReady('the DaemonSet is not taken up yet');
    const { desiredNumberScheduled: wanted, numberReady: count } = set.status;
    if (wanted === undefined || count === undefined) return notReady('the DaemonSet says nothing of its pods');
    return count >= wanted ? ready : notReady(`${count} of ${wanted} pods of the DaemonSet are ready`);
  },
  persistentvolumeclaims: ({ status }) => {
    if (status?.phase === 'Lost') return failed('the volume of the claim is lost');
    return status?.phase === 'Bound' ? ready : notReady(`the claim is not bound (${status?.phase ?? 'no phase'})`);
  },
  persistentvolumes: ({ status }) => {
    const phase = status?.phase ?? 'no phase';
    if (phase === 'Failed') return failed('the volume has failed');
    return phase === 'Available' || phase === 'Bound' ? ready : notReady(`the volume is not to be had (${phase})`);
  },
  namespaces: ({ status }) =>
    status?.phase === 'Active' ? ready : notReady(`the namespace is not active (${status?.phase ?? 'no phase'})`),
  nodes: condition('Ready'),
  'customresourcedefinitions.apiextensions.k8s.io': condition('Established'),
  'apiservices.apiregistration.k8s.io': condition('Available'),
};

/** What the user wants an object to be, in place of the rule of its kind. */
export interface Wanted {
  /** A condition of the object, as its option holds it: `Ready`, `Ready=False`. */
  readonly condition: string | undefined;
  /** Conditions on its JSON. */
  readonly json: readonly { readonly text: string; holds(object: unknown): boolean }[];
}

export const nothingWanted: Wanted = { condition: undefined, json: [] };

/**
 * The state of one object.
 * @param resource plural and group, as in RBAC: `jobs.batch`, `pods`
 */
export function judgeObject(resource: string, object: K8sObject, wanted = nothingWanted): Readiness {
  if (wanted.condition === undefined && wanted.json.length === 0) return rules[resource]?.(object) ?? ready;
  const first = wanted.condition === undefined ? ready : condition(wanted.condition)(object);
  if (first.kind !== 'ready') return first;
  const unmet = wanted.json.find(({ holds }) => !holds(object));
  // never its value: it may be a Secret's
  return unmet === undefined ? ready : notReady(`it does not fulfil ${unmet.text}`);
}

/**
 * The state of all objects that a selector chose: there must be one, and all must be ready. Pods that have ended or
 * are being deleted do not count, since others take their place.
 */
export function judgeObjects(resource: string, objects: readonly K8sObject[], wanted = nothingWanted): Readiness {
  const counted =
    resource === 'pods'
      ? objects.filter(
          ({ metadata, status }) =>
            metadata?.deletionTimestamp === undefined && status?.phase !== 'Failed' && status?.phase !== 'Succeeded',
        )
      : objects;
  if (counted.length === 0) {
    return { kind: 'not-ready', cause: new Failure('NOT_THERE', `the selector chooses no ${resource}`) };
  }
  for (const object of counted) {
    const one = judgeObject(resource, object, wanted);
    if (one.kind === 'ready') continue;
    const { code, message } = one.cause;
    return { kind: one.kind, cause: new Failure(code, `${object.metadata?.name}: ${message}`) };
  }
  return ready;
}

export interface EndpointSlice {
  readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[] | null;
}

/** Whether a Service has an endpoint that takes traffic. A missing `ready` counts as true, as the API defines it. */
export function judgeService(slices: readonly EndpointSlice[]): Readiness {
  const all = slices.flatMap(({ endpoints }) => endpoints ?? []);
  if (all.some(({ conditions }) => conditions?.ready !== false)) return ready;
  return notReady(`the Service has no ready endpoint${all.length === 0 ? '' : `: ${all.length} that are not ready`}`);
}
