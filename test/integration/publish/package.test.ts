// The npm package: what lies in it, and that it works where there is nothing else. Packed from dist/ as it is, which the
// runner of the tests has just built.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { root } from '../../support/read-imports.ts';
import { createTempDir } from '../../support/temp-dir.ts';

const { version, files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
  files: string[];
};

const folder = createTempDir();
const empty = join(folder.path, 'empty');
const archive = join(folder.path, `greenroom-${version}.tgz`);
let packed: string[] = [];

// no setting of this machine's npm, and nothing of this repository on the PATH but Node
const env = {
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  HOME: folder.path,
  npm_config_cache: join(folder.path, 'cache'),
  npm_config_userconfig: join(folder.path, 'npmrc'),
  npm_config_update_notifier: 'false',
};

function run(program: string, args: readonly string[], input = '', cwd = empty) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, env, input, encoding: 'utf8' });
  assert.equal(error, undefined);
  return { status, stdout, stderr };
}

before(() => {
  mkdirSync(empty);
  const words = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder.path];
  const { status, stdout, stderr } = run('npm', words, '', root);
  assert.equal(status, 0, stderr);
  // a list in npm 10 and 11, by name from 12 on
  const [report] = Object.values(JSON.parse(stdout)) as { files: { path: string }[] }[];
  packed = (report?.files ?? []).map(({ path }) => path);
  writeFileSync(join(empty, 'package.json'), '{"private":true}');
  const install = run('npm', ['install', '--offline', '--no-audit', '--no-fund', archive]);
  assert.equal(install.status, 0, install.stderr);
});
after(() => folder[Symbol.dispose]());

test('it holds both programs, the documents, the examples and the licences, and nothing else', () => {
  const stray = packed.filter(
    (path) =>
      !/^(?:LICENSE|README\.md|package\.json|(?:cli|helper)\/[\w-]+\.(?:md|svg)|helper\/plan\.schema\.json)$/.test(
        path,
      ) &&
      !/^manifests\/[\w-]+\.(?:yaml|md)$/.test(path) &&
      !/^dist\/(?:helper|cli|cli\/chunks)\/[\w-]+\.js$/.test(path) &&
      !/^dist\/(?:cli|helper)\/(?:package\.json|THIRD-PARTY-LICENSES\.txt)$/.test(path),
  );
  assert.deepEqual(stray, []);
  for (const pattern of files.filter((one) => !one.startsWith('!'))) {
    const wanted = globSync(/[*.]/.test(pattern) ? pattern : `${pattern}/**`, { cwd: root, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.code'))
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
    assert.ok(wanted.length > 0, pattern);
    assert.deepEqual(
      wanted.filter((path) => !packed.includes(path)),
      [],
      pattern,
    );
  }
});

test('npm installs it alone, without the network and without running anything of it', () => {
  const modules = readdirSync(join(empty, 'node_modules')).filter((name) => !name.startsWith('.'));
  assert.deepEqual(modules, ['greenroom']);
  const { scripts = {} } = JSON.parse(readFileSync(join(empty, 'node_modules/greenroom/package.json'), 'utf8'));
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) assert.ok(!(name in scripts), name);
  assert.ok(!existsSync(join(empty, 'node_modules/greenroom/node_modules')));
});

test('it runs there as from npx, and writes nothing where it is installed', () => {
  const own = join(empty, 'node_modules/greenroom');
  const before = readdirSync(own, { recursive: true }).toSorted();
  assert.equal(run('npx', ['--offline', 'greenroom', '--version']).stdout, `${version}\n`);
  // what npx starts; npm itself takes seconds each time
  const greenroom = (args: readonly string[], input = '') => {
    const { status, stdout, stderr } = run(join(empty, 'node_modules/.bin/greenroom'), args, input);
    assert.equal(status, 0, stderr);
    return { stdout, stderr };
  };
  const { stdout: plain } = greenroom(['new', 'deployment', 'my-app', '--image', 'busybox:1.28', '--wait', 'dns://b']);
  assert.deepEqual(parse(plain).spec.template.spec.initContainers[0].args, ['wait', 'dns://b']);
  writeFileSync(join(empty, 'app.yaml'), greenroom(['inject', '--wait', 'tcp://db:5432', '-'], plain).stdout);
  greenroom(['lint', 'app.yaml']);
  const { stderr } = greenroom(['rehearse', 'app.yaml', '--service', 'b@100ms', '--service', 'db:5432@100ms']);
  assert.match(stderr, /would start/);
  assert.deepEqual(readdirSync(own, { recursive: true }).toSorted(), before);
});

test('the schema of plans is found where its document says', () => {
  const [, path = ''] = /\$schema=(\S+?)`/.exec(readFileSync(join(root, 'helper/README.md'), 'utf8')) ?? [];
  assert.match(readFileSync(join(empty, path), 'utf8'), /json-schema\.org\/draft\/2020-12/);
});
