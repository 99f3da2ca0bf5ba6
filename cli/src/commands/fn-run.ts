// One call of the KRM function: ResourceList in, ResourceList with results out. Faults are results, too.
import { parse as parseYaml } from 'yaml';
import type { Call } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { Fault } from '../fault.ts';
import { asConfigFault, ConfigFault, type FunctionConfig, faultText, readFunctionConfig } from '../fn/config.ts';
import {
  type ItemReference,
  type ResourceList,
  type Result,
  readResourceList,
  resultNode,
  withResults,
} from '../fn/resource-list.ts';
import { inject } from '../inject/inject.ts';
import { transformFile, type Verdict } from '../inject/transform.ts';
import { podPaths } from '../manifest/workload.ts';
import { readAll } from '../streams.ts';
import { readPosition } from './inject.ts';
import { readHelperOptions } from './read-helper-flags.ts';
import { selectObjects } from './transform-inputs.ts';

/** @throws Fault input where standard input holds no ResourceList; every other fault is a result */
export async function runFunction({ shell }: Call): Promise<number> {
  const text = Buffer.from(await readAll(shell.streams.in)).toString();
  const resources = readResourceList(text);
  const { changed, results, end } = await change(text, resources, shell);
  shell.streams.out.write(withResults(changed, results.map(resultNode)));
  for (const { severity, message, item } of results) {
    const who = item === undefined ? '' : `${item.kind}/${item.name}`;
    shell.streams.err.write(`${severity}: ${message.startsWith(who) ? message : `${who} ${message}`}\n`);
  }
  return exitCodes[end].code;
}

interface Outcome {
  readonly changed: string;
  readonly results: readonly Result[];
  readonly end: 'success' | 'different' | 'input';
}

async function change(text: string, { items, functionConfig }: ResourceList, shell: Call['shell']): Promise<Outcome> {
  const failed = (result: Omit<Result, 'severity'>): Outcome => ({
    changed: text,
    results: [{ severity: 'error', ...result }],
    end: 'input',
  });
  try {
    const config = readFunctionConfig(functionConfig, (yaml) => parseYaml(yaml, { schema: 'failsafe' }));
    const { options, selection, requireMet, check } = await readOptions(config, shell);
    const { text: changed, verdicts } = transformFile('-', text, selection, inject(options));
    requireMet();
    if (verdicts.every(({ outcome }) => outcome === 'skipped')) {
      const kinds = Object.keys(podPaths).join(', ');
      return failed({ message: `there is no pod to work on; pods are in ${kinds}`, item: undefined });
    }
    const results = verdicts
      .filter(({ outcome }) => outcome !== 'skipped')
      .map((verdict) => resultOf(verdict, itemAt(items, verdict.line), options.name, check));
    const wanted = results.some(({ severity }) => severity === 'error');
    return { changed: check ? text : changed, results, end: wanted ? 'different' : 'success' };
  } catch (error) {
    if (error instanceof ConfigFault) {
      const { path, current: currentValue, proposed: proposedValue, message } = error;
      const values = {
        ...(currentValue === undefined ? {} : { currentValue }),
        ...(proposedValue === undefined ? {} : { proposedValue }),
      };
      return failed({ message: `${path}: ${message}`, item: configItem(functionConfig), field: { path, ...values } });
    }
    if (!(error instanceof Fault)) throw error;
    return failed({
      message: faultText(error),
      item: error.place === undefined ? undefined : itemAt(items, error.place.line),
    });
  }
}

type FunctionArguments = Parameters<typeof readHelperOptions>[0] &
  Parameters<typeof readPosition>[0] & {
    readonly container?: readonly string[];
    readonly only?: readonly string[];
    readonly check?: boolean;
  };

async function readOptions(config: FunctionConfig, shell: Call['shell']) {
  try {
    const args = { name: 'greenroom', ...config.args } as unknown as FunctionArguments;
    const helper = await readHelperOptions(args, config.steps, shell);
    return {
      options: { ...helper, position: readPosition(args), containers: args.container ?? [] },
      ...selectObjects(args.only ?? []),
      check: args.check === true,
    };
  } catch (error) {
    throw error instanceof Fault ? asConfigFault(error, config.root) : error;
  }
}

/** The item that a line of the list belongs to. */
const itemAt = (items: readonly ItemReference[], line: number) => items.findLast(({ fromLine }) => fromLine <= line);

/** The functionConfig as what a result is about. */
function configItem(value: unknown): ItemReference | undefined {
  const { apiVersion, kind, metadata } = (value ?? {}) as Record<string, unknown>;
  const { name, namespace } = (metadata ?? {}) as Record<string, unknown>;
  if (typeof kind !== 'string') return undefined;
  return {
    fromLine: 0,
    apiVersion: typeof apiVersion === 'string' ? apiVersion : '',
    kind,
    name: typeof name === 'string' ? name : '',
    namespace: typeof namespace === 'string' ? namespace : undefined,
    path: undefined,
    index: undefined,
  };
}

function resultOf({ outcome, detail }: Verdict, item: ItemReference | undefined, name: string, check: boolean): Result {
  const wanted = check && outcome !== 'unchanged';
  const path = [...(podPaths[item?.kind ?? ''] ?? []), 'initContainers'].join('.');
  return {
    severity: wanted ? 'error' : 'info',
    message: wanted ? `would be ${outcome}: ${detail}` : `${outcome}: ${detail}`,
    item,
    field: { path, ...(wanted ? { proposedValue: name } : {}) },
  };
}
