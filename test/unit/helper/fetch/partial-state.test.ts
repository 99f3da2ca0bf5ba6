import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePartialState, parseRecord, sourceKey } from '../../../../helper/src/fetch/partial-state.ts';

const state = {
  version: 1,
  source: 'k',
  validators: { etag: '"a"' },
  sizeBytes: 10,
  flushedBytes: 4,
  boot: 'b',
  owner: { pod: 'p', processNamespace: 'n', process: 1, started: '1' },
};
const record = { version: 1, source: 'k', sha256: 'a'.repeat(64), sizeBytes: 1, inode: '1', modifiedNs: '2' };

test('a state or record that was cut short, or is of another kind, is none', () => {
  assert.deepEqual(parsePartialState(JSON.stringify(state)), state);
  assert.deepEqual(parseRecord(JSON.stringify(record)), record);
  for (const text of ['', '{', 'null', '7', '[]', JSON.stringify({ ...state, version: 2 }), JSON.stringify(record)]) {
    assert.equal(parsePartialState(text), undefined, text);
  }
  for (const wrong of [{ flushedBytes: -1 }, { sizeBytes: '10' }, { validators: { etag: 7 } }, { owner: null }]) {
    assert.equal(parsePartialState(JSON.stringify({ ...state, ...wrong })), undefined, JSON.stringify(wrong));
  }
  for (const text of ['', JSON.stringify({ ...record, sha256: 'x' }), JSON.stringify({ ...record, inode: 1 })]) {
    assert.equal(parseRecord(text), undefined, text);
  }
});

test('the key of a source holds no part of it, and does not depend on user, password and fragment', () => {
  assert.equal(sourceKey('https://u:pw@h/a?b=c#d'), sourceKey('https://h/a?b=c'));
  assert.notEqual(sourceKey('https://h/a?b=c'), sourceKey('https://h/a?b=d'));
  assert.match(sourceKey('https://h/a?token=x'), /^[0-9a-f]{64}$/);
});
