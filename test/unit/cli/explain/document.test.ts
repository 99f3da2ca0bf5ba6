// cli/explain.md: its text and its pictures are what the command prints for the manifest that it names.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../../../cli/src/cli.ts';
import { assertSection } from '../../../support/generated-section.ts';
import { root } from '../../../support/read-imports.ts';

async function explain(...words: string[]): Promise<string> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await run(['explain', 'test/golden/explain/web.yaml', ...words], {
    programName: 'greenroom',
    version: '0.1.0',
    env: { LANG: 'C.UTF-8' },
    folder: root,
    streams: {
      in: (async function* () {})(),
      out: { write: (text) => void out.push(text), columns: 100, colours: false },
      err: { write: (text) => void err.push(text), columns: undefined, colours: false },
    },
    stopSignal: () => new AbortController().signal,
  });
  assert.equal(code, 0, err.join(''));
  return out.join('');
}

test('the text is what the command prints', async () => {
  const line = '$ greenroom explain web.yaml';
  assertSection('cli/explain.md', 'text', `\`\`\`console\n${line}\n${(await explain()).trimEnd()}\n\`\`\``);
});

test('the Mermaid chart is what the command prints', async () => {
  assertSection('cli/explain.md', 'mermaid', `\`\`\`mermaid\n${(await explain('-o', 'mermaid')).trimEnd()}\n\`\`\``);
});

test('the picture is what the command prints', async () => {
  const path = join(root, 'cli/explain-web.svg');
  const svg = await explain('-o', 'svg');
  if (process.env.UPDATE_DOCS === '1') writeFileSync(path, svg);
  assert.ok(
    existsSync(path) && readFileSync(path, 'utf8') === svg,
    'UPDATE_DOCS=1 npm test -- test/unit/cli/explain draws it again',
  );
});
