// cli/convert.md: what it shows is what the command prints, its numbers are those of the corpus.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { convertEntry, corpus, judge } from '../../../support/convert-corpus.ts';
import { assertSection, markdownTable } from '../../../support/generated-section.ts';
import { runInShell } from '../../../support/in-shell.ts';
import { root } from '../../../support/read-imports.ts';

const document = 'cli/convert.md';
const golden = (name: string) => join(root, 'test/golden/convert', name);
const block = (text: string) => `\`\`\`console\n${text.trimEnd()}\n\`\`\``;

test('the report in the document is what the command says', async () => {
  const input = readFileSync(join(golden('some-are-left-alone'), 'input.yaml'), 'utf8');
  const { stderr } = await runInShell(['convert', '--check', '-'], { input });
  assertSection(document, 'report', block(`$ greenroom convert --check - < web.yaml\n${stderr}`));
});

test('the commands in the document are what the command prints for a compose file', async () => {
  const { stdout, stderr } = await runInShell(['convert', 'compose.yaml'], { folder: golden('compose') });
  assertSection(document, 'compose', block(`$ greenroom convert compose.yaml\n${stdout}${stderr}`));
});

test('the numbers in the document are those of the corpus', async () => {
  const counts = { converted: 0, 'left alone': 0, missed: 0, wrong: 0 };
  for (const entry of corpus) counts[judge(entry, await convertEntry(entry))]++;
  const repositories = new Set(corpus.map(({ from }) => from.split(' ')[0])).size;
  const rows = [
    ['init containers, of so many repositories', `${corpus.length}, ${repositories}`],
    ['converted, to the very steps that were read in them', String(counts.converted)],
    ['left alone, for the reason that was read', String(counts['left alone'])],
    ['left alone though they could have been converted', String(counts.missed)],
    ['converted wrongly', String(counts.wrong)],
  ];
  assertSection(document, 'corpus', markdownTable(['', ''], rows));
});
