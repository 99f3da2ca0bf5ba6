// A manifest for an app, without the helper: what PodSecurity `restricted` admits, and what it leaves to the user
// said in comments. inject puts the steps in.
import type { Step } from '../../../helper/src/contract/index.ts';
import type { Access } from '../inject/api-access.ts';
import { finalExitCodes } from '../inject/container.ts';
import { formatBlock, type Style } from '../manifest/format.ts';
import { flowList, flowMap, list, map, type NewNode, remark } from '../manifest/node.ts';
import type { ScaffoldKind } from './kinds.ts';

export interface ScaffoldOptions {
  readonly kind: ScaffoldKind;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly image: string;
  readonly ports: readonly number[];
  /** The words that the app's container is started with, in place of what the image says. */
  readonly words: readonly string[];
  /** Whether those words replace the image's entry point, not its arguments. */
  readonly asCommand: boolean;
  /** Only of a Deployment and a StatefulSet. */
  readonly replicas: number | undefined;
  /** Only of a CronJob, which must have it. */
  readonly schedule: string | undefined;
  /** A group that may write to the pod's claims. */
  readonly group: number | undefined;
  /** What the containers are called that the steps will run in. */
  readonly helperContainers: readonly string[];
  /** Whether the cluster knows podFailurePolicy. */
  readonly failurePolicy: boolean;
  /** What the steps ask the API for: it takes a service account that may. */
  readonly accesses: readonly Access[];
  /** The steps that will run before the app: a Deployment must wait for them. */
  readonly steps: readonly Step[];
}

const style: Style = { step: 2, dash: 0, gap: 2, json: false };

/** The manifest as YAML; of a StatefulSet with the headless Service that names its pods. */
export function scaffold(options: ScaffoldOptions): string {
  // in the order in which kubectl creates them: a Pod whose service account is not there yet is refused
  const documents = [
    ...access(options),
    workload(options),
    ...(options.kind === 'StatefulSet' ? [headlessService(options)] : []),
  ];
  return documents.map((node) => `${formatBlock(node, 0, style).join('\n')}\n`).join('---\n');
}

const labelsOf = ({ name }: ScaffoldOptions) => flowMap({ app: name });

const metadataOf = (options: ScaffoldOptions) =>
  map({ name: options.name, namespace: options.namespace, labels: labelsOf(options) });

function workload(options: ScaffoldOptions): NewNode {
  const { kind } = options;
  const metadata = metadataOf(options);
  const template = map({ metadata: map({ labels: labelsOf(options) }), spec: pod(options) });
  const selector = map({ matchLabels: labelsOf(options) });
  switch (kind) {
    case 'Pod':
      return map({ apiVersion: 'v1', kind, metadata, spec: pod(options) });
    case 'Deployment': {
      const progressDeadlineSeconds = progressDeadline(options.steps);
      const spec = map({ replicas: options.replicas ?? 1, progressDeadlineSeconds, selector, template });
      return map({ apiVersion: 'apps/v1', kind, metadata, spec });
    }
    case 'StatefulSet': {
      const spec = map({ replicas: options.replicas ?? 1, serviceName: options.name, selector, template });
      return map({ apiVersion: 'apps/v1', kind, metadata, spec });
    }
    case 'DaemonSet':
      return map({ apiVersion: 'apps/v1', kind, metadata, spec: map({ selector, template }) });
    case 'Job':
      return map({ apiVersion: 'batch/v1', kind, metadata, spec: jobSpec(options, template) });
    case 'CronJob': {
      const jobTemplate = map({ spec: jobSpec(options, template) });
      const spec = map({ schedule: options.schedule ?? '', concurrencyPolicy: 'Forbid', jobTemplate });
      return map({ apiVersion: 'batch/v1', kind, metadata, spec });
    }
  }
}

/** What a Job tries again, and what it need not: an exit code of the helper that no other try will change. */
function jobSpec({ helperContainers, failurePolicy }: ScaffoldOptions, template: NewNode): NewNode {
  const values = flowList(finalExitCodes);
  // https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy (stable since 1.31)
  const rules = helperContainers.map((containerName) =>
    map({ action: 'FailJob', onExitCodes: flowMap({ containerName, operator: 'In', values }) }),
  );
  const podFailurePolicy = failurePolicy ? map({ rules: list(rules) }) : undefined;
  return map({ backoffLimit: 3, podFailurePolicy, template });
}

