// The forms of output of `greenroom inject`, applied by kubectl to an object that is in the cluster.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { greenroom, onCluster } from '../case.ts';

const app = parse(readFileSync(join(import.meta.dirname, '../../golden/patch/app.yaml'), 'utf8'));
const args = ['inject', '--wait', 'tcp://db:5432', '--fetch', 'https://example.org/a /srv/a', '--after', 'migrate'];

onCluster(
  'a JSON patch and a strategic merge patch by kubectl give what an injected manifest gives',
  async (namespace) => {
    const folder = mkdtempSync(join(tmpdir(), 'greenroom-patch-'));
    try {
      const manifest = (name: string) => stringify({ ...app, metadata: { name }, spec: { ...app.spec, replicas: 0 } });
      const podOf = async (name: string) =>
        JSON.parse(await namespace.kubectl('get', 'deployment', name, '-o', 'json')).spec.template.spec;
      await namespace.apply(await greenroom([...args, '-'], manifest('injected')));
      const wanted = await podOf('injected');
      assert.deepEqual(
        wanted.initContainers.map(({ name }: { name: string }) => name),
        ['migrate', 'greenroom', 'seed'],
      );
      for (const [form, type] of [
        ['patch', 'json'],
        ['strategic', 'strategic'],
      ] as const) {
        await namespace.apply(manifest(form));
        const file = join(folder, form);
        writeFileSync(file, await greenroom([...args, '-o', form, '-'], manifest(form)));
        await namespace.kubectl('patch', 'deployment', form, '--type', type, '--patch-file', file);
        const given = await podOf(form);
        const byName = ({ name: one }: { name: string }, { name: other }: { name: string }) => (one < other ? -1 : 1);
        assert.deepEqual(given.initContainers, wanted.initContainers, form);
        assert.deepEqual(given.volumes.toSorted(byName), wanted.volumes.toSorted(byName), form);
        for (const [index, { volumeMounts = [] }] of given.containers.entries()) {
          assert.deepEqual(
            volumeMounts.toSorted(byName),
            (wanted.containers[index].volumeMounts ?? []).toSorted(byName),
          );
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
