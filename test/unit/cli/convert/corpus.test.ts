// The corpus: what convert makes of each init container is what was read in it, or it is left alone.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { parseArgs, parsePlan } from '../../../../helper/src/contract/index.ts';
import { convertEntry, corpus, judge, podOf, type Verdict } from '../../../support/convert-corpus.ts';
import { runInShell } from '../../../support/in-shell.ts';

describe('the corpus', () => {
  const verdicts: Verdict[] = [];
  before(async () => {
    for (const entry of corpus) verdicts.push(await convertEntry(entry));
  });

  test('has a hundred init containers and more, each with its source', () => {
    assert.ok(corpus.length >= 100);
    for (const { from } of corpus) assert.match(from, /^[\w.-]+\/[\w.-]+ \S+/);
  });

  test('holds no pod that is written twice', () => {
    assert.equal(new Set(corpus.map(podOf)).size, corpus.length);
  });

  test('becomes the steps that were read in it, or is left alone for the reason that was read', () => {
    for (const [at, entry] of corpus.entries()) {
      const verdict = verdicts[at] as Verdict;
      if (verdict.kind === 'steps') assert.deepEqual(verdict.steps, entry.steps, entry.from);
      else assert.ok(entry.left !== undefined && verdict.why.includes(entry.left), `${entry.from}: ${verdict.why}`);
    }
  });

  test('is never converted wrongly', () => {
    const wrong = corpus.filter((entry, at) => judge(entry, verdicts[at] as Verdict) === 'wrong');
    assert.deepEqual(wrong, []);
  });

  test('becomes arguments and plans that the helper reads', () => {
    for (const verdict of verdicts) {
      if (verdict.kind === 'left') continue;
      const [container] = parse(verdict.output).spec.initContainers;
      const filled = container.args.map((word: string) => word.replace(/\$\(\w+\)/g, '1'));
      const command = parseArgs(filled);
      if (command.kind === 'run') parsePlan(parse(container.env.at(-1).value));
    }
  });

  test('is not changed by a second conversion', async () => {
    const outputs = verdicts.flatMap((verdict) => (verdict.kind === 'steps' ? [verdict.output] : []));
    const stream = outputs.map((output) => `---\n${output}`).join('');
    const { stdout } = await runInShell(['convert', '-'], { input: stream });
    assert.equal(stdout, stream);
  });
});
