import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  compareValidators,
  rangeCondition,
  readValidators,
} from '../../../../helper/src/fetch/backstage/validators.ts';

const read = (headers: Record<string, string>) => readValidators((name) => headers[name]);
const modified = 'Wed, 01 Jul 2026 00:00:00 GMT';

test('a date can tell versions apart once it is a minute older than the answer', () => {
  const at = (date: string) => rangeCondition(read({ 'last-modified': modified, date }));
  assert.equal(at('Wed, 01 Jul 2026 00:00:59 GMT'), undefined);
  assert.equal(at('Wed, 01 Jul 2026 00:01:00 GMT'), modified);
  assert.equal(rangeCondition(read({ 'last-modified': modified })), undefined);
});

test('a weak or malformed ETag is no condition, a strong one comes before the date', () => {
  const date = 'Thu, 02 Jul 2026 00:00:00 GMT';
  assert.equal(rangeCondition(read({ etag: '"a"', 'last-modified': modified, date })), '"a"');
  assert.equal(rangeCondition(read({ etag: 'W/"a"', 'last-modified': modified, date })), modified);
  assert.deepEqual(read({ etag: 'a' }), {});
  assert.deepEqual(read({ etag: '"a", "b"' }), {});
  assert.deepEqual(read({ 'last-modified': 'yesterday' }), {});
});

test('only something strong says that it is the same object', () => {
  const strongDate = { lastModified: modified, lastModifiedStrong: true };
  assert.equal(compareValidators({ etag: '"a"' }, { etag: '"a"' }), 'same');
  assert.equal(compareValidators({ etag: '"a"' }, { etag: '"b"' }), 'other');
  assert.equal(compareValidators({ etag: '"a"', ...strongDate }, { etag: '"b"', ...strongDate }), 'other');
  assert.equal(compareValidators({ etag: 'W/"a"' }, { etag: 'W/"a"' }), 'unknown');
  assert.equal(compareValidators({ etag: 'W/"a"' }, { etag: 'W/"b"' }), 'other');
  assert.equal(compareValidators({ etag: '"a"' }, { etag: 'W/"a"' }), 'unknown');
  assert.equal(compareValidators(strongDate, strongDate), 'same');
  assert.equal(compareValidators(strongDate, { lastModified: 'other' }), 'other');
  assert.equal(compareValidators({ ...strongDate, lastModifiedStrong: false }, strongDate), 'unknown');
  assert.equal(compareValidators({}, { etag: '"a"' }), 'unknown');
});
