// Every example of manifests/, which the CLI wrote, in a namespace that enforces PodSecurity "restricted": it is
// admitted, and its helper starts. What it waits for and downloads is not there: other cases are about that.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { helper, onCluster, stage } from '../case.ts';
import { wasCreated } from '../pod.ts';

interface Container {
  readonly name: string;
  image: string;
  command?: string[];
  args?: string[];
  resources?: object;
  readonly restartPolicy?: string;
  startupProbe?: object;
  securityContext?: { readonly runAsUser?: unknown; readonly readOnlyRootFilesystem?: unknown };
}
interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: Record<string, unknown>;
}

const folder = join(import.meta.dirname, '../../../manifests');
const files = globSync('*.yaml', { cwd: folder }).toSorted();
/** A file's objects of Kubernetes: a plan for `run` is none. */
const read = (file: string): Resource[] =>
  parseAllDocuments(readFileSync(join(folder, file), 'utf8'))
    .map((document) => document.toJS() as Resource)
    .filter((document) => document.kind !== undefined);

/** All values under a key, however deep. */
function valuesOf(node: unknown, key: string): unknown[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) => [...(name === key ? [value] : []), ...valuesOf(value, key)]);
}
const containers = (resource: Resource, key: 'containers' | 'initContainers') =>
  valuesOf(resource, key).flat() as Container[];

const isSidecar = ({ restartPolicy }: Container) => restartPolicy === 'Always';

/** The app's image is the reader's to put in; here it is the stage's. */
function putImages(resource: Resource): void {
  const inits = containers(resource, 'initContainers');
  for (const container of inits) container.image = helper;
  for (const container of [...inits.filter(isSidecar), ...containers(resource, 'containers')]) {
    delete container.startupProbe;
    container.image = stage;
    container.command = ['sleep', '1000'];
    delete container.args;
    delete container.resources; // all at once on a small machine
  }
}

/** The ConfigMaps and Secrets that the reader is to bring. */
function whatItNeeds(resource: Resource): object[] {
  const configMaps = [...valuesOf(resource, 'configMap'), ...valuesOf(resource, 'configMapKeyRef')];
  const secrets = [...valuesOf(resource, 'secretKeyRef'), ...valuesOf(resource, 'secret')];
  const one = (kind: string) => (reference: unknown) => {
    const { name, secretName, key } = reference as { name?: string; secretName?: string; key?: string };
    const data = { [key ?? 'ca.crt']: '' };
    return {
      apiVersion: 'v1',
      kind,
      metadata: { name: name ?? secretName },
      [kind === 'Secret' ? 'stringData' : 'data']: data,
    };
  };
  return [...configMaps.map(one('ConfigMap')), ...secrets.map(one('Secret'))];
}

onCluster(
  'every example is admitted under "restricted", as a numeric user on a read-only root, and its helper starts',
  async (namespace, t) => {
    assert.ok(files.length > 0);
    const resources = files.flatMap(read);
    const needs = resources.flatMap(whatItNeeds);
    for (const resource of resources) putImages(resource);
    const { code, stderr } = await namespace.tryToApply(...needs, ...resources);
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /violate/, 'nor does the API server warn');
    for (const { kind, metadata } of resources) {
      if (kind === 'CronJob')
        await namespace.kubectl('create', 'job', metadata.name, `--from=cronjob/${metadata.name}`);
    }
    for (const file of files) {
      for (const resource of read(file)) {
        const init = containers(resource, 'initContainers').find((container) => !isSidecar(container));
        if (init === undefined) continue;
        await t.test(`${basename(file)}: ${resource.kind} ${resource.metadata.name}`, async () => {
          assert.equal(typeof init.securityContext?.runAsUser, 'number');
          assert.equal(init.securityContext?.readOnlyRootFilesystem, true);
          await namespace.pod(resource.metadata.name, 'its helper has started', (pod) => wasCreated(pod, init.name));
        });
      }
    }
  },
  { labels: { 'pod-security.kubernetes.io/enforce': 'restricted', 'pod-security.kubernetes.io/warn': 'restricted' } },
);
