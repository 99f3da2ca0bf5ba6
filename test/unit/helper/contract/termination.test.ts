import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatTermination,
  parseTermination,
  type Termination,
  terminationLimitBytes,
} from '../../../../helper/src/contract/termination.ts';

const facts: Termination = {
  outcome: 'failed',
  code: 'DEADLINE_PASSED',
  cause: 'CONNECTION_REFUSED',
  step: '2/3',
  target: 'tcp://db:5432',
  attempts: 12,
  elapsedMs: 60_000,
  retryable: true,
};

test('a sentence for people, then a line of JSON for programs', () => {
  const message = formatTermination('tcp://db:5432 not ready after 60s', facts);
  assert.deepEqual(message.split('\n'), ['tcp://db:5432 not ready after 60s', JSON.stringify(facts)]);
});

test('a long sentence is cut at a word, and the JSON line stays whole', () => {
  const message = formatTermination('word '.repeat(1_000), facts);
  const [sentence = '', json = ''] = message.split('\n');
  assert.ok(Buffer.byteLength(message) <= terminationLimitBytes);
  assert.ok(Buffer.byteLength(message) > terminationLimitBytes - 10);
  assert.match(sentence, / word…$/);
  assert.deepEqual(JSON.parse(json), facts);
});

test('no message is longer than 1,024 bytes, and each is read back, whatever it says', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 3_000 }),
      fc.string({ unit: 'grapheme', maxLength: 3_000 }),
      (sentence, target) => {
        const message = formatTermination(sentence, { ...facts, target });
        assert.ok(Buffer.byteLength(message) <= terminationLimitBytes, `${Buffer.byteLength(message)} bytes`);
        const read = parseTermination(message);
        assert.equal(read?.facts.code, 'DEADLINE_PASSED');
        assert.equal(read?.facts.attempts, 12);
      },
    ),
  );
});

test('what is not one of ours is not read', () => {
  for (const message of ['', 'killed', '{"a":1}', 'null', '3'])
    assert.equal(parseTermination(message), undefined, message);
});
