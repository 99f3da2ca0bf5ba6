// Every form of output, applied by a real kustomize, gives what inject itself gives.
import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { goTool } from '../../support/go-tool.ts';
import { runInShell } from '../../support/in-shell.ts';
import { createTempDir } from '../../support/temp-dir.ts';

const kustomize = goTool('kustomize');
const skip = 'skip' in kustomize ? kustomize.skip : false;

const wait = ['--wait', 'tcp://db:5432'];
const fetch = ['--fetch', 'https://example.org/a /srv/a'];

interface Case {
  readonly title: string;
  readonly file: string;
  /** What is in the pod before. */
  readonly before?: readonly string[];
  readonly args: readonly string[];
}

const cases: readonly Case[] = [
  { title: 'a wait, first', file: 'app.yaml', args: ['inject', ...wait] },
  { title: 'into lists that are not there', file: 'bare.yaml', args: ['inject', ...wait, ...fetch] },
  {
    title: 'in the middle, with a mount of the second container',
    file: 'app.yaml',
    args: ['inject', ...wait, ...fetch, '--after', 'migrate', '--container', 'metrics'],
  },
  { title: 'several containers, last', file: 'app.yaml', args: ['inject', ...wait, ...fetch, '--separate', '--last'] },
  { title: 'another step than before', file: 'app.yaml', before: ['inject', ...fetch], args: ['inject', ...wait] },
  {
    title: 'a step that changed where it stands',
    file: 'app.yaml',
    before: ['inject', '--last', ...wait],
    args: ['inject', '--wait', 'tcp://db:5433'],
  },
  { title: 'out again', file: 'app.yaml', before: ['inject', ...wait, ...fetch, '--last'], args: ['uninject'] },
];

type Value = Record<string, unknown>;

/** The object with its volumes and mounts in one order: only that of containers means something. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Value).map(([key, item]): [string, unknown] => [
    key,
    (key === 'volumes' || key === 'volumeMounts') && Array.isArray(item)
      ? item.map(inOrder).toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
      : inOrder(item),
  ]);
  // a list that is empty is one that is not there
  return Object.fromEntries(entries.filter(([, item]) => !Array.isArray(item) || item.length > 0));
}

async function print(folder: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runInShell(args, { folder });
  assert.equal(exitCode, 0, stderr);
  return stdout;
}

for (const { title, file, before, args } of cases) {
  test(`${title}: JSON patch, strategic merge patch and component give what inject gives`, { skip }, async () => {
    assert.ok('path' in kustomize);
    using folder = createTempDir();
    copyFileSync(join(import.meta.dirname, file), join(folder.path, file));
    if (before !== undefined) await print(folder.path, ...before, '--write', file);
    const wanted = parse(await print(folder.path, ...args, file)) as Value;
    assert.deepEqual(JSON.parse(await print(folder.path, ...args, '-o', 'json', file)), wanted);

    const kind = wanted.kind;
    const uses = {
      patch: { patches: [{ path: 'given.json', target: { kind } }] },
      strategic: { patches: [{ path: 'given.yaml' }] },
      kustomize: { components: ['given'] },
    };
    for (const [form, use] of Object.entries(uses)) {
      mkdirSync(join(folder.path, 'given'), { recursive: true });
      const target = { patch: 'given.json', strategic: 'given.yaml', kustomize: 'given/kustomization.yaml' }[form] ?? '';
      folder.write(target, await print(folder.path, ...args, '-o', form, file));
      folder.write('kustomization.yaml', stringify({ resources: [file], ...use }));
      const built: SpawnSyncReturns<string> = spawnSync(kustomize.path, ['build', folder.path], { encoding: 'utf8' });
      assert.equal(built.status, 0, `${form}: ${built.stderr}`);
      assert.deepEqual(inOrder(parse(built.stdout)), inOrder(wanted), form);
    }
  });
}

const here = import.meta.dirname;

test('several objects: JSON is a List, patches are a document each, a JSON patch is refused', async () => {
  const both = [...wait, 'app.yaml', 'bare.yaml'];
  const { kind, items } = JSON.parse(await print(here, 'inject', '-o', 'json', ...both));
  assert.deepEqual([kind, items.map((item: Value) => item.kind)], ['List', ['Deployment', 'CronJob']]);
  assert.equal(parseAllDocuments(await print(here, 'inject', '-o', 'strategic', ...both)).length, 2);
  const { exitCode, stdout, stderr } = await runInShell(['inject', '-o', 'patch', ...both], { folder: here });
  assert.equal(exitCode, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /for one object, and 2 would change\n.*--only: Deployment\/shop, CronJob\/nightly/);
});

test('new prints JSON, too', async () => {
  const args = ['new', 'statefulset', 'site', '--image', 'nginx:1', ...wait];
  const { items } = JSON.parse(await print(here, ...args, '-o', 'json'));
  assert.deepEqual(items, parseAllDocuments(await print(here, ...args)).map((document) => document.toJS()));
});

test('values for a chart hold what inject would put in, under the keys that are named', async () => {
  const args = ['inject', ...wait, ...fetch, '--values'];
  const plain = parse(await print(here, ...args, 'extraInitContainers', 'app.yaml'));
  assert.deepEqual(Object.keys(plain).toSorted(), ['extraInitContainers', 'extraVolumeMounts', 'extraVolumes']);
  const { spec } = parse(await print(here, 'inject', ...wait, ...fetch, 'app.yaml')).spec.template;
  assert.deepEqual(plain.extraInitContainers, spec.initContainers.slice(0, 1));
  assert.deepEqual(plain.extraVolumes, spec.volumes.slice(-1));
  assert.deepEqual(plain.extraVolumeMounts, spec.containers[0].volumeMounts.slice(-1));

  const named = parse(await print(here, ...args, 'server.before,server.disks,server.mounts', 'app.yaml'));
  assert.deepEqual(named, {
    server: { before: plain.extraInitContainers, disks: plain.extraVolumes, mounts: plain.extraVolumeMounts },
  });
  const deep = parse(await print(here, 'inject', ...wait, '--values', 'web.pod.initContainers', 'app.yaml'));
  assert.deepEqual(Object.keys(deep.web.pod), ['initContainers']);
});

for (const [args, sentence] of [
  [['-o', 'patch', '--write'], /-o patch prints something else than --write/],
  [['-o', 'json', '--diff'], /-o json prints something else than --diff/],
  [['--values', 'a,b'], /"a,b" is neither one key of a chart's values nor three/],
  [['--values', 'a', '-o', 'json'], /--values has a form of its own/],
  [['-o', 'kustomise'], /--output is one of .*; did you mean kustomize\?/],
] as const) {
  test(`refuses ${args.join(' ')}`, async () => {
    const { exitCode, stdout, stderr } = await runInShell(['inject', ...wait, ...args, 'app.yaml'], { folder: here });
    assert.equal(exitCode, 2);
    assert.equal(stdout, '');
    assert.match(stderr, sentence);
  });
}

test('each form leaves a manifest that is right already without a patch', async () => {
  using folder = createTempDir();
  copyFileSync(join(here, 'app.yaml'), join(folder.path, 'app.yaml'));
  await print(folder.path, 'inject', ...wait, '--write', 'app.yaml');
  assert.deepEqual(JSON.parse(await print(folder.path, 'inject', ...wait, '-o', 'patch', 'app.yaml')), []);
  assert.equal(await print(folder.path, 'inject', ...wait, '-o', 'strategic', 'app.yaml'), '');
});
