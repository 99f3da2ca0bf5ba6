import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  keptOf,
  parsePartialState,
  parseRecord,
  sourceKey,
} from '../../../../helper/src/fetch/backstage/partial-state.ts';

const state = {
  version: 1,
  source: 'k',
  validators: { etag: '"a"' },
  sizeBytes: 10,
  offered: { algorithm: 'sha256', digests: ['a'.repeat(64)], from: "the server's digest" },
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
  const offers = [null, { ...state.offered, algorithm: 'sha512' }, { ...state.offered, digests: [] }];
  const others = [{ flushedBytes: -1 }, { sizeBytes: '10' }, { validators: { etag: 7 } }, { owner: null }];
  for (const wrong of [...others, ...offers.map((offered) => ({ offered }))]) {
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

test('of a file in parts its state says what is kept, of one in order its length', () => {
  const parts = {
    written: [
      [0, 50],
      [60, 80],
      [90, 100],
    ],
    flushed: [[0, 10]],
  } as const;
  const cases = [
    // parts, bytes of the file, same boot, kept
    [undefined, 70, true, [[0, 70]]],
    [undefined, 70, false, [[0, 40]]],
    [undefined, 30, false, [[0, 30]]],
    [undefined, 0, true, []],
    [parts, 100, true, parts.written],
    [
      parts,
      70,
      true,
      [
        [0, 50],
        [60, 70],
      ],
    ],
    [parts, 100, false, [[0, 10]]],
    // without a beginning there is nothing to go on from
    [{ ...parts, flushed: [[60, 80]] }, 100, false, []],
  ] as const;
  for (const [given, fileBytes, sameBoot, kept] of cases) {
    const state = { flushedBytes: 40, ...(given !== undefined && { parts: given }) };
    assert.deepEqual(keptOf(state, fileBytes, sameBoot), kept);
  }
});

test('who knows nothing of parts does not read a state with parts, and parts out of order are none', () => {
  const state = {
    ...{ version: 2, source: 'x', validators: {}, flushedBytes: 0, boot: 'b', owner: {} },
    parts: { written: [[0, 5]], flushed: [] },
  };
  assert.ok(parsePartialState(JSON.stringify(state)));
  assert.equal(parsePartialState(JSON.stringify({ ...state, version: 1 })), undefined);
  assert.equal(parsePartialState(JSON.stringify({ ...state, parts: undefined })), undefined);
  for (const written of [
    [[5, 5]],
    [
      [0, 5],
      [5, 6],
    ],
    [
      [3, 4],
      [0, 1],
    ],
    [[0, 'x']],
    'x',
    [[0, 1, 2]],
  ]) {
    assert.equal(parsePartialState(JSON.stringify({ ...state, parts: { written, flushed: [] } })), undefined);
  }
});
