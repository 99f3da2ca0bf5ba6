// What we ourselves write and recommend is clean; what the article shows is not.
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { test } from 'node:test';
import { runInShell } from '../../../support/in-shell.ts';
import { root } from '../../../support/read-imports.ts';

test('the manifests that people copy, together, give no finding', async () => {
  const { stdout, exitCode } = await runInShell(['lint', 'manifests'], { folder: root });
  assert.equal(stdout, '');
  assert.equal(exitCode, 0);
});

test('what new writes gives no finding', async () => {
  const files = globSync('test/golden/new/*/output.yaml', { cwd: root }).toSorted();
  assert.ok(files.length > 5);
  for (const file of files) {
    const { stdout } = await runInShell(['lint', '--helper-image', 'greenroom/helper:test', file], { folder: root });
    assert.equal(stdout, '', file);
  }
});

test("the article's manifests: a loop without a deadline, and an image without a tag", async () => {
  const { stdout } = await runInShell(['lint', '-o', 'json', 'test/golden/article'], { folder: root });
  const { findings } = JSON.parse(stdout) as { findings: { rule: string; file: string; line: number; cure: string }[] };
  assert.deepEqual(
    findings.map(({ rule, file, line }) => [rule, file, line]),
    [
      ['endless-loop', 'test/golden/article/my-app.yaml', 25],
      ['image-tag', 'test/golden/article/php-updated.yaml', 14],
    ],
  );
  assert.match(findings[0]?.cure ?? '', /args: \[wait, 'dns:\/\/myappb'\]/);
});
