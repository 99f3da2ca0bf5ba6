import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suggest } from '../../../../helper/src/core/suggest.ts';

const words = ['deadline', 'timeout', 'any', 'header'];

test('a slip finds its word', () => {
  for (const [slip, word] of [
    ['deadlin', 'deadline'],
    ['daedline', 'deadline'],
    ['TIMEOUT', 'timeout'],
    ['ayn', 'any'],
    ['headers', 'header'],
  ] as const) {
    assert.equal(suggest(slip, words), word, slip);
  }
});

test('a word of its own finds none', () => {
  for (const word of ['verbose', 'x', 'silent', '']) assert.equal(suggest(word, words), undefined, word);
});
