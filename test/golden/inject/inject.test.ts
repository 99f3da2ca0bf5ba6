// test/golden/inject/<case>: args.txt, the inputs, output.yaml (or .diff), report.txt. A case with no output is refused.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { splitWords } from '../../../helper/src/contract/index.ts';
import { assertGolden, goldenCases } from '../../support/golden.ts';
import { runInShell } from '../../support/in-shell.ts';

for (const { name, path } of goldenCases('inject')) {
  const args = splitWords(readFileSync(join(path, 'args.txt'), 'utf8'));
  const standardInput = join(path, 'stdin.yaml');
  const input = existsSync(standardInput) ? readFileSync(standardInput, 'utf8') : '';
  const output = join(path, args.includes('--diff') ? 'output.diff' : 'output.yaml');

  test(`${name}: inject gives what is kept`, async () => {
    const { exitCode, stdout, stderr } = await runInShell(args, { folder: path, input });
    assertGolden(output, stdout);
    assertGolden(join(path, 'report.txt'), `exit ${exitCode}\n${stderr}`);
  });

  // read backwards: the output in, the input out; but not where the input had ours in it already
  const inputs = readdirSync(path).filter((file) => /^(?:input|stdin)\./.test(file));
  if (args[0] === 'inject' && inputs.length === 1 && existsSync(output) && !name.startsWith('again-') && !args.includes('--diff')) {
    test(`${name}: uninject gives the input back`, async () => {
      const { stdout } = await runInShell(['uninject', '-'], { input: readFileSync(output) });
      assert.equal(stdout, readFileSync(join(path, inputs[0] ?? ''), 'utf8'));
    });
    test(`${name}: inject again changes nothing`, async () => {
      const again = args.map((word) => (word === inputs[0] ? '-' : word));
      const { exitCode, stdout } = await runInShell([...again, '--check'], { input: readFileSync(output) });
      assert.deepEqual({ exitCode, stdout }, { exitCode: 0, stdout: '' });
    });
  }
}
