import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRetryAfter } from '../../../../helper/src/http/retry-after.ts';

const date = 'Sun, 06 Nov 1994 08:49:37 GMT';

test('reads seconds and dates, the latter by the clock of the server', () => {
  assert.equal(parseRetryAfter('7', undefined, 0), 7_000);
  assert.ok((parseRetryAfter('9'.repeat(400), undefined, 0) ?? 0) > 1e12, 'however long: the pause has its own bound');
  assert.equal(parseRetryAfter(date, 'Sun, 06 Nov 1994 08:49:07 GMT', 0), 30_000);
  assert.equal(parseRetryAfter(date, undefined, Date.parse(date) - 5_000), 5_000);
  assert.equal(parseRetryAfter(date, undefined, Date.parse(date) + 5_000), 0);
});

test('anything else says nothing', () => {
  for (const text of [undefined, '', 'soon', '-1', '1.5', 'Tuesday']) {
    assert.equal(parseRetryAfter(text, undefined, 0), undefined, text);
  }
});
