// The documents: each YAML in them is (a part of) a file that a test runs, each link leads somewhere.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { root } from '../support/read-imports.ts';

const list = (...patterns: string[]) =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...patterns], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => file !== '' && existsSync(join(root, file)));
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const documents = list('*.md');

/** Lines without the indentation that all of them share, and without empty ends. */
function dedent(text: string): string {
  const lines = text.split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const shared = Math.min(...indents);
  return lines
    .map((line) => line.slice(shared))
    .join('\n')
    .trim();
}

test('each YAML in a document stands in a file of manifests/ or of the golden tests', () => {
  const files = list('manifests/*.yaml', 'manifests/**/*.yaml', 'test/golden/**/*.yaml').map((file) => read(file));
  const known = files.map((content) => content.split('\n').map((line) => line.trimEnd()));
  const strays = documents.flatMap((document) =>
    [...read(document).matchAll(/^( *)```ya?ml\n([\s\S]*?)^ *```$/gm)].flatMap(([, , block = '']) => {
      const wanted = dedent(block);
      const length = wanted.split('\n').length;
      const found = known.some((lines) =>
        lines.some((_, index) => dedent(lines.slice(index, index + length).join('\n')) === wanted),
      );
      return found ? [] : [`${document}:\n${wanted}`];
    }),
  );
  assert.deepEqual(strays, []);
});

test('each link within the repository leads to a file', () => {
  const broken = documents.flatMap((document) =>
    [...read(document).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !existsSync(join(root, dirname(document), link)))
      .map((link) => `${document}: ${link}`),
  );
  assert.deepEqual(broken, []);
});
