// test/golden/new/<case>: args.txt, output.yaml, report.txt.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { splitWords } from '../../../helper/src/contract/index.ts';
import { checkObject } from '../../support/kubernetes-schema.ts';
import { assertGolden, goldenCases } from '../../support/golden.ts';
import { runInShell } from '../../support/in-shell.ts';
import { restrictedFaults } from '../../support/pod-security.ts';

for (const { name, path } of goldenCases('new')) {
  const output = join(path, 'output.yaml');

  test(`${name}: new gives what is kept`, async () => {
    const args = splitWords(readFileSync(join(path, 'args.txt'), 'utf8'));
    const { exitCode, stdout, stderr } = await runInShell(args, { folder: path });
    assertGolden(output, stdout);
    assertGolden(join(path, 'report.txt'), `exit ${exitCode}\n${stderr}`);
  });

  if (!existsSync(output)) continue;
  test(`${name}: every field is one that Kubernetes knows, and PodSecurity restricted admits the pod`, () => {
    for (const document of parseAllDocuments(readFileSync(output, 'utf8'))) {
      const value = document.toJS() as Record<string, unknown>;
      assert.deepEqual(checkObject(value), []);
      assert.deepEqual(restrictedFaults(value), []);
    }
  });
}
