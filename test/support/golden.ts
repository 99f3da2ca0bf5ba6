// Golden files: what a program gives, kept beside what it was given. UPDATE_GOLDEN=1 rewrites them.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './read-imports.ts';

/** The folders of a set of cases, by name. */
export function goldenCases(set: string): { readonly name: string; readonly path: string }[] {
  const folder = join(root, 'test/golden', set);
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, path: join(folder, name) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Asserts that a file has this content, byte for byte; no content means that there is no such file. */
export function assertGolden(path: string, content: string): void {
  if (process.env.UPDATE_GOLDEN === '1') {
    if (content === '') rmSync(path, { force: true });
    else writeFileSync(path, content);
    return;
  }
  const expected = existsSync(path) ? readFileSync(path, 'utf8') : '';
  assert.equal(content, expected, `${path}: UPDATE_GOLDEN=1 npm test -- test/golden rewrites it`);
}
