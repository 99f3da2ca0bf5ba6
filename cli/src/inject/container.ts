// The helper as containers of a pod: what PodSecurity `restricted` asks for, and the resources.
import {
  exitCodes,
  formatArgs,
  formatPlan,
  formatStep,
  joinWords,
  otherVariables,
  type Step,
} from '../../../helper/src/contract/index.ts';
import { formatItem, type Style } from '../manifest/format.ts';
import { flowList, flowMap, list, literal, map, type NewNode, type Texts, textsOf } from '../manifest/node.ts';
import { apiAccesses } from './api-access.ts';
import { ownContainerName } from './names.ts';
import type { HelperOptions, SecretVariable } from './options.ts';
import { noResources, resourcesFor } from './resources.ts';
import { readFiles, writtenFolders } from './step-paths.ts';

/** A named part of a pod that is to be written. */
export interface NewPart {
  readonly name: string;
  readonly node: NewNode;
  /** The node as a parser would give it. */
  readonly texts: Texts;
}

export const newPart = (name: string, node: NewNode): NewPart => ({ name, node, texts: textsOf(node) });

// The user that the image runs as. Said here as well: the kubelet can hold runAsNonRoot only against a number.
const user = 65_532;

/** What PodSecurity `restricted` asks of a container, and a root file system that nobody can write to. */
export const securityContext: NewNode = map({
  allowPrivilegeEscalation: false,
  capabilities: flowMap({ drop: flowList(['ALL']) }),
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  seccompProfile: flowMap({ type: 'RuntimeDefault' }),
});

/** A pod, as far as it bears upon our container. */
interface Surroundings {
  /** What the container sees of the pod's volumes. */
  readonly mounts: readonly NewNode[];
  /** Nothing makes another pod when this one fails. */
  readonly isBare?: boolean;
  /** It is Guaranteed, and shall stay so; see guaranteed.ts. */
  readonly guaranteedCpu?: string | undefined;
}

/** The helper's containers, written once for all pods that are alike. */
export class ContainerWriter {
  readonly #options: HelperOptions;
  readonly #written = new Map<string, NewPart[]>();

  constructor(options: HelperOptions) {
    this.#options = options;
  }

  /** The containers in their order. */
  write(around: Surroundings): readonly NewPart[] {
    const key = JSON.stringify(around);
    const written = this.#written.get(key) ?? helperContainers(this.#options, around);
    this.#written.set(key, written);
    return written;
  }
}

function helperContainers(options: HelperOptions, around: Surroundings): NewPart[] {
  const names = helperContainerNames(options);
  if (!options.separate) return names.map((name) => container(options, name, options.steps, around));
  return options.steps.map((step, index) => container(options, names[index] ?? '', [step], around));
}

/** What the containers are called: one for the plan, or one for each step. */
export function helperContainerNames({ steps, separate, name: base }: HelperOptions): string[] {
  if (!separate) return [ownContainerName({ base })];
  return steps.map(({ kind }, index) => ownContainerName({ base }, { number: index + 1, kind }));
}

function container(
  { image, process, secretVariables, resources = noResources, restartRules: ruled }: HelperOptions,
  name: string,
  steps: readonly Step[],
  { mounts, isBare, guaranteedCpu }: Surroundings,
): NewPart {
  const [only, ...others] = steps;
  if (only === undefined) throw new Error('a container without steps');
  const args =
    others.length === 0
      ? formatArgs({ kind: 'step', step: only, process })
      : formatArgs({ kind: 'run', planPath: undefined, process });
  const asked = resourcesFor(new Set(steps.map(({ kind }) => kind)), resources, guaranteedCpu);
  const variables = [
    ...secretVariables
      .filter(({ variable }) => steps.some((step) => namesVariable(step, variable)))
      .map(secretVariable),
    ...(others.length === 0 ? [] : [planVariable(steps)]),
  ];
  const node = map({
    name,
    image,
    args: flowList(args),
    env: variables.length === 0 ? undefined : list(variables),
    ...(isBare && ruled ? restartRules : {}),
    resources: map({ requests: flowMap(asked.requests), limits: flowMap(asked.limits) }),
    securityContext,
    volumeMounts: mounts.length === 0 || !needsFiles(steps) ? undefined : list(mounts),
  });
  return newPart(name, node);
}

/** The exit codes after which no other try will help. */
export const finalExitCodes = Object.values(exitCodes)
  .filter(({ code, worthRestarting }) => code !== 0 && !worthRestarting)
  .map(({ code }) => code);

// Never, but for these: what is late, killed or out of memory is tried again, a fault that stays fails the pod
// https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restart-rules (on since 1.35)
const restartRules = {
  restartPolicy: 'Never',
  restartPolicyRules: list([
    map({ action: 'Restart', exitCodes: flowMap({ operator: 'NotIn', values: flowList([0, ...finalExitCodes]) }) }),
  ]),
} as const;

// most waits touch no file
const needsFiles = (steps: readonly Step[]) =>
  writtenFolders(steps).length + readFiles(steps).length + apiAccesses(steps).length > 0;

/** The options by which a step reads a variable, and the variable of each. */
export function variablesOf(step: Step): { readonly flag: string; readonly variable: string }[] {
  const headers = step.options.envHeaders.map((header) => header.slice(header.indexOf(':') + 1).trim());
  const { passwordEnv, userEnv, bearerEnv } =
    step.kind === 'wait'
      ? { ...step.options, userEnv: undefined, bearerEnv: undefined }
      : { ...step.options, passwordEnv: undefined };
  return [
    ...headers.map((variable) => ({ flag: 'header-env', variable })),
    ...Object.entries({ 'password-env': passwordEnv, 'user-env': userEnv, 'bearer-env': bearerEnv }).flatMap(
      ([flag, variable]) => (variable === undefined ? [] : [{ flag, variable }]),
    ),
  ];
}

/** Whether a step takes a value from a variable. */
export const namesVariable = (step: Step, variable: string): boolean =>
  variablesOf(step).some((named) => named.variable === variable) ||
  (step.kind === 'fetch' && step.source.startsWith('s3:') && s3Variables.includes(variable));

// what a step that fetches from S3 reads unasked
const s3Variables = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

const secretVariable = ({ variable, secret, key }: SecretVariable): NewNode =>
  map({ name: variable, valueFrom: map({ secretKeyRef: flowMap({ name: secret, key }) }) });

// the plan is YAML within YAML: a step a line, quoted only where the line needs it
const planStyle: Style = { step: 2, dash: 0, gap: 2, json: false };

const planVariable = (steps: readonly Step[]): NewNode =>
  map({
    name: otherVariables.plan,
    value: literal(
      formatPlan({ items: steps })
        .flatMap((line) => formatItem({ kind: 'scalar', value: String(line) }, 0, planStyle))
        .map((line) => `${line}\n`)
        .join(''),
    ),
  });

/** A step for people, such as `wait tcp://db:5432`. */
export const stepText = (step: Step): string => joinWords(formatStep(step));
