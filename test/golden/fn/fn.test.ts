// test/golden/fn/<case>: input.yaml is a ResourceList; output.yaml and report.txt are what the function makes of it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { assertGolden, goldenCases } from '../../support/golden.ts';
import { goTool } from '../../support/go-tool.ts';
import { runInShell } from '../../support/in-shell.ts';
import { cliProgram } from '../../support/run-cli.ts';
import { createTempDir } from '../../support/temp-dir.ts';

for (const { name, path } of goldenCases('fn')) {
  test(`${name}: the function gives what is kept`, async () => {
    const input = readFileSync(join(path, 'input.yaml'), 'utf8');
    const { exitCode, stdout, stderr } = await runInShell(['fn'], { input });
    assertGolden(join(path, 'output.yaml'), stdout);
    assertGolden(join(path, 'report.txt'), `exit ${exitCode}\n${stderr}`);
    const { kind, results } = parse(stdout);
    assert.equal(kind, 'ResourceList');
    assert.equal(
      exitCode === 0,
      results.every(({ severity }: { severity: string }) => severity !== 'error'),
    );
  });
}

test('twice is once', async () => {
  const input = readFileSync(join(import.meta.dirname, 'config-map/input.yaml'), 'utf8');
  const once = await runInShell(['fn'], { input });
  const twice = await runInShell(['fn'], { input: once.stdout });
  const items = (text: string) => text.slice(0, text.indexOf('\nresults:'));
  assert.equal(items(twice.stdout), items(once.stdout));
  assert.match(twice.stdout, /message: 'unchanged: /);
});

for (const input of ['', 'kind: Pod\n', 'kind: ResourceList\nitems: none\n', 'kind: ResourceList\n---\na: b\n']) {
  test(`what is no ResourceList is refused: ${JSON.stringify(input)}`, async () => {
    const { exitCode, stdout, stderr } = await runInShell(['fn'], { input });
    assert.equal(exitCode, 3);
    assert.equal(stdout, '');
    assert.match(stderr, /ResourceList/);
  });
}

const kustomize = goTool('kustomize');
const skip = 'skip' in kustomize ? kustomize.skip : false;

test('kustomize runs the function, and gets what inject gives', { skip }, async () => {
  assert.ok('path' in kustomize);
  using folder = createTempDir();
  symlinkSync(cliProgram, join(folder.path, 'greenroom'));
  const env = { ...process.env, PATH: `${folder.path}${delimiter}${process.env.PATH}`, GREENROOM_HELPER_IMAGE: 'helper:1' };
  const args = ['build', '--enable-alpha-plugins', '--enable-exec', import.meta.dirname];
  const { status, stdout, stderr } = spawnSync(kustomize.path, args, { env, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const steps = ['--wait', 'tcp://db:5432 --deadline 2m', '--fetch', 'https://example.org/site.html /srv/site/index.html'];
  const wanted = await runInShell(
    ['inject', ...steps, '--size-limit', '10Mi', '--only', 'deployment/shop', '--helper-image', 'helper:1', 'app.yaml'],
    { folder: import.meta.dirname },
  );
  const objects = (text: string) =>
    parseAllDocuments(text)
      .map((document) => document.toJS())
      .toSorted((one, other) => (one.kind < other.kind ? -1 : 1));
  assert.deepEqual(objects(stdout), objects(wanted.stdout));
});
