// test/golden/lint/<rule>: bad.yaml, what the rule says of it (report.txt), and good.yaml, of which it says nothing.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rules } from '../../../cli/src/lint/rules/index.ts';
import { assertGolden, goldenCases } from '../../support/golden.ts';
import { runInShell } from '../../support/in-shell.ts';

const cases = goldenCases('lint');

test('each rule has a bad and a good example, and each example a rule', () => {
  assert.deepEqual(
    cases.map(({ name }) => name),
    rules.map(({ id }) => id).toSorted(),
  );
});

for (const { name, path } of cases) {
  const rule = rules.find(({ id }) => id === name);

  test(`${name}: says what is kept of bad.yaml, and nothing of good.yaml`, async () => {
    const bad = await runInShell(['lint', '--rule', name, 'bad.yaml'], { folder: path });
    assert.ok(bad.stdout.includes(`[${name}]`), `${name} finds nothing in bad.yaml: ${bad.stdout}${bad.stderr}`);
    assertGolden(join(path, 'report.txt'), `exit ${bad.exitCode}\n${bad.stdout}${bad.stderr}`);
    const good = await runInShell(['lint', '--rule', name, 'good.yaml'], { folder: path });
    assert.equal(good.stdout, '');
    assert.equal(good.exitCode, 0, good.stderr);
  });

  test(`${name}: no other rule finds an error in good.yaml`, async () => {
    const { exitCode, stdout, stderr } = await runInShell(['lint', '--level', 'error', 'good.yaml'], { folder: path });
    assert.equal(stdout, '');
    assert.equal(exitCode, 0, stderr);
  });

  test(`${name}: the lines of the documents' example stand in bad.yaml and good.yaml`, () => {
    for (const [file, example] of Object.entries(rule?.example ?? {})) {
      const lines = readFileSync(join(path, `${file}.yaml`), 'utf8').split('\n');
      const wanted = dedent(example.split('\n'));
      const stands = lines.some(
        (_, index) => dedent(lines.slice(index, index + wanted.length)).join('\n') === wanted.join('\n'),
      );
      assert.ok(stands, `${file}.yaml does not hold\n${wanted.join('\n')}`);
    }
  });
}

function dedent(lines: readonly string[]): string[] {
  const indent = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent));
}
