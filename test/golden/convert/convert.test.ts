// test/golden/convert/<case>: args.txt, the input, output (or .diff), report.txt.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { splitWords } from '../../../helper/src/contract/index.ts';
import { assertGolden, goldenCases } from '../../support/golden.ts';
import { runInShell } from '../../support/in-shell.ts';

for (const { name, path } of goldenCases('convert')) {
  const args = splitWords(readFileSync(join(path, 'args.txt'), 'utf8'));
  const ofCompose = args.at(-1) === 'compose.yaml';
  const output = join(path, ofCompose ? 'output.txt' : args.includes('--diff') ? 'output.diff' : 'output.yaml');

  test(`${name}: convert gives what is kept`, async () => {
    const { exitCode, stdout, stderr } = await runInShell(args, { folder: path });
    assertGolden(output, stdout);
    assertGolden(join(path, 'report.txt'), `exit ${exitCode}\n${stderr}`);
  });

  const inputs = readdirSync(path).filter((file) => /^input\./.test(file));
  if (inputs.length === 1 && existsSync(output) && !args.includes('--diff')) {
    test(`${name}: convert again changes nothing`, async () => {
      const { exitCode, stdout } = await runInShell(['convert', '--check', '-'], { input: readFileSync(output) });
      assert.deepEqual({ exitCode, stdout }, { exitCode: 0, stdout: '' });
    });
  }
}