function pod(options: ScaffoldOptions): NewNode {
  const isJob = options.kind === 'Job' || options.kind === 'CronJob';
  return map({
    // a pod that failed stays, with its message; the Job makes another
    restartPolicy: isJob ? 'Never' : undefined,
    serviceAccountName: options.accesses.length === 0 ? undefined : options.name,
    automountServiceAccountToken: false,
    securityContext:
      options.group === undefined ? undefined : map({ fsGroup: options.group, fsGroupChangePolicy: 'OnRootMismatch' }),
    containers: list([app(options)]),
  });
}

function app({ name, image, words, asCommand, ports }: ScaffoldOptions): NewNode {
  return map({
    name,
    image,
    command: asCommand && words.length > 0 ? flowList(words) : undefined,
    args: !asCommand && words.length > 0 ? flowList(words) : undefined,
    ports: ports.length === 0 ? undefined : list(ports.map((containerPort) => flowMap({ containerPort }))),
    resources: remark(
      'measure it, then say what it needs',
      map({ requests: flowMap({ cpu: '100m', memory: '128Mi' }), limits: flowMap({ memory: '256Mi' }) }),
    ),
    securityContext: map({
      allowPrivilegeEscalation: false,
      capabilities: flowMap({ drop: flowList(['ALL']) }),
      runAsNonRoot: true,
      runAsUser: remark('a user that the image can run as, by number; root (0) is not admitted', 1000),
      seccompProfile: flowMap({ type: 'RuntimeDefault' }),
    }),
  });
}

function headlessService(options: ScaffoldOptions): NewNode {
  const ports = options.ports.map((port) => map({ name: `port-${port}`, port }));
  const spec = map({
    clusterIP: remark('headless: it gives each pod a name of its own', 'None'),
    selector: labelsOf(options),
    ports: ports.length === 0 ? undefined : list(ports),
  });
  return map({ apiVersion: 'v1', kind: 'Service', metadata: metadataOf(options), spec });
}

/** A service account, and a Role for each namespace, or a ClusterRole, with just what the steps ask for. */
function access(options: ScaffoldOptions): NewNode[] {
  const { name, namespace, accesses } = options;
  if (accesses.length === 0) return [];
  const labels = labelsOf(options);
  const account = map({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadataOf(options) });
  const subject = flowMap({ kind: 'ServiceAccount', name, namespace });
  const pair = (own: readonly Access[], kind: 'Role' | 'ClusterRole', metadata: NewNode): NewNode[] => {
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const rules = list(
      own.map(({ group, resource, verbs, object }) =>
        map({
          apiGroups: flowList([group]),
          resources: flowList([resource]),
          resourceNames: object === undefined ? undefined : flowList([object]),
          verbs: flowList(verbs),
        }),
      ),
    );
    const ref = flowMap({ apiGroup: 'rbac.authorization.k8s.io', kind, name: kind === 'Role' ? name : clusterName });
    return [
      map({ apiVersion, kind, metadata, rules }),
      map({ apiVersion, kind: `${kind}Binding`, metadata, roleRef: ref, subjects: list([subject]) }),
    ];
  };
  // the cluster's names are shared by all namespaces
  const clusterName = namespace === undefined ? name : `${namespace}-${name}`;
  const [ofCluster, ofNamespaces] = [accesses.filter(isOfCluster), accesses.filter((each) => !isOfCluster(each))];
  const roles = [...Map.groupBy(ofNamespaces, (each) => each.namespace ?? namespace)].flatMap(([where, own]) =>
    pair(own, 'Role', map({ name, namespace: where, labels })),
  );
  const clusterRole = ofCluster.length === 0 ? [] : pair(ofCluster, 'ClusterRole', map({ name: clusterName, labels }));
  return [account, ...roles, ...clusterRole];
}

const isOfCluster = (access: Access) => access.isOfCluster;

// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds
const usualProgressDeadlineSeconds = 600;
const startOfAppSeconds = 120;

/** The time that a rollout may take, where the steps' own deadlines leave less than two minutes of the usual. */
function progressDeadline(steps: readonly Step[]): number | undefined {
  const stepsSeconds = Math.ceil(steps.reduce((sum, { options }) => sum + options.deadlineMs, 0) / 1_000);
  const neededSeconds = stepsSeconds + startOfAppSeconds;
  return neededSeconds <= usualProgressDeadlineSeconds ? undefined : neededSeconds;
}
