// The program as others install it: names on the PATH, krew's manifest, the GitHub action, the pre-commit hook.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { cleanEnv } from '../../support/environment.ts';
import { root } from '../../support/read-imports.ts';
import { cliProgram } from '../../support/run-cli.ts';
import { createTempDir } from '../../support/temp-dir.ts';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  version: string;
  engines: { node: string };
  bin: Record<string, string>;
  files: string[];
};

const good = 'kind: Pod\napiVersion: v1\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: "a:1"}]\n';
// an init container that waits for ever, and one with a probe: errors of lint
const bad = `${good}  initContainers:\n  - {name: b, image: "b:1", livenessProbe: {exec: {command: [a]}}}\n`;

function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}, folder = root) {
  const options = { encoding: 'utf8', cwd: folder, env: cleanEnv(env) } as const;
  const { status, stdout, stderr } = spawnSync(program, args, options);
  return { status, stdout, stderr };
}

test('every name of package.json is the one program, and knows what it was called', () => {
  using folder = createTempDir();
  for (const [name, path] of Object.entries(manifest.bin)) {
    assert.equal(join(root, path), cliProgram);
    symlinkSync(cliProgram, join(folder.path, name));
  }
  const called = (name: string, ...args: readonly string[]) => run(join(folder.path, name), args).stdout;
  assert.match(called('kubectl-greenroom', 'inject', '--help'), /Usage: kubectl greenroom inject INPUTS/);
  assert.match(called('greenroom', 'inject', '--help'), /Usage: greenroom inject INPUTS/);
  assert.equal(called('kubectl_complete-greenroom', 'unin'), called('greenroom', '__complete', 'unin'));
});

test('a Node older than package.json asks for is told in one sentence, whatever the command', () => {
  using folder = createTempDir();
  const [, least = ''] = /^>=(\d+)$/.exec(manifest.engines.node) ?? [];
  const asOld = (version: string) =>
    folder.write(
      `node-${version}.cjs`,
      `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`,
    );
  const start = (version: string) => run(process.execPath, ['--require', asOld(version), cliProgram, 'version']);
  const { status, stdout, stderr } = start(`${Number(least) - 1}.99.9`);
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(
    stderr,
    new RegExp(`^greenroom: needs Node ${least} or later, and this is ${Number(least) - 1}\\.99\\.9 .*\n$`),
  );
  assert.equal(start(`${least}.0.0`).stdout, `${manifest.version}\n`);
});

test("krew's manifest names the files of the package, the digest of the archive, and what it needs", () => {
  using folder = createTempDir();
  const archive = folder.write('greenroom.tgz', 'an archive');
  const script = join(root, 'cli/krew/manifest.ts');
  const { status, stdout, stderr } = run(process.execPath, [script, archive, 'https://example.org/greenroom.tgz']);
  assert.equal(status, 0, stderr);
  const { kind, metadata, spec } = parse(stdout);
  assert.deepEqual([kind, metadata.name, spec.version], ['Plugin', 'greenroom', `v${manifest.version}`]);
  // the index takes no longer one
  assert.ok(spec.shortDescription.length <= 50);
  assert.match(spec.caveats, /Node/);
  const [platform] = spec.platforms;
  assert.equal(platform.sha256, createHash('sha256').update('an archive').digest('hex'));
  for (const { from } of platform.files) {
    const path = from.replace(/^package\//, '');
    assert.ok(globSync(path, { cwd: root }).length > 0, from);
    assert.ok(/^(?:package\.json|LICENSE)$/.test(path) || manifest.files.some((own) => path.startsWith(own)), from);
  }
  assert.equal(run(process.execPath, [script, archive, 'http://example.org/']).status, 2);
});

/** A folder with manifests, and with `npx` and `greenroom` that are this build. */
function workplace() {
  const folder = createTempDir();
  symlinkSync(cliProgram, join(folder.path, 'greenroom'));
  const npx = folder.write(
    'npx',
    '#!/bin/sh\n[ "$1 $2" = "--yes greenroom@0.1.0" ] || exit 99\nshift 2\nexec greenroom "$@"\n',
  );
  run('chmod', ['+x', npx]);
  mkdirSync(join(folder.path, 'k8s'));
  folder.write('k8s/good.yaml', good);
  folder.write('k8s/bad one.yaml', bad);
  const env = { PATH: [folder.path, process.env.PATH].join(delimiter) };
  return { folder, env };
}

test('the GitHub action runs what its inputs say, quotes and all, and fails where the command fails', () => {
  const { folder, env } = workplace();
  using _ = folder;
  const { inputs, runs } = parse(read('.github/actions/greenroom/action.yml'));
  assert.equal(inputs.version.default, manifest.version);
  const [step] = runs.steps;
  const act = (args: string) =>
    run(
      'bash',
      ['-e', '-o', 'pipefail', '-c', step.run],
      { ...env, ARGS: args, VERSION: inputs.version.default },
      folder.path,
    );
  assert.notEqual(act(inputs.args.default).status, 0);
  assert.match(act("lint 'k8s/bad one.yaml'").stdout, /livenessProbe/);
  assert.equal(act('lint k8s/good.yaml').status, 0);
});

test('the pre-commit hook refuses a file with a fault, and lets a good one pass', () => {
  const { folder, env } = workplace();
  using _ = folder;
  for (const { entry, language } of parse(read('.pre-commit-hooks.yaml'))) {
    assert.equal(language, 'node');
    const [program = '', ...words] = entry.split(' ');
    assert.ok(program in manifest.bin);
    assert.notEqual(run(program, [...words, 'k8s/bad one.yaml'], env, folder.path).status, 0);
    assert.equal(run(program, [...words, 'k8s/good.yaml'], env, folder.path).status, 0);
  }
});
