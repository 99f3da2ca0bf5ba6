// kubeconform, strict, with the API server's own schemas, over what people get from us: scaffolds, examples, the policy.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { apiSchemas } from '../../support/api-schemas.ts';
import { goTool } from '../../support/go-tool.ts';
import { runInShell } from '../../support/in-shell.ts';
import { root } from '../../support/read-imports.ts';

interface Answer {
  readonly resources: readonly { readonly name: string; readonly status: string; readonly msg: string }[];
  readonly summary: {
    readonly valid: number;
    readonly invalid: number;
    readonly errors: number;
    readonly skipped: number;
  };
}

const kubeconform = goTool('kubeconform');
const schemas = apiSchemas();
const missing = [kubeconform, schemas].flatMap((one) => ('skip' in one ? [one.skip] : []));
const options = { skip: missing[0] ?? false };

function check(input: string): Answer {
  assert.ok('path' in kubeconform && 'words' in schemas);
  const words = ['-strict', '-summary', '-output', 'json', ...schemas.words, '-'];
  const { stdout, stderr } = spawnSync(kubeconform.path, words, { input, encoding: 'utf8' });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout) as Answer;
}

// a plan is read by the helper, not by the API server
const files = globSync(['manifests/*.yaml', 'test/golden/new/*/output.yaml'], { cwd: root }).filter(
  (file) => !file.endsWith('plan.yaml'),
);

for (const file of files.toSorted()) {
  test(`kubeconform has nothing to say of ${file}`, options, () => {
    const { resources, summary } = check(readFileSync(join(root, file), 'utf8'));
    assert.deepEqual(resources, []);
    assert.ok(summary.valid > 0);
    assert.equal(summary.skipped, 0);
  });
}

test('kubeconform has nothing to say of the policy', options, async () => {
  const { stdout } = await runInShell(['policy']);
  const { resources, summary } = check(stdout);
  assert.deepEqual(resources, []);
  assert.equal(summary.valid, 4);
});

test('a field that is misspelt is what it would have told', options, () => {
  const text = readFileSync(join(root, 'manifests/my-app.yaml'), 'utf8').replace('    spec:', '    specs:');
  const { resources } = check(text);
  assert.deepEqual(
    resources.map(({ name, status }) => ({ name, status })),
    [{ name: 'my-app', status: 'statusInvalid' }],
  );
  assert.match(resources[0]?.msg ?? '', /specs/);
});
