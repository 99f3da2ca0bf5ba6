// The threat model: each row names tests, and each of them exists.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../support/read-imports.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const rows = read('.github/THREATS.md')
  .split('\n')
  .filter((line) => /^\| (?!attack|---)/.test(line))
  .map((line) => line.split(' | '));

test('every row says attack, guard and test', () => {
  assert.ok(rows.length > 20);
  for (const row of rows) assert.equal(row.length, 3, row.join(' | '));
});

for (const [attack = '', , tests = ''] of rows) {
  test(`${attack.slice(2)}: its tests are there`, () => {
    // `file`: "title", "title"; …
    const named = tests.replace(/ \|$/, '').split('; ');
    for (const one of named) {
      const [, file = '', titles = ''] = /^`([\w./-]+)`: (".+")$/.exec(one) ?? [];
      assert.ok(existsSync(join(root, 'test', file)), `${one}: names no file below test/`);
      for (const title of titles.slice(1, -1).split('", "')) {
        assert.ok(read(join('test', file)).includes(title), `test/${file} has no "${title}"`);
      }
    }
  });
}
