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

/** What the kubelet keeps of the messages of a pod's containers: pkg/kubelet/status, normalizeStatus. */
function keptByKubelet(messages: readonly string[]): string[] {
  const share = Math.floor((12 * 1_024) / messages.length);
  return messages.map((message) => Buffer.from(message).subarray(0, share).toString());
}

const many = Array.from({ length: 50 }, (_, index) => `tcp://service-${index}.shop.svc.cluster.local:5432`);
const long = formatTermination(
  `50 of 50 targets not ready after 5m: ${many.map((one) => `${one} (358 attempts): connection refused`).join('; ')}`,
  { ...facts, target: many.join(' ') },
);

test('of twelve containers with long messages every one arrives whole', () => {
  for (const kept of keptByKubelet(Array.from({ length: 12 }, () => long))) {
    assert.equal(kept, long);
    assert.equal(parseTermination(kept)?.facts.code, 'DEADLINE_PASSED');
  }
});

test('of more containers the first target and its cause still arrive', () => {
  for (const kept of keptByKubelet(Array.from({ length: 40 }, () => long))) {
    assert.match(
      kept,
      /^50 of 50 targets not ready after 5m: tcp:\/\/service-0\S+ \(358 attempts\): connection refused; /,
    );
  }
});

test('the sentence keeps most of the room, and its words are whole', () => {
  const [sentence = ''] = long.split('\n');
  assert.ok(Buffer.byteLength(sentence) >= 560, `${Buffer.byteLength(sentence)} bytes`);
  assert.match(sentence, / (?:connection|refused;|tcp:\S+5432|\(358|attempts\):)…$/);
});

test('what is not one of ours is not read', () => {
  for (const message of ['', 'killed', '{"a":1}', 'null', '3'])
    assert.equal(parseTermination(message), undefined, message);
});

// character by character it takes minutes: the timeout is only where that would end
test('what thousands of targets say is cut in one go', { timeout: 60_000 }, () => {
  const sentence = 'tcp://db-0.db:5432 (12 attempts): connect EMFILE – Größe; '.repeat(20_000);
  const message = formatTermination(sentence, { ...facts, target: 'tcp://db:5432 '.repeat(20_000) });
  assert.ok(Buffer.byteLength(message) <= terminationLimitBytes);
  assert.equal(parseTermination(message)?.facts.code, 'DEADLINE_PASSED');
});
