// A plan: steps in order, some of them at once. Reads what a YAML or JSON parser gave; pure.
import { Failure } from '../core/failure.ts';
import { suggest } from '../core/suggest.ts';
import type { Environment } from './environment.ts';
import type { Option } from './option.ts';
import { formatStep, parseStep, type Step, type StepKind, stepKinds, stepOptions } from './step.ts';
import { joinWords, splitWords } from './words.ts';

/** Steps that run at the same time; all of them must succeed. */
export interface Together {
  readonly kind: 'together';
  readonly steps: readonly Step[];
}

export interface Plan {
  readonly items: readonly (Step | Together)[];
}

/**
 * Reads a plan: a list, or a mapping with the list under `steps`. An item of it is
 * - a line of words: `wait tcp://db:5432 --deadline 2m`,
 * - a list of words: `[wait, "tcp://db:5432"]`,
 * - a mapping: `{wait: tcp://db:5432, deadline: 2m}` or `{fetch: URL, to: PATH, sha256: …}`,
 * - `{together: [steps]}`, which run at once.
 * @param env gives what the steps leave open
 * @throws Failure USAGE, naming the item
 */
export function parsePlan(value: unknown, env: Environment = {}): Plan {
  const list = isMapping(value) ? value.steps : value;
  if (isMapping(value)) {
    const surplus = Object.keys(value).find((key) => key !== 'steps');
    if (surplus !== undefined)
      throw new Failure('USAGE', `plan: unknown key ${JSON.stringify(surplus)}; it takes "steps"`);
  }
  if (!Array.isArray(list) || list.length === 0) {
    throw new Failure('USAGE', 'plan: is not a list of steps, such as "- wait tcp://db:5432"');
  }
  return { items: list.map((item, index) => parseItem(item, `plan, step ${index + 1}`, env)) };
}

function parseItem(item: unknown, where: string, env: Environment): Step | Together {
  if (!isMapping(item) || !('together' in item)) return parsePlanStep(item, where, env);
  const surplus = Object.keys(item).find((key) => key !== 'together');
  if (surplus !== undefined)
    throw new Failure('USAGE', `${where}: ${JSON.stringify(surplus)} stands beside "together"`);
  if (!Array.isArray(item.together) || item.together.length === 0) {
    throw new Failure('USAGE', `${where}: "together" is not a list of steps`);
  }
  const steps = item.together.map((step, index) => parsePlanStep(step, `${where}.${index + 1}`, env));
  checkDestinations(steps, where);
  return { kind: 'together', steps };
}

/** Of two downloads to one place, at once, chance would say which of them stays there. */
function checkDestinations(steps: readonly Step[], where: string): void {
  const taken = new Map<string, number>();
  for (const [index, step] of steps.entries()) {
    // a slash at the end stands for a name that the source gives
    if (step.kind !== 'fetch' || step.destination.endsWith('/')) continue;
    const earlier = taken.get(step.destination);
    if (earlier !== undefined) {
      const both = `steps ${earlier + 1} and ${index + 1} of "together"`;
      throw new Failure('USAGE', `${where}: ${both} both write ${step.destination}, at the same time`, {
        hint: 'Give them different destinations, or put one behind the other, outside of "together"',
      });
    }
    taken.set(step.destination, index);
  }
}

function parsePlanStep(item: unknown, where: string, env: Environment): Step {
  try {
    return parseStep(wordsOf(item), env);
  } catch (error) {
    if (error instanceof Failure) throw new Failure(error.code, `${where}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** The words that an item stands for, whichever way it is written. */
function wordsOf(item: unknown): string[] {
  if (typeof item === 'string') return splitWords(item);
  if (Array.isArray(item)) return item.map((word) => scalar(word, 'a word of the list'));
  if (isMapping(item)) return wordsOfMapping(item);
  throw new Failure('USAGE', `is ${item === null ? 'empty' : typeof item}, not a step such as "wait tcp://db:5432"`);
}

function wordsOfMapping(item: Record<string, unknown>): string[] {
  const kind = stepKinds.find((candidate) => candidate in item);
  if (kind === undefined) {
    if ('together' in item) throw new Failure('USAGE', '"together" stands under "together" already');
    throw new Failure('USAGE', `has none of the keys ${[...stepKinds, 'together'].join(', ')}`);
  }
  const { [kind]: operands, to, ...rest } = item;
  const words: string[] = [];
  for (const [key, value] of Object.entries(rest)) words.push(...wordsOfOption(kind, key, value));
  words.push('--', ...[operands].flat().map((operand) => scalar(operand, kind)));
  if (kind === 'fetch' && to !== undefined) words.push(scalar(to, 'to'));
  else if (to !== undefined) throw new Failure('USAGE', `"to" belongs to fetch, not to ${kind}`);
  return [kind, ...words];
}

function wordsOfOption(kind: StepKind, key: string, value: unknown): string[] {
  const options: Option<unknown>[] = Object.values(stepOptions[kind]);
  const option = options.find(({ flag }) => flag === key);
  if (option === undefined) {
    const keys = [...options.map(({ flag }) => flag), ...(kind === 'fetch' ? ['to'] : [])];
    const nearest = suggest(key, keys);
    throw new Failure(
      'USAGE',
      `unknown key ${JSON.stringify(key)}${nearest === undefined ? `; ${kind} takes ${keys.join(', ')}` : `; did you mean ${nearest}?`}`,
    );
  }
  if (option.kind === 'mode' && typeof value === 'number') {
    // JSON has no octal numbers: is 644 meant as written, or is it 0644 after a conversion to 420?
    throw new Failure('USAGE', `${key}: write the mode in quotes, such as "0644"`);
  }
  const values = option.kind === 'list' ? [value].flat() : [value];
  return values.map((one) => `--${key}=${scalar(one, key)}`);
}

function scalar(value: unknown, where: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Failure('USAGE', `${where}: is not a single value`);
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A plan as data that `parsePlan` reads back: a line of words for each step. */
export function formatPlan(plan: Plan): unknown[] {
  const line = (step: Step) => joinWords(formatStep(step));
  return plan.items.map((item) => (item.kind === 'together' ? { together: item.steps.map(line) } : line(item)));
}
