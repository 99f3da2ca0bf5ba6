// The functionConfig: what inject's flags hold, as fields. Checked for its form here; what the values mean, the flags say.
import { YAMLParseError } from 'yaml';
import { Failure, parsePlan, type Step, suggest } from '../../../helper/src/contract/index.ts';
import type { Fault } from '../fault.ts';

/** A field of the functionConfig, by the flag that it stands for. */
type FieldKind = 'text' | 'texts' | 'switch';

export const configFields = {
  separate: { flag: 'separate', kind: 'switch' },
  sizeLimit: { flag: 'size-limit', kind: 'text' },
  claim: { flag: 'claim', kind: 'text' },
  secretEnv: { flag: 'secret-env', kind: 'texts' },
  mount: { flag: 'mount', kind: 'texts' },
  requests: { flag: 'requests', kind: 'text' },
  limits: { flag: 'limits', kind: 'text' },
  logFormat: { flag: 'log-format', kind: 'text' },
  logLevel: { flag: 'log-level', kind: 'text' },
  name: { flag: 'name', kind: 'text' },
  kubeVersion: { flag: 'kube-version', kind: 'text' },
  helperImage: { flag: 'helper-image', kind: 'text' },
  first: { flag: 'first', kind: 'switch' },
  last: { flag: 'last', kind: 'switch' },
  before: { flag: 'before', kind: 'text' },
  after: { flag: 'after', kind: 'text' },
  container: { flag: 'container', kind: 'texts' },
  only: { flag: 'only', kind: 'texts' },
  check: { flag: 'check', kind: 'switch' },
} as const satisfies Readonly<Record<string, { flag: string; kind: FieldKind }>>;

export interface FunctionConfig {
  readonly steps: readonly Step[];
  /** By the flag's name, as a command line would give them. */
  readonly args: Readonly<Record<string, string | readonly string[] | boolean>>;
  /** Where the fields stand: `spec`, or the `data` of a ConfigMap. */
  readonly root: 'spec' | 'data';
}

/** A fault of the functionConfig: the field, and what should stand there if that is known. */
export class ConfigFault extends Error {
  readonly path: string;
  readonly current: string | undefined;
  readonly proposed: string | undefined;

  constructor(path: string, message: string, { current, proposed }: { current?: string; proposed?: string } = {}) {
    super(message);
    this.name = 'ConfigFault';
    this.path = path;
    this.current = current;
    this.proposed = proposed;
  }
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads a functionConfig: of any kind with a `spec`, or a ConfigMap, whose values are texts and whose lists are lines.
 * @param parseYaml for the steps of a ConfigMap
 * @throws ConfigFault
 */
export function readFunctionConfig(value: unknown, parseYaml: (text: string) => unknown): FunctionConfig {
  if (!isMapping(value)) throw new ConfigFault('functionConfig', 'there is none: it says which steps to put in');
  const root = value.kind === 'ConfigMap' ? 'data' : 'spec';
  const fields = value[root];
  if (!isMapping(fields)) throw new ConfigFault(root, `functionConfig has no ${root}`);
  const known = ['steps', ...Object.keys(configFields)];
  const args: Record<string, string | readonly string[] | boolean> = {};
  for (const [key, given] of Object.entries(fields)) {
    if (key === 'steps') continue;
    const field = (configFields as Readonly<Record<string, { flag: string; kind: FieldKind }>>)[key];
    if (field === undefined) {
      const proposed = suggest(
        key.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
        known,
      );
      const cure = proposed === undefined ? `it takes ${known.join(', ')}` : `did you mean ${proposed}?`;
      throw new ConfigFault(`${root}.${key}`, `unknown field ${key}; ${cure}`, {
        current: key,
        ...(proposed === undefined ? {} : { proposed }),
      });
    }
    args[field.flag] = readField(`${root}.${key}`, field.kind, given);
  }
  return { steps: readSteps(root, fields.steps, parseYaml), args, root };
}

function readField(path: string, kind: FieldKind, given: unknown): string | readonly string[] | boolean {
  if (kind === 'texts') {
    const texts = typeof given === 'string' ? given.split('\n').filter((line) => line.trim() !== '') : given;
    if (Array.isArray(texts) && texts.every((text) => typeof text === 'string'))
      return texts.map((text) => text.trim());
    throw new ConfigFault(path, 'is not a list of texts');
  }
  if (typeof given !== 'string' || given === '') throw new ConfigFault(path, 'is not a single value');
  if (kind === 'text') return given;
  if (given === 'true' || given === 'false') return given === 'true';
  throw new ConfigFault(path, 'is neither true nor false', { current: given });
}

function readSteps(root: string, given: unknown, parseYaml: (text: string) => unknown): readonly Step[] {
  const path = `${root}.steps`;
  if (given === undefined) throw new ConfigFault(path, "no step; such as ['wait tcp://db:5432']");
  const value = typeof given === 'string' ? read(given, path, parseYaml) : given;
  try {
    return parsePlan(value).items.map((item, index) => {
      if (item.kind !== 'together') return item;
      throw new ConfigFault(`${path}[${index}]`, 'steps at once are for plans alone: write one after the other');
    });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const [, number, rest] = /^plan, step (\d+): (.*)$/s.exec(error.message) ?? [];
    const index = Number(number) - 1;
    const item: unknown = Array.isArray(value) ? value[index] : undefined;
    const values = typeof item === 'string' ? proposal(item, error.message) : {};
    throw new ConfigFault(number === undefined ? path : `${path}[${index}]`, rest ?? error.message, values);
  }
}

function read(given: string, path: string, parseYaml: (text: string) => unknown): unknown {
  try {
    return parseYaml(given);
  } catch (error) {
    // of the parser, or of an alias that stands for nothing
    if (!(error instanceof YAMLParseError || error instanceof ReferenceError)) throw error;
    throw new ConfigFault(path, `is not YAML: ${error.message.split('\n')[0]}`);
  }
}

/** The line of a step, and the line without its slip, where the message names both. */
function proposal(current: string, message: string): { current: string; proposed?: string } {
  const [, right] = /did you mean (\S+)\?/.exec(message) ?? [];
  const [, wrong] = /(?:not "|unknown option )([^";]+)/.exec(message) ?? [];
  if (right === undefined || wrong === undefined || !current.includes(wrong)) return { current };
  return { current, proposed: current.replace(wrong, right) };
}

/** A fault in one sentence, with fields in place of the flags that they stand for. */
export function faultText({ message, cure }: Fault): string {
  const fields = Object.entries(configFields);
  const text = [message, cure].filter((part) => part !== undefined).join('; ');
  return text.replace(/--([a-z-]+)/g, (word, flag: string) => fields.find(([, one]) => one.flag === flag)?.[0] ?? word);
}

/** A fault of the flags, about the field that stands for the flag. */
export function asConfigFault(fault: Fault, root: string): ConfigFault {
  const flag = /^--([a-z-]+)/.exec(fault.message)?.[1];
  const field = Object.entries(configFields).find(([, one]) => one.flag === flag)?.[0];
  const text = faultText(fault);
  return field === undefined
    ? new ConfigFault(root, text)
    : new ConfigFault(`${root}.${field}`, text.replace(`${field}: `, ''));
}
