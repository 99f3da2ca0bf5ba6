// The built CLI on files: pipes, folders, --write, --check, ten thousand documents.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cleanEnv } from '../../support/environment.ts';
import { cliProgram, runCli } from '../../support/run-cli.ts';
import { createTempDir } from '../../support/temp-dir.ts';

const pod = (name: string) => `kind: Pod\nmetadata: {name: ${name}}\nspec:\n  containers:\n  - name: app\n`;
const wait = ['--wait', 'tcp://db:5432'];

test('changes the files of a folder and changes them back', async () => {
  using folder = createTempDir();
  mkdirSync(join(folder.path, 'k8s/more'), { recursive: true });
  const files = ['k8s/a.yaml', 'k8s/more/b.yml'];
  for (const file of files) folder.write(file, pod('p').replaceAll('\n', '\r\n'));
  const other = folder.write('k8s/notes.txt', 'kind: Pod');
  folder.write('k8s/.hidden.yaml', '{{');
  const read = () => files.map((file) => readFileSync(join(folder.path, file), 'utf8'));
  const before = read();

  const check = await runCli(['inject', ...wait, '--check', 'k8s'], { folder: folder.path });
  assert.deepEqual([check.exitCode, check.stdout, read()], [1, '', before]);
  const write = await runCli(['inject', ...wait, '--write', 'k8s'], { folder: folder.path });
  assert.deepEqual([write.exitCode, write.stdout], [0, '']);
  assert.match(
    write.stderr,
    /^k8s\/a\.yaml:1: Pod\/p injected: .*\nk8s\/more\/b\.yml:1: Pod\/p injected: .*\n2 injected\n$/,
  );
  assert.ok(read().every((text) => text.includes('  initContainers:\r\n  - name: greenroom\r\n')));
  const again = await runCli(['inject', ...wait, '--check', 'k8s'], { folder: folder.path });
  assert.equal(again.exitCode, 0);
  await runCli(['uninject', '--write', 'k8s'], { folder: folder.path });
  assert.deepEqual(read(), before);
  assert.equal(readFileSync(other, 'utf8'), 'kind: Pod');
});

test('prints and writes nothing for any input where one is faulty', async () => {
  using folder = createTempDir();
  const good = folder.write('a.yaml', pod('a'));
  folder.write('b.yaml', 'kind: Pod\nspec: [\n');
  for (const flags of [[], ['--write'], ['--diff']]) {
    const { exitCode, stdout, stderr } = await runCli(['inject', ...wait, ...flags, '.'], { folder: folder.path });
    assert.deepEqual([exitCode, stdout], [3, '']);
    assert.match(stderr, /^b\.yaml:3:1: broken YAML: /);
    assert.equal(readFileSync(good, 'utf8'), pod('a'));
  }
});

test('several inputs become one stream of documents', async () => {
  using folder = createTempDir();
  folder.write('a.yaml', pod('a').trimEnd());
  folder.write('b.yaml', `# b\n---\n${pod('b')}`);
  folder.write('c.json', '{"kind":"Pod","spec":{"containers":[{"name":"a"}]}}\n');
  const { stdout } = await runCli(['inject', ...wait, 'a.yaml', '-', 'b.yaml', 'c.json'], {
    folder: folder.path,
    input: pod('stdin'),
  });
  const uninjected = await runCli(['uninject', '-'], { input: stdout });
  const json = '{"kind":"Pod","spec":{"containers":[{"name":"a"}]}}\n';
  assert.equal(uninjected.stdout, `${pod('a')}---\n${pod('stdin')}# b\n---\n${pod('b')}---\n${json}`);
});

test('a reader that goes away is no fault', async () => {
  const input = Array.from({ length: 2_000 }, (_, index) => pod(`p${index}`)).join('---\n');
  const child = spawn(process.execPath, [cliProgram, 'inject', ...wait, '-'], {
    env: cleanEnv(),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.end(input);
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((resolve) => {
    child.on('exit', resolve);
  });
  assert.equal(code, 0);
});

test('by the name kubectl-greenroom it is a plugin of kubectl', async () => {
  using folder = createTempDir();
  const plugin = join(folder.path, 'kubectl-greenroom');
  symlinkSync(cliProgram, plugin);
  const child = spawn(process.execPath, [plugin, 'inject', '--help'], {
    env: cleanEnv(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let help = '';
  child.stdout.on('data', (chunk) => {
    help += chunk;
  });
  await new Promise((resolve) => {
    child.on('close', resolve);
  });
  assert.match(help, /Usage: kubectl greenroom inject/);
});

test('ten thousand documents go there and back', async () => {
  const input = Array.from({ length: 10_000 }, (_, index) => pod(`p${index}`)).join('---\n');
  const there = await runCli(['inject', ...wait, '-'], { input });
  assert.equal(there.exitCode, 0);
  assert.match(there.stderr, /\n10000 injected\n$/);
  const back = await runCli(['uninject', '-'], { input: there.stdout });
  assert.ok(back.stdout === input, 'the way back is not exact');
});
