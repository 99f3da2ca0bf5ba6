// What changed, in the form that another tool takes: JSON, patches, a kustomize component, values of a chart.
import { Fault } from '../fault.ts';
import { formatBlock, type Style } from '../manifest/format.ts';
import { flowMap, list, literal, map, type NewNode } from '../manifest/node.ts';
import { isValues, readValues, type Values } from '../manifest/values.ts';
import { changesOf, type ObjectChange, without } from './changes.ts';
import { jsonPatch } from './json-patch.ts';
import { plainNode } from './plain-node.ts';
import { strategicPatch } from './strategic.ts';

/** Forms of output beside the manifests as they are written. */
export const outputForms = ['json', 'patch', 'strategic', 'kustomize'] as const;

export type OutputForm = (typeof outputForms)[number];

/** A file before and after. */
export interface ChangedText {
  readonly name: string;
  readonly before: string;
  readonly text: string;
}

const style: Style = { step: 2, dash: 0, gap: 2, json: false };

const yaml = (node: NewNode) => `${formatBlock(node, 0, style).join('\n')}\n`;
const json = (value: unknown) => `${JSON.stringify(value, asJson, 2)}\n`;

// TypeScript does not know it yet
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

/** @throws Fault input for a number that JSON has no form for: kubectl refuses it, too */
function asJson(key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return rawJSON(String(value));
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  throw new Fault('input', `${key}: .nan and .inf are numbers that JSON has no form for`, { cure: 'put it in quotes' });
}

/** @throws Fault usage where the form is for another number of objects */
export function formatOutput(form: OutputForm, files: readonly ChangedText[]): string {
  if (form === 'json') return jsonOf(files.flatMap(({ name, text }) => readValues(name, text)));
  const changes = files.flatMap(({ name, before, text }) => changesOf(name, before, text));
  switch (form) {
    case 'patch':
      return json(changes.length === 0 ? [] : jsonPatch(onlyOne(changes, '-o patch', '; -o kustomize takes several')));
    case 'strategic':
      return changes.map((change) => yaml(plainNode(strategicPatch(change)))).join('---\n');
    case 'kustomize':
      return component(changes);
  }
}

/** One object as it is, several as a List: kubectl takes both. */
export const jsonOf = (objects: readonly Values[]): string =>
  json(objects.length === 1 ? objects[0] : { apiVersion: 'v1', kind: 'List', items: objects });

function onlyOne(changes: readonly ObjectChange[], what: string, more: string): ObjectChange {
  const [change, ...others] = changes;
  if (change !== undefined && others.length === 0) return change;
  const names = changes.map(({ before }) => `${before.kind}/${metadataOf(before).name}`);
  throw new Fault('usage', `${what} is for one object, and ${changes.length} would change`, {
    cure: `choose one with --only: ${names.join(', ')}${more}`,
  });
}

const metadataOf = (object: Values): Values => (isValues(object.metadata) ? object.metadata : {});

/** https://kubectl.docs.kubernetes.io/guides/config_management/components/ */
function component(changes: readonly ObjectChange[]): string {
  const patches = changes.map((change) => {
    const [version, group] = String(change.before.apiVersion ?? '')
      .split('/')
      .toReversed();
    const { name, namespace } = metadataOf(change.before);
    const target = { group, version, kind: change.before.kind, name, namespace };
    const given = Object.entries(target).filter(([, value]) => value !== undefined && value !== '');
    return map({
      target: flowMap(Object.fromEntries(given.map(([key, value]) => [key, String(value)]))),
      patch: literal(yaml(list(jsonPatch(change).map(plainNode)))),
    });
  });
  const head = { apiVersion: 'kustomize.config.k8s.io/v1alpha1', kind: 'Component' };
  return yaml(map({ ...head, patches: list(patches) }));
}

/** Where a chart takes what is put into a pod, as keys of its values. */
export interface ValuePaths {
  readonly containers: string;
  readonly volumes: string;
  readonly mounts: string;
}

/**
 * `extraInitContainers`, and for volumes and mounts the names that charts have beside it; or all three, by commas.
 * @throws Fault usage
 */
export function readValuePaths(text: string): ValuePaths {
  const paths = text.split(',').map((path) => path.trim());
  if (!paths.every((path) => /^[\w-]+(?:\.[\w-]+)*$/.test(path)) || (paths.length !== 1 && paths.length !== 3)) {
    throw new Fault('usage', `--values: ${JSON.stringify(text)} is neither one key of a chart's values nor three`, {
      cure: 'such as extraInitContainers, or server.initContainers,server.volumes,server.volumeMounts',
    });
  }
  const [containers = '', volumes, mounts] = paths;
  const sibling = (word: string) =>
    /InitContainers$/.test(containers)
      ? containers.replace(/InitContainers$/, word)
      : containers.replace(/[\w-]+$/, word.charAt(0).toLowerCase() + word.slice(1));
  return { containers, volumes: volumes ?? sibling('Volumes'), mounts: mounts ?? sibling('VolumeMounts') };
}

/**
 * What to write into a chart's values, so that it renders what inject would put in.
 * @throws Fault usage where more than one object would change
 */
export function formatValues(paths: ValuePaths, files: readonly ChangedText[]): string {
  const changes = files.flatMap(({ name, before, text }) => changesOf(name, before, text));
  if (changes.length === 0) return '';
  const { lists } = onlyOne(changes, '--values', '');
  const mounted = lists.filter(({ container }) => container !== undefined);
  if (mounted.length > 1) {
    throw new Fault('usage', '--values: the chart has one list of mounts, and several containers would get some');
  }
  const root: Record<string, unknown> = {};
  for (const { list: name, before = [], after = [] } of lists) {
    const path = { initContainers: paths.containers, volumes: paths.volumes, volumeMounts: paths.mounts }[name];
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    const parent = keys.reduce<Record<string, unknown>>((found, key) => {
      found[key] ??= {};
      return found[key] as Record<string, unknown>;
    }, root);
    parent[last] = without(after, before);
  }
  return yaml(plainNode(root));
}
