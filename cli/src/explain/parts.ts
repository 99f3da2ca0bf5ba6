// What each container of a pod does, as far as its manifest says: the helper's steps, or that nobody knows. Pure.
import {
  describeDuration,
  Failure,
  type FetchStep,
  formatStep,
  joinWords,
  otherVariables,
  type Plan,
  parseArgs,
  parsePlan,
  parseTarget,
  redactUrl,
  type Step,
} from '../../../helper/src/contract/index.ts';
import { Fault } from '../fault.ts';
import type { Container } from '../rehearse/pod/pod-spec.ts';
import type { Values } from '../rehearse/pod/values.ts';
import { type Environment, environmentOf, expand } from '../rehearse/pod/variables.ts';
import { helperWords } from '../rehearse/processes/helper-command.ts';

export interface Part {
  readonly container: Container;
  readonly isHelper: boolean;
  /** In order; those of one item run at the same time. */
  readonly items: readonly (readonly Step[])[];
  /** Why the steps are not known; undefined where they are. */
  readonly unknown: string | undefined;
}

/** @param values of ConfigMaps and Secrets in the given files */
export function readPart(
  container: Container,
  isHelper: boolean,
  values: Values,
  parseData: (text: string) => unknown,
): Part {
  const part = { container, isHelper, items: [] };
  if (!isHelper) return { ...part, unknown: 'its image is not the helper: what it does and how long is not known' };
  try {
    const env = environmentOf(container, values, {});
    const words = helperWords(container).map((word) => expand(word, env));
    return { ...part, items: itemsOf(words, env, parseData), unknown: undefined };
  } catch (error) {
    if (error instanceof Fault || error instanceof Failure) return { ...part, unknown: error.message };
    throw error;
  }
}

function itemsOf(words: readonly string[], env: Environment, parseData: (text: string) => unknown): Step[][] {
  const command = parseArgs(words, env);
  if (command.kind === 'step') return [[command.step]];
  if (command.kind !== 'run') throw new Fault('input', `it only prints its ${command.kind}`);
  if (command.planPath !== undefined) throw new Fault('input', `its plan lies in ${command.planPath}`);
  const text = env[otherVariables.plan];
  if (text === undefined) throw new Fault('input', 'it has no plan');
  const plan: Plan = parsePlan(parseData(text), env);
  return plan.items.map((item) => (item.kind === 'together' ? [...item.steps] : [item]));
}

/** A step in the words of the manifest. */
export function stepText(step: Step): string {
  return joinWords(formatStep(step));
}

/** A step in a few words, for a picture: without its options, and without the values of queries, which may be secret. */
export function stepTitle(step: Step): string {
  const operands =
    step.kind === 'wait'
      ? step.targets.map((target) => parseTarget(target).text)
      : [redactUrl(step.source), '→', step.destination];
  return [step.kind, ...operands].join(' ');
}

/** The time that the steps of a part may take until the helper gives up; undefined where that is not known. */
export function worstMs({ items, unknown }: Part): number | undefined {
  if (unknown !== undefined) return undefined;
  return items.reduce((sum, steps) => sum + Math.max(...steps.map(({ options }) => options.deadlineMs)), 0);
}

export function fetchesOf({ items }: Part): FetchStep[] {
  return items.flat().filter((step): step is FetchStep => step.kind === 'fetch');
}

export function describeWorst(part: Part): string {
  const ms = worstMs(part);
  return ms === undefined ? 'unknown' : describeDuration(ms);
}
