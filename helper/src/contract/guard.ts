// --fail-if: a wait step without the word, with one target and the options that are for it. When it holds, the step
// that it guards has failed for good. Pure.
import { Failure } from '../core/failure.ts';
import { checkWait } from './check-wait.ts';
import { k8sResource } from './k8s-resources.ts';
import { formatOptions, parseOptions } from './options.ts';
import type { WaitStep } from './step.ts';
import { moveTargetPath, parseTarget } from './target.ts';
import { waitOptions } from './wait-options.ts';
import { joinWords, splitWords } from './words.ts';

// what is of the step that is guarded, and of its guard cannot be
const ofTheStep = ['any', 'atLeast', 'deadlineMs', 'splayMs', 'failIf'] as const;

/**
 * Reads a guard, such as `k8s://job/migrate --condition Failed`.
 * @throws Failure USAGE
 */
export function parseGuard(text: string): WaitStep {
  const where = `--fail-if ${JSON.stringify(text)}`;
  const fault = (what: string) => new Failure('USAGE', `wait: ${where}: ${what}`);
  const { operands, values } = parseOptions(where, waitOptions, splitWords(text), {});
  const [target = ''] = operands;
  if (operands.length !== 1) throw fault('names one target, and options of it');
  for (const name of ofTheStep) {
    const { default: preset, flag } = waitOptions[name];
    const value: unknown = values[name];
    if (Array.isArray(value) ? value.length > 0 : value !== preset) throw fault(`--${flag} is for the step itself`);
  }
  checkWait(operands, values, values);
  const { selector, condition, gone, jsonConditions } = values;
  const parsed = parseTarget(target);
  const kind = parsed.kind === 'k8s' ? k8sResource(parsed.resource)?.plural : undefined;
  const isByRule = condition === undefined && jsonConditions.length === 0 && !gone;
  if (isByRule && (kind === 'jobs' || (kind === 'pods' && selector === undefined))) {
    const end =
      kind === 'jobs' ? 'complete; --condition Failed' : 'ready; --expect-json \'@.status.phase == "Failed"\'';
    throw fault(`would end the wait when it is ${end} is about its failure`);
  }
  return { kind: 'wait', targets: operands, options: values };
}

/** The guards of a step. */
export const guardsOf = ({ options }: WaitStep): WaitStep[] => options.failIf.map(parseGuard);

/** The text of a guard with the paths in it moved. A rehearsal needs it. */
export function moveGuardPaths(text: string, move: (path: string) => string): string {
  const { targets, options } = parseGuard(text);
  const moved = Object.entries(waitOptions).map(([name, option]) => {
    const value = options[name as keyof typeof options];
    const movePaths =
      'movePaths' in option ? (option.movePaths as (value: unknown, move: unknown) => unknown) : undefined;
    return [name, value === undefined || movePaths === undefined ? value : movePaths(value, move)];
  });
  const words = formatOptions(
    waitOptions,
    Object.fromEntries(moved) as typeof options,
    targets.map((target) => moveTargetPath(target, move)),
  );
  return joinWords(words);
}
