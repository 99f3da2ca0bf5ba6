// What the helper is asked to do in a container, by its own reader of arguments and plans; or why that is not known.
import { posix } from 'node:path';
import {
  Failure,
  otherVariables,
  type Plan,
  parseArgs,
  parsePlan,
  type Step,
} from '../../../helper/src/contract/index.ts';
import type { Container, Pod } from './pod.ts';
import type { Value } from './value.ts';
import type { LintObject, World } from './world.ts';

/** A step, and where it stands. */
export interface PlacedStep {
  readonly step: Step;
  /** The argument or plan that holds a text, such as a target; else the step as a whole. */
  placeOf(text: string): Value;
}

export type HelperUse =
  /** In order; those of one item run at the same time. */
  | { readonly kind: 'steps'; readonly items: readonly (readonly PlacedStep[])[] }
  | { readonly kind: 'fault'; readonly message: string; readonly at: Value }
  /** No helper, or its arguments depend on what the inputs don't say. */
  | { readonly kind: 'unknown' };

const unknown: HelperUse = { kind: 'unknown' };

const known = new WeakMap<Container, HelperUse>();

/** How a container uses the helper. */
export function helperUse(container: Container, { pod, namespace }: LintObject, world: World): HelperUse {
  const found = known.get(container);
  if (found !== undefined) return found;
  const use = pod === undefined ? unknown : read(container, pod, namespace, world);
  known.set(container, use);
  return use;
}

/** All steps of a container, whatever runs at the same time. */
export function stepsOf(container: Container, object: LintObject, world: World): PlacedStep[] {
  const use = helperUse(container, object, world);
  return use.kind === 'steps' ? use.items.flat() : [];
}

function read({ value, image, mounts }: Container, pod: Pod, namespace: string, world: World): HelperUse {
  if (!world.settings.isHelper(image)) return unknown;
  const words = wordsOf(value);
  const env = environmentOf(value, namespace, world);
  if (words === undefined || env === undefined) return unknown;
  const expanded = words.map((word) => expand(word.text ?? '', env));
  if (expanded.some((word) => word === undefined)) return unknown;
  const argv = expanded as string[];
  const around = words.length === 0 ? value : (value.get('args') ?? value);
  const placeIn = (text: string) => words[argv.indexOf(text)] ?? around;
  try {
    const command = parseArgs(argv, env);
    if (command.kind === 'step') return { kind: 'steps', items: [[{ step: command.step, placeOf: placeIn }]] };
    if (command.kind !== 'run') return unknown;
  } catch (error) {
    return faultOf(error, words, argv, around);
  }
  const path = argv.slice(1).find((word) => !word.startsWith('-'));
  const plan =
    path === undefined ? planVariable(value, namespace, world) : planFile(path, mounts, pod, namespace, world);
  if (plan === undefined) return unknown;
  try {
    const items = planItems(parsePlan(plan.data, env)).map((steps) =>
      steps.map((step) => ({ step, placeOf: () => plan.at })),
    );
    return { kind: 'steps', items };
  } catch (error) {
    return faultOf(error, [], [], plan.at);
  }
}

const planItems = (plan: Plan): Step[][] =>
  plan.items.map((item) => (item.kind === 'together' ? [...item.steps] : [item]));

function faultOf(error: unknown, words: readonly Value[], argv: readonly string[], around: Value): HelperUse {
  if (!(error instanceof Failure)) throw error;
  const { message } = error;
  // the word that the fault names, the longest where several are in it
  const named = argv
    .map((word, index) => ({ word, at: words[index] }))
    .filter(({ word }) => word.length > 1 && (message.includes(JSON.stringify(word)) || message.includes(` ${word}`)))
    .sort((a, b) => b.word.length - a.word.length)[0];
  return { kind: 'fault', message, at: named?.at ?? around };
}

/** The words behind the helper's name; undefined where another program runs. */
function wordsOf(value: Value): Value[] | undefined {
  const [program, ...words] = value.list('command');
  const args = value.list('args');
  if (program === undefined) return args;
  return posix.basename(program.text ?? '') === 'greenroom-helper' ? [...words, ...args] : undefined;
}

/** The variables whose values the inputs say; undefined where one that the helper reads is not known. */
function environmentOf(value: Value, namespace: string, world: World): Record<string, string> | undefined {
  if (value.get('envFrom') !== undefined) return undefined;
  const env: Record<string, string> = {};
  for (const variable of value.list('env')) {
    const name = variable.textAt('name') ?? '';
    const text = variable.textAt('value') ?? configMapText(variable, namespace, world)?.text;
    const expanded =
      text === undefined ? (variable.get('valueFrom') === undefined ? '' : undefined) : expand(text, env);
    if (expanded !== undefined) env[name] = expanded;
    else if (name.startsWith('GREENROOM_') && name !== otherVariables.plan) return undefined;
  }
  return env;
}

/** Undefined where a variable is named that may have a value that the inputs don't say. */
function expand(text: string, env: Readonly<Record<string, string>>): string | undefined {
  let whole = true;
  const expanded = text.replace(/\$\$|\$\(([^)]*)\)/g, (match, name?: string) => {
    if (name === undefined) return '$';
    whole &&= env[name] !== undefined;
    return env[name] ?? match;
  });
  return whole ? expanded : undefined;
}

interface PlanText {
  readonly data: unknown;
  readonly at: Value;
}

function planVariable(value: Value, namespace: string, world: World): PlanText | undefined {
  const variable = value.list('env').find((each) => each.textAt('name') === otherVariables.plan);
  const at = variable?.get('value') ?? (variable && configMapText(variable, namespace, world));
  return at === undefined ? undefined : asPlan(at, world);
}

/** A plan in a ConfigMap of the inputs that is mounted as a whole. */
function planFile(
  path: string,
  mounts: Container['mounts'],
  pod: Pod,
  namespace: string,
  world: World,
): PlanText | undefined {
  const mount = mounts.find((each) => posix.dirname(path) === each.path && each.subPath === '' && !each.byExpression);
  const source = pod.volumes.find(({ name }) => name === mount?.volume)?.value.get('configMap');
  if (source === undefined || source.get('items') !== undefined) return undefined;
  const map = world.find('ConfigMap', namespace, source.textAt('name') ?? '');
  const at = map?.value.get('data', posix.basename(path));
  return at === undefined ? undefined : asPlan(at, world);
}

function configMapText(variable: Value, namespace: string, world: World): Value | undefined {
  const ref = variable.get('valueFrom', 'configMapKeyRef');
  if (ref === undefined) return undefined;
  return world.find('ConfigMap', namespace, ref.textAt('name') ?? '')?.value.get('data', ref.textAt('key') ?? '');
}

function asPlan(at: Value, { settings }: World): PlanText | undefined {
  const text = at.text;
  // a plan with $(VARIABLES) is the kubelet's to complete
  if (text === undefined || /\$\(/.test(text)) return undefined;
  const data = settings.parseData(text);
  return data === undefined ? undefined : { data, at };
}
