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

test('a single letter is no slip of another', () => {
  assert.equal(suggest('x', ['a', 'b']), undefined);
  assert.equal(suggest('A', ['a', 'b']), 'a');
});

test('the beginning of a word finds it, where one word alone begins so', () => {
  assert.equal(suggest('warn', ['info', 'warning', 'error']), 'warning');
  assert.equal(suggest('Dead', words), 'deadline');
  // a slip is nearer
  assert.equal(suggest('tim', ['timeout', 'time']), 'time');
  assert.equal(suggest('he', ['header', 'help-text']), undefined);
  assert.equal(suggest('d', words), undefined);
});
