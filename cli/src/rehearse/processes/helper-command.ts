// The helper's command as the manifest has it → the same one on this machine: every path that it names is moved
// to where the rehearsal keeps the volume, through the helper's own tables of options. Pure but for the plan's file.
import { basename } from 'node:path';
import {
  Failure,
  type FetchStep,
  formatArgs,
  formatPlan,
  moveSourcePath,
  moveTargetPath,
  type OptionTable,
  otherVariables,
  type Plan,
  parseArgs,
  parsePlan,
  processOptions,
  type Step,
  stepOptions,
  variableOf,
} from '../../../../helper/src/contract/index.ts';
import { Fault } from '../../fault.ts';
import { type MountedFolder, placeOf } from '../pod/mounts.ts';
import type { Container } from '../pod/pod-spec.ts';
import type { Environment } from '../pod/variables.ts';

export interface Surroundings {
  readonly mounts: readonly MountedFolder[];
  readonly rootFolder: string;
  /** The file of this machine that takes the termination message. */
  readonly terminationFile: string;
  /** The text of a plan; undefined where there is no such file. */
  readonly readPlan: (path: string) => string | undefined;
  /** Reads YAML or JSON; undefined where it is neither. */
  readonly parseData: (text: string) => unknown;
}

export interface MovedCommand {
  readonly argv: readonly string[];
  readonly env: Environment;
  /** What a container could not do and a process of this machine could. It would exit with that code. */
  readonly refusal: { readonly exitCode: number; readonly message: string } | undefined;
  /** Targets that only an API server can answer, which a rehearsal has not. */
  readonly apiTargets: readonly string[];
  /** What it does, in the words of the manifest. */
  readonly description: string;
}

/**
 * The words behind the helper's name.
 * @throws Fault input where the container runs something that the helper's image does not have
 */
export function helperWords({ name, command, args }: Pick<Container, 'name' | 'command' | 'args'>): readonly string[] {
  if (command === undefined || command.length === 0) return args;
  const [program = '', ...words] = command;
  if (basename(program) === 'greenroom-helper') return [...words, ...args];
  throw new Fault('input', `container ${name}: the helper's image holds no program ${program}`, {
    cure: `leave command out and write args: [wait, …], or say what takes its place: --stand-in ${name}='COMMAND'`,
  });
}

/** @param env the container's own variables */
export function moveCommand(words: readonly string[], env: Environment, around: Surroundings): MovedCommand {
  const refused: string[] = [];
  const apiTargets: string[] = [];
  const placeFor = (path: string) => placeOf(path, around.mounts, around.rootFolder);
  const move = (path: string) => placeFor(path).path;
  const moveStep = (step: Step): Step => {
    if (step.kind === 'wait') {
      apiTargets.push(...step.targets.filter((target) => target.startsWith('k8s:')));
      const targets = step.targets.map((target) => moveTargetPath(target, move));
      return { ...step, targets, options: moveOptions(stepOptions.wait, step.options, move) };
    }
    const options = moveOptions(stepOptions.fetch, step.options, move);
    return { ...step, source: moveSourcePath(step.source, move), options, destination: moveDestination(step) };
  };
  const moveDestination = ({ destination }: FetchStep): string => {
    const { path, mount } = placeFor(destination);
    if (mount === undefined) {
      refused.push(`${destination} lies in no volume, and in its image the helper may write nothing`);
    } else if (mount.readOnly)
      refused.push(`${destination} lies in volume ${mount.volume}, which is mounted read-only`);
    return path;
  };
  const movePlan = (plan: Plan): Plan => ({
    items: plan.items.map((item) =>
      item.kind === 'together' ? { ...item, steps: item.steps.map(moveStep) } : moveStep(item),
    ),
  });
  const result = (argv: readonly string[], own: Environment, description: string): MovedCommand => ({
    argv,
    env: own,
    refusal: refused.length === 0 ? undefined : { exitCode: readOnlyExitCode, message: refused.join('; ') },
    apiTargets,
    description,
  });

  let command: ReturnType<typeof parseArgs>;
  try {
    command = parseArgs(words, env);
  } catch (error) {
    // the helper itself finds the words for it, and the exit code
    if (!(error instanceof Failure)) throw error;
    const terminationLog = { [variableOf(processOptions.terminationLog)]: around.terminationFile };
    return result(words, { ...env, ...terminationLog }, words.join(' '));
  }
  const own: Record<string, string> = { ...env };
  if (command.kind === 'help' || command.kind === 'version') return result(words, own, words.join(' '));

  const process = {
    ...command.process,
    // the events of the rehearsal are read from it
    logFormat: 'json',
    logLevel: command.process.logLevel === 'debug' ? 'debug' : 'info',
    terminationLog: around.terminationFile,
  } as const;
  for (const option of Object.values(processOptions)) delete own[variableOf(option)];
  if (command.kind === 'run') {
    const { planPath } = command;
    const place = planPath === undefined ? undefined : move(planPath);
    try {
      const text = place === undefined ? own[otherVariables.plan] : around.readPlan(place);
      const value = text === undefined ? undefined : around.parseData(text);
      if (value !== undefined) {
        const plan = movePlan(parsePlan(value, env));
        // the steps have taken in what the environment said
        for (const table of Object.values(stepOptions)) forget(own, table);
        own[otherVariables.plan] = JSON.stringify(formatPlan(plan));
        const argv = formatArgs({ ...command, planPath: undefined, process });
        const count = `${plan.items.length} step${plan.items.length === 1 ? '' : 's'}`;
        return result(argv, own, `run${planPath === undefined ? '' : ` ${planPath}`}, ${count}`);
      }
    } catch (error) {
      // a faulty plan: the helper says what is wrong with it, as it would in a cluster
      if (!(error instanceof Failure)) throw error;
    }
    return result(formatArgs({ ...command, planPath: place, process }), own, words.join(' '));
  }
  const { step } = command;
  const table: OptionTable = stepOptions[step.kind];
  const moved = moveStep(step);
  // What the environment gave stays there, moved: a header may be a secret, and argv can be seen by everybody.
  const options: Record<string, unknown> = { ...moved.options };
  for (const [name, option] of Object.entries(table)) {
    const variable = variableOf(option);
    if (own[variable] === undefined) continue;
    const value = step.options[name as keyof typeof step.options];
    const given = own[variable]
      ?.split('\n')
      .filter((line) => line.trim() !== '')
      .join('\n');
    if (option.format(value) === given) {
      own[variable] = option.format(options[name]);
      options[name] = option.default;
    } else delete own[variable];
  }
  const argv = formatArgs({ kind: 'step', step: { ...moved, options } as unknown as Step, process });
  return result(argv, own, words.join(' '));
}

// what the helper exits with for READ_ONLY
const readOnlyExitCode = new Failure('READ_ONLY', '').exitCode;

function moveOptions<Options extends object>(
  table: OptionTable,
  options: Options,
  move: (path: string) => string,
): Options {
  const moved = Object.entries(options).map(([name, value]) => [name, table[name]?.movePaths?.(value, move) ?? value]);
  return Object.fromEntries(moved) as Options;
}

function forget(env: Record<string, string>, table: OptionTable): void {
  for (const option of Object.values(table)) delete env[variableOf(option)];
}
