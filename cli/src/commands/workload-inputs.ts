// What `rehearse` and `explain` read alike: files, workloads, the helper's image.
import { parse as parseYaml } from 'yaml';
import { parseDuration } from '../../../helper/src/contract/index.ts';
import type { Call } from '../command.ts';
import { Fault } from '../fault.ts';
import { readSources } from '../manifest/read.ts';
import { type ManifestObject, readObjects } from '../rehearse/pod/documents.ts';
import type { Container } from '../rehearse/pod/pod-spec.ts';
import { readWorkloads, type Workload, workloadKinds } from '../rehearse/pod/workload.ts';

/** @throws Fault input */
export async function readInputs(
  inputs: readonly string[],
  { streams, folder }: Call['shell'],
): Promise<ManifestObject[]> {
  const sources = await readSources(inputs, folder, streams.in);
  return sources.flatMap(({ name, text }) => readObjects(name, text));
}

/**
 * The workloads among the objects, or the one that `only` names.
 * @throws Fault input where there is none
 */
export function selectWorkloads(
  objects: readonly ManifestObject[],
  namespace: string,
  only: string | undefined,
): readonly Workload[] {
  const workloads = readWorkloads(objects, namespace);
  if (workloads.length === 0) {
    throw new Fault('input', `the input holds no pod: none of ${workloadKinds.join(', ')}`);
  }
  if (only === undefined) return workloads;
  const found = workloads.filter(
    ({ kind, name }) => name === only || `${kind}/${name}`.toLowerCase() === only.toLowerCase(),
  );
  if (found.length > 0) return found;
  const names = workloads.map(({ kind, name }) => `${kind}/${name}`);
  throw new Fault('usage', `--only ${only}: there is no such workload`, { cure: `it is one of ${someOf(names)}` });
}

/** The first few of many names, and how many there are beside them. */
export function someOf(names: readonly string[]): string {
  const few = names.slice(0, 5);
  const others = names.length - few.length;
  return [...few, ...(others === 0 ? [] : [`${others} others`])].join(', ');
}

/** Whether a container runs the helper: its image is the one of the setting, or any that is called so. */
export function isHelperImage({ image }: Pick<Container, 'image'>, setting: string): boolean {
  return image === setting || /(?:^|\/)greenroom\/helper(?:[:@][\w.:-]+)*$/.test(image);
}

/** Reads a plan's YAML or JSON; undefined where it is neither. */
export function parseData(text: string): unknown {
  try {
    return parseYaml(text);
  } catch {
    return undefined;
  }
}

/** @throws Fault usage */
export function readDurationFlag(command: string, flag: string, text: string): number {
  const value = parseDuration(text);
  if (value !== undefined) return value;
  throw new Fault(
    'usage',
    `${command}: --${flag}: ${JSON.stringify(text)} is not a duration with a unit, such as 30s or 5m`,
  );
}
