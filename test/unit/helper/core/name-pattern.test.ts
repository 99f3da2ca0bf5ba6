// Patterns of names in archives, lists and stores; and that a faulty one is found with the arguments.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStep } from '../../../../helper/src/contract/step.ts';
import { parseNamePattern } from '../../../../helper/src/core/name-pattern.ts';

test('a pattern matches as in a shell', () => {
  const cases: [pattern: string, fits: string[], fitsNot: string[]][] = [
    ['*.txt', ['a.txt', '.txt'], ['b/a.txt', 'atxt']],
    ['a?c', ['abc'], ['ac', 'a/c']],
    ['**/c', ['c', 'a/c', 'a/b/c'], ['a/bc']],
    ['a/**', ['a/b', 'a/b/c'], ['a']],
    ['[a-c].x', ['b.x'], ['d.x', '/.x']],
    ['[!a-c]', ['d'], ['b', '/']],
    ['a/', ['a'], ['a/b']],
    ['\\*', ['*'], ['a']],
  ];
  for (const [pattern, fits, fitsNot] of cases) {
    for (const name of fits) assert.equal(parseNamePattern(pattern)?.test(name), true, `${pattern} ${name}`);
    for (const name of fitsNot) assert.equal(parseNamePattern(pattern)?.test(name), false, `${pattern} ${name}`);
  }
});

test('a range that goes backwards is no pattern, nor what is longer than any path', () => {
  for (const text of ['[z-a]', 'a'.repeat(5_000)]) assert.equal(parseNamePattern(text), undefined);
});

test('the arguments of a fetch are refused for it, before anything is touched', () => {
  assert.throws(() => parseStep(['fetch', 'https://x/a.tar', '/data/a', '--unpack', '--include', '[z-a]']), {
    code: 'USAGE',
    message: /--include: "\[z-a\]" is no pattern/,
  });
});
