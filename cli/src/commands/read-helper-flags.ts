// What the flags of helper-flags.ts say, checked before any input is read.
import {
  Failure,
  type Option,
  type ProcessOptions,
  parseStep,
  processOptions,
  type Step,
  splitWords,
} from '../../../helper/src/contract/index.ts';
import type { Call, StepFlag } from '../command.ts';
import { Fault } from '../fault.ts';
import { namesVariable, variablesOf } from '../inject/container.ts';
import type { HelperOptions, ObjectMount, SecretVariable } from '../inject/options.ts';
import { readResources } from '../inject/resources.ts';
import { writtenFolders } from '../inject/step-paths.ts';
import { readKubeVersion } from '../kube-version.ts';
import { resolveHelperImage } from '../settings.ts';

type HelperArguments = {
  readonly separate: boolean | undefined;
  readonly 'size-limit': string | undefined;
  readonly claim: string | undefined;
  readonly 'secret-env': readonly string[] | undefined;
  readonly mount: readonly string[] | undefined;
  readonly requests: string | undefined;
  readonly limits: string | undefined;
  readonly 'log-format': string | undefined;
  readonly 'log-level': string | undefined;
  readonly name: string;
  readonly 'kube-version'?: string | undefined;
  readonly 'helper-image': string | undefined;
};

/**
 * What the shared flags say.
 * @throws Fault usage, naming the flag and what would have been right
 */
export async function readHelperFlags({ args, steps, shell }: Call<HelperArguments>): Promise<HelperOptions> {
  return readHelperOptions(args, steps.map(parseStepFlag), shell);
}

/**
 * The same, of steps that are read already.
 * @throws Fault usage, naming the flag and what would have been right
 */
export async function readHelperOptions(
  args: HelperArguments,
  steps: readonly Step[],
  shell: Call['shell'],
): Promise<HelperOptions> {
  if (steps.length === 0) {
    throw new Fault('usage', 'no step', { cure: "say what to do: --wait tcp://db:5432, --fetch 'URL PATH'" });
  }
  const secretVariables = (args['secret-env'] ?? []).map(parseSecretVariable);
  const objectMounts = (args.mount ?? []).map(parseObjectMount);
  requireVariables(steps, secretVariables);
  requireOwnPaths(steps, objectMounts);
  const kinds = steps.map(({ kind }) => kind);
  const { folder, env, version } = shell;
  const image = await resolveHelperImage({ flag: args['helper-image'], env, folder, version });
  return {
    steps,
    process: readProcessFlags(args),
    image,
    name: checkName(args.name),
    separate: args.separate === true,
    secretVariables,
    objectMounts,
    claim: args.claim,
    resources: readResources(args, args.separate ? kinds.map((kind) => new Set([kind])) : [new Set(kinds)]),
    restartRules: (readKubeMinor(args) ?? 0) >= restartRulesSince,
    sizeLimit: args['size-limit'] === undefined ? undefined : checkQuantity(args['size-limit'], args.claim),
  };
}

// https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/: ContainerRestartRules
const restartRulesSince = 35;

/** The minor version that is asked for; undefined: any that is in use. */
export const readKubeMinor = (args: { readonly 'kube-version'?: string | undefined }): number | undefined =>
  args['kube-version'] === undefined ? undefined : readKubeVersion(args['kube-version']);

/** The rule for a container's name, RFC 1123; short enough that a step's number and a folder's name find room. */
export function checkName(name: string): string {
  if (/^[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?$/.test(name)) return name;
  throw new Fault('usage', `--name: ${JSON.stringify(name)} cannot name a container`, {
    cure: 'at most 30 lower-case letters, digits and dashes, with no dash at its ends',
  });
}

function parseStepFlag({ kind, text }: StepFlag, index: number): Step {
  try {
    return parseStep([kind, ...splitWords(text)]);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'USAGE') throw error;
    const message = error.message.replace(new RegExp(`^${kind}: `), '');
    throw new Fault('usage', `step ${index + 1}, --${kind}: ${message}`, { cause: error });
  }
}

/** The options of the helper's process. */
export function readProcessFlags(args: Pick<HelperArguments, 'log-format' | 'log-level'>): ProcessOptions {
  const read = <T>(option: Option<T>, text: string | undefined): T => {
    if (text === undefined) return option.default;
    const parsed = option.parse(text);
    if ('fault' in parsed) throw new Fault('usage', `--${option.flag}: ${parsed.fault}`);
    return parsed.value;
  };
  return {
    logFormat: read(processOptions.logFormat, args['log-format']),
    logLevel: read(processOptions.logLevel, args['log-level']),
    terminationLog: processOptions.terminationLog.default,
  };
}

function parseSecretVariable(text: string): SecretVariable {
  const [, variable, secret, key] = /^([A-Za-z_]\w*)=([a-z0-9][a-z0-9.-]*)\/([\w.-]+)$/.exec(text) ?? [];
  if (variable === undefined || secret === undefined || key === undefined) {
    throw new Fault(
      'usage',
      `--secret-env: ${JSON.stringify(text.split('=')[0])} … is not of the form VAR=SECRET/KEY`,
      {
        cure: 'such as TOKEN=site-credentials/token: the key token of the Secret site-credentials',
      },
    );
  }
  return { variable, secret, key };
}

function parseObjectMount(text: string): ObjectMount {
  const [, kind, name, path] = /^(secret|configmap|claim)\/([a-z0-9][a-z0-9.-]*)=(\/.+)$/.exec(text) ?? [];
  if (kind === undefined || name === undefined || path === undefined) {
    throw new Fault('usage', `--mount: ${JSON.stringify(text)} is not of the form secret/NAME=PATH`, {
      cure: 'such as secret/site-ca=/ca, configmap/site-ca=/ca or claim/model-cache=/cache',
    });
  }
  return { kind: kind as ObjectMount['kind'], name, path: path.replace(/(?<=.)\/$/, '') };
}

/** A header or a password from a variable that the container would not have is a wait that can only fail. */
function requireVariables(steps: readonly Step[], variables: readonly SecretVariable[]): void {
  for (const [index, step] of steps.entries()) {
    for (const { variable } of variablesOf(step)) {
      if (variables.some((given) => given.variable === variable)) continue;
      throw new Fault('usage', `step ${index + 1}, --${step.kind}: the container would have no variable ${variable}`, {
        cure: `say where it comes from: --secret-env ${variable}=SECRET/KEY`,
      });
    }
  }
  const idle = variables.find(({ variable }) => !steps.some((step) => namesVariable(step, variable)));
  if (idle !== undefined)
    throw new Fault('usage', `--secret-env: no step reads ${idle.variable} (--header-env, --password-env)`);
}

/** Two volumes cannot be mounted at one path. */
function requireOwnPaths(steps: readonly Step[], mounts: readonly ObjectMount[]): void {
  const taken = new Set(writtenFolders(steps));
  for (const { path } of mounts) {
    if (taken.has(path)) throw new Fault('usage', `--mount: something else is mounted at ${path} already`);
    taken.add(path);
  }
}

function checkQuantity(text: string, claim: string | undefined): string {
  if (claim !== undefined) throw new Fault('usage', '--size-limit is for an emptyDir; a claim has its own size');
  // https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
  if (/^\d+(?:\.\d+)?(?:[KMGTPE]i|[kMGTPE])?$/.test(text)) return text;
  throw new Fault('usage', `--size-limit: ${JSON.stringify(text)} is not a size`, { cure: 'such as 500Mi or 10Gi' });
}
