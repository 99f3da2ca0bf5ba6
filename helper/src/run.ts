// One command → its rooms → exit code, log and termination message. Touches neither process nor system/.
import { parseArgs, readProcessOptions } from './contract/command.ts';
import { otherVariables } from './contract/environment.ts';
import { formatHelp } from './contract/help.ts';
import { type Plan, parsePlan } from './contract/plan.ts';
import type { Step } from './contract/step.ts';
import { formatTermination, type Termination } from './contract/termination.ts';
import { describeDuration } from './core/duration.ts';
import { exitCodes } from './core/exit-codes.ts';
import { asFailure, Failure } from './core/failure.ts';
import { redactUrl } from './core/redact.ts';
import { createLog } from './log/create-log.ts';
import { writeTerminationLog } from './log/termination-log.ts';
import type { Log } from './ports/log.ts';
import type { Runtime, StepReport } from './runtime.ts';
import { version } from './version.ts';

/** What the shell in main.ts hands over. */
export interface World extends Omit<Runtime, 'log'> {
  /** Takes whole lines of the log. */
  readonly writeLog: (line: string) => void;
  /** Takes help and version, the only things that stand on stdout. */
  readonly writeOut: (text: string) => void;
}

/**
 * Runs one command line to its end.
 * @returns the exit code; never rejects
 */
export async function run(argv: readonly string[], world: World): Promise<number> {
  const startMs = world.clock.now();
  const options = readProcessOptions(argv, world.env);
  const log = createLog(options, world.writeLog);

  const end = (exitCode: number, sentence: string, facts: Omit<Termination, 'elapsedMs'>): number => {
    const elapsedMs = Math.round(world.clock.now() - startMs);
    const fault = writeTerminationLog(options.terminationLog, formatTermination(sentence, { ...facts, elapsedMs }));
    if (fault !== undefined) log.warn(fault);
    return exitCode;
  };

  try {
    const command = parseArgs(argv, world.env);
    if (command.kind === 'help' || command.kind === 'version') {
      world.writeOut(command.kind === 'help' ? formatHelp(command.topic) : `${version}\n`);
      return exitCodes.success.code;
    }
    const plan = command.kind === 'step' ? { items: [command.step] } : await readPlan(command.planPath, world.env);
    const reports = await runPlan(plan, { ...world, log });
    const elapsed = describeDuration(world.clock.now() - startMs);
    const sentence =
      reports.length === 1 ? (reports[0]?.sentence ?? '') : `all ${reports.length} steps done in ${elapsed}`;
    if (reports.length > 1) log.info(sentence, { outcome: 'done' });
    return end(exitCodes.success.code, sentence, { outcome: 'done' });
  } catch (thrown) {
    const failure = asFailure(thrown);
    const facts = factsOf(failure);
    const sentence = [failure.message, failure.hint].filter((part) => part !== undefined).join('. ');
    const stack = failure.code === 'BUG' && failure.cause instanceof Error ? { stack: failure.cause.stack } : {};
    log.error(failure.message, { ...facts, ...(failure.hint && { hint: failure.hint }), ...stack });
    return end(failure.exitCode, sentence, facts);
  }
}

function factsOf({ code, exitCode, details }: Failure): Omit<Termination, 'elapsedMs'> {
  const { cause, step, target, attempts } = details as Partial<Termination>;
  return {
    outcome: 'failed',
    code,
    ...(cause !== undefined && { cause }),
    ...(step !== undefined && { step }),
    ...(target !== undefined && { target }),
    ...(attempts !== undefined && { attempts }),
    retryable: Object.values(exitCodes).some((exit) => exit.code === exitCode && exit.worthRestarting),
  };
}

/** Steps in order; those of a `together` at once, and the first that fails ends the others. */
async function runPlan(plan: Plan, runtime: Runtime): Promise<StepReport[]> {
  const reports: StepReport[] = [];
  const total = plan.items.length;
  for (const [index, item] of plan.items.entries()) {
    const number = `${index + 1}/${total}`;
    if (item.kind !== 'together') {
      reports.push(await runStep(item, total === 1 ? undefined : number, runtime));
      continue;
    }
    const stop = new AbortController();
    const signal = AbortSignal.any([runtime.signal, stop.signal]);
    const running = item.steps.map((step, sub) => runStep(step, `${number}.${sub + 1}`, { ...runtime, signal }));
    for (const one of running) one.catch((failure: unknown) => stop.abort(failure));
    const results = await Promise.allSettled(running);
    // the first failure is the reason of the abort; the others only followed it
    stop.signal.throwIfAborted();
    runtime.signal.throwIfAborted();
    for (const result of results) if (result.status === 'fulfilled') reports.push(result.value);
  }
  return reports;
}

async function runStep(step: Step, number: string | undefined, runtime: Runtime): Promise<StepReport> {
  const log: Log = number === undefined ? runtime.log : runtime.log.with({ step: number });
  try {
    // each room is a part of the bundle of its own: whoever only waits does not load what downloads need
    return step.kind === 'wait'
      ? await (await import('./wait/wait.ts')).wait(step, { ...runtime, log })
      : await (await import('./fetch/fetch.ts')).fetch(step, { ...runtime, log });
  } catch (thrown) {
    const failure = asFailure(thrown);
    const target = step.kind === 'wait' ? step.targets.map(redactUrl).join(' ') : step.destination;
    const details = { target, ...failure.details, ...(number !== undefined && { step: number }) };
    const message = number === undefined ? failure.message : `step ${number}: ${failure.message}`;
    const { hint, cause } = failure;
    throw new Failure(failure.code, message, { details, cause, ...(hint !== undefined && { hint }) });
  }
}

async function readPlan(path: string | undefined, env: Runtime['env']): Promise<Plan> {
  const where = path ?? otherVariables.plan;
  const text = path === undefined ? env[otherVariables.plan] : await readPlanFile(path);
  if (text === undefined) {
    throw new Failure('USAGE', `run: no plan; name a file, or set ${otherVariables.plan}`);
  }
  // the parser takes no byte order mark before a list
  return parsePlan(await parseData(text.replace(/^\uFEFF/, ''), where), env);
}

async function readPlanFile(path: string): Promise<string> {
  try {
    // a wait needs none of it, and it brings along streams and readline
    const { readFile } = await import('node:fs/promises');
    return await readFile(path, 'utf8');
  } catch (error) {
    const hint = 'Is the ConfigMap or Secret that holds it mounted there?';
    throw new Failure('USAGE', `the plan cannot be read: ${(error as Error).message}`, { hint, cause: error });
  }
}

/** YAML, of which JSON is a part; the parser for YAML is loaded only where JSON's does not do. */
async function parseData(text: string, where: string): Promise<unknown> {
  if (/^\s*[[{]/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      // YAML's flow style, or an error that the YAML parser words better
    }
  }
  return (await import('./parse-yaml.ts')).parseYaml(text, where);
}
