// --fail-if: a wait step without the word, with one target and the options that are for it. When it holds, the step
// that it guards has failed for good. Pure.
import { Failure } from '../core/failure.ts';
import { checkWait } from './check-wait.ts';
import { k8sResource } from './k8s-resources.ts';
import { parseOptions } from './options.ts';
import { parseTarget } from './target.ts';
import { type WaitOptions, waitOptions } from './wait-options.ts';
import { splitWords } from './words.ts';

/** As a step has it, but for its guards. */
export interface GuardStep {
  readonly kind: 'wait';
  /** One. */
  readonly targets: readonly string[];
  readonly options: WaitOptions;
}

// what is of the step that is guarded, and of its guard cannot be
const ofTheStep = ['any', 'atLeast', 'deadlineMs', 'splayMs', 'failIf'] as const;

/**
 * Reads a guard, such as `k8s://job/migrate --condition Failed`.
 * @throws Failure USAGE
 */
export function parseGuard(text: string): GuardStep {
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
export const guardsOf = ({ options }: { readonly options: WaitOptions }): GuardStep[] => options.failIf.map(parseGuard);
