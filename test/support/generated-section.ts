// A part of a document that is made from the code: between `<!-- begin NAME -->` and `<!-- end NAME -->`.
// UPDATE_DOCS=1 rewrites it; else a test says that it is stale.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './read-imports.ts';

/** Asserts that the section of the document is the text. */
export function assertSection(document: string, name: string, text: string): void {
  const path = join(root, document);
  const content = readFileSync(path, 'utf8');
  const begin = `<!-- begin ${name} -->\n`;
  const end = `<!-- end ${name} -->`;
  const from = content.indexOf(begin);
  const to = content.indexOf(end);
  assert.ok(
    from >= 0 && to > from,
    `${document} has no section: put ${begin.trim()} and ${end} where it belongs, each on its line`,
  );
  const section = content.slice(from + begin.length, to);
  const expected = `\n${text.trim()}\n\n`;
  if (section === expected) return;
  if (process.env.UPDATE_DOCS === '1') {
    writeFileSync(path, content.slice(0, from + begin.length) + expected + content.slice(to));
    return;
  }
  const command = `UPDATE_DOCS=1 npm test -- ${relative(root, process.argv[1] ?? root)}`;
  assert.equal(section, expected, `${document}, ${name}: not what the code says; ${command} rewrites it`);
}

/** A Markdown table; cells may hold any text. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
