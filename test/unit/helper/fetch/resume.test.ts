import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Asking, chooseAsking, judgeAnswer, rangeHeaders } from '../../../../helper/src/fetch/asking/resume.ts';
import type { Held } from '../../../../helper/src/fetch/backstage/validators.ts';

const date = 'Wed, 01 Jul 2026 00:00:00 GMT';
const other = 'Thu, 02 Jul 2026 00:00:00 GMT';
const strong: Held = { bytes: 4, sizeBytes: 10, validators: { etag: '"v1"' } };
const dated: Held = { bytes: 4, sizeBytes: 10, validators: { lastModified: date, lastModifiedStrong: true } };
const fresh: Held = { bytes: 4, sizeBytes: 10, validators: { lastModified: date, lastModifiedStrong: false } };
const weak: Held = { bytes: 4, sizeBytes: 10, validators: { etag: 'W/"v1"' } };
const bare: Held = { bytes: 4, sizeBytes: 10, validators: {} };

/** The verdict in short, such as `append`, `ask whole` or `fail HTTP_REFUSED`. */
function judge(
  status: number,
  headers: Record<string, string>,
  { asking = 'conditional' as Asking, held = strong as Held | undefined, digestKnown = false } = {},
): string {
  const verdict = judgeAnswer({ status, header: (name) => headers[name] }, asking, held, digestKnown, 'u');
  if (verdict.kind === 'ask') return `ask ${verdict.asking}`;
  return verdict.kind === 'fail' ? `fail ${verdict.failure.code}` : verdict.kind;
}
const rest = { 'content-range': 'bytes 4-9/10', 'content-length': '6' };

test('a range is asked for only where something will prove that it continues what is held', () => {
  const rows: [Held | undefined, boolean, boolean, Asking][] = [
    [undefined, true, false, 'whole'],
    [{ ...strong, bytes: 0 }, true, false, 'whole'],
    [strong, false, false, 'conditional'],
    [dated, false, false, 'conditional'],
    [strong, false, true, 'bare'],
    [weak, true, false, 'bare'],
    [fresh, true, false, 'bare'],
    [bare, true, false, 'bare'],
    [weak, false, false, 'whole'],
    [fresh, false, false, 'whole'],
    [bare, false, false, 'whole'],
  ];
  for (const [held, digestKnown, ifRangeFails, expected] of rows) {
    assert.equal(chooseAsking(held, digestKnown, ifRangeFails), expected, JSON.stringify({ held, digestKnown }));
  }
  assert.deepEqual(rangeHeaders('conditional', strong), [
    ['range', 'bytes=4-'],
    ['if-range', '"v1"'],
  ]);
  assert.deepEqual(rangeHeaders('conditional', dated)[1], ['if-range', date]);
  assert.deepEqual(rangeHeaders('bare', weak), [['range', 'bytes=4-']]);
  assert.deepEqual(rangeHeaders('bare', strong, 7), [['range', 'bytes=4-6']]);
  assert.deepEqual(rangeHeaders('whole', strong), []);
});

test('206 is appended when place, size and validator are those of what is held', () => {
  assert.equal(judge(206, { ...rest, etag: '"v1"' }), 'append');
  assert.equal(judge(206, { 'content-range': 'bytes 4-9/*', etag: '"v1"' }), 'append');
  assert.equal(judge(206, { ...rest }, { held: dated }), 'append');
  assert.equal(judge(206, { ...rest }, { held: bare, asking: 'bare', digestKnown: true }), 'append');
  assert.equal(judge(206, { ...rest, etag: 'W/"v1"' }, { held: weak, asking: 'bare', digestKnown: true }), 'append');
});

test('what is known of a rest is told: its length, the size of all, and by what to go on with it later', () => {
  const taken = (range: string, headers: Record<string, string>, held: Held, asking: Asking = 'conditional') => {
    const answered: Record<string, string> = { 'content-range': range, ...headers };
    return judgeAnswer({ status: 206, header: (name) => answered[name] }, asking, held, true, 'u');
  };
  const about = { kind: 'append', framed: true };
  const { validators } = strong;
  const etag = { etag: '"v1"' };
  assert.deepEqual(taken('bytes 4-9/10', etag, strong), { ...about, validators, sizeBytes: 10, bodyBytes: 6 });
  assert.deepEqual(taken('bytes 4-6/*', etag, strong), { ...about, validators, sizeBytes: 10, bodyBytes: 3 });
  const { sizeBytes: _, ...unsized } = strong;
  assert.deepEqual(taken('bytes 4-4/*', etag, unsized), { ...about, validators, bodyBytes: 1 });
  assert.deepEqual(taken('bytes 4-4/5', etag, unsized), { ...about, validators, sizeBytes: 5, bodyBytes: 1 });
  const rest = { ...about, sizeBytes: 10, bodyBytes: 6 };
  assert.deepEqual(taken('bytes 4-9/10', {}, dated), { ...rest, validators: dated.validators });
  // only the digest proves it: no validator may be trusted for the next rest
  assert.deepEqual(taken('bytes 4-9/10', {}, strong), { ...rest, validators: {} });
  assert.deepEqual(taken('bytes 4-9/10', { etag: 'W/"v1"' }, weak, 'bare'), { ...rest, validators: {} });
});

test('206 that nobody asked for is taken where it covers all', () => {
  const whole = (range: string) => judge(206, { 'content-range': range }, { asking: 'whole', held: undefined });
  assert.equal(whole('bytes 0-9/10'), 'replace');
  for (const range of ['bytes 0-8/10', 'bytes 1-9/10', 'bytes 1-10/10', 'bytes 0-9/*']) {
    assert.equal(whole(range), 'fail UNEXPECTED_ANSWER', range);
  }
});

test('206 of anything else is never appended', () => {
  assert.equal(judge(206, { ...rest, etag: '"v2"' }), 'ask whole', 'another version');
  assert.equal(judge(206, { ...rest }), 'ask whole', 'a server that drops its ETag');
  assert.equal(judge(206, { ...rest, etag: 'W/"v1"' }), 'ask whole', 'a weak one in its place');
  assert.equal(judge(206, { ...rest, 'last-modified': other }, { held: dated }), 'ask whole', 'another date');
  assert.equal(judge(206, { ...rest, etag: 'W/"v2"' }, { held: weak, asking: 'bare', digestKnown: true }), 'ask whole');
  assert.equal(judge(206, { 'content-range': 'bytes 4-10/11', etag: '"v1"' }), 'ask whole', 'another size');
  assert.equal(judge(206, { 'content-range': 'bytes 3-9/10', etag: '"v1"' }), 'ask whole', 'another place');
  assert.equal(judge(206, { 'content-range': 'bytes 0-9/10', etag: '"v1"' }), 'ask whole', 'the beginning');
  assert.equal(judge(206, { 'content-range': 'bytes 4-3/10', etag: '"v1"' }), 'ask whole', 'nonsense');
  assert.equal(judge(206, { 'content-range': 'bytes 4-10/10', etag: '"v1"' }), 'ask whole', 'beyond its end');
  assert.equal(judge(206, { 'content-type': 'multipart/byteranges; boundary=x', etag: '"v1"' }), 'ask whole');
  assert.equal(judge(206, { ...rest, 'content-length': '7', etag: '"v1"' }), 'ask whole', 'two lengths');
  assert.equal(judge(206, { ...rest, 'content-encoding': 'gzip', etag: '"v1"' }), 'ask whole', 'another coding');
  assert.equal(judge(206, { ...rest, etag: '"v1"' }, { held: undefined, asking: 'whole' }), 'fail UNEXPECTED_ANSWER');
});

test('200 in place of 206 replaces what is held, unless the server has only mishandled If-Range', () => {
  assert.equal(judge(200, { 'content-length': '10', etag: '"v2"' }), 'replace');
  assert.equal(judge(200, { 'content-length': '10', etag: '"v1"' }), 'ask bare');
  assert.equal(judge(200, { 'content-length': '10', 'last-modified': date }, { held: dated }), 'ask bare');
  assert.equal(judge(200, { 'content-length': '10', 'last-modified': other }, { held: dated }), 'replace');
  assert.equal(judge(200, { 'content-length': '10' }, { held: dated }), 'replace');
  assert.equal(judge(200, { 'content-length': '10', etag: '"v1"' }, { asking: 'bare' }), 'replace');
});

test('416 means complete only where that is proven', () => {
  const all = { ...strong, bytes: 10 };
  const unknownSize: Held = { bytes: 10, validators: { etag: '"v1"' } };
  assert.equal(judge(416, { 'content-range': 'bytes */10', etag: '"v1"' }, { held: all }), 'complete');
  assert.equal(judge(416, { 'content-range': 'bytes */10', etag: '"v1"' }, { held: unknownSize }), 'complete');
  assert.equal(judge(416, { 'content-range': 'bytes */10' }, { held: unknownSize, digestKnown: true }), 'complete');
  assert.equal(judge(416, { 'content-range': 'bytes */10' }, { held: unknownSize }), 'ask whole');
  assert.equal(judge(416, { 'content-range': 'bytes */10', etag: '"v2"' }, { held: unknownSize }), 'ask whole');
  assert.equal(judge(416, { 'content-range': 'bytes */4', etag: '"v1"' }), 'ask whole', 'it has shrunk');
  assert.equal(judge(416, {}), 'ask whole');
});

test('a range that is not understood is followed by a request for the whole', () => {
  for (const status of [400, 412, 416, 501]) assert.equal(judge(status, {}), 'ask whole', `${status}`);
  for (const status of [400, 412, 416, 501]) {
    assert.equal(judge(status, {}, { held: undefined, asking: 'whole' }), 'fail HTTP_REFUSED', `${status}`);
  }
  assert.equal(judge(404, {}), 'fail HTTP_REFUSED');
  assert.equal(judge(503, {}), 'fail HTTP_UNAVAILABLE');
});

test('a compressed body is refused, unless a digest says that it is wanted', () => {
  const gzip = { 'content-length': '10', 'content-encoding': 'gzip' };
  assert.equal(judge(200, gzip, { held: undefined, asking: 'whole' }), 'fail HTTP_REFUSED');
  assert.equal(judge(200, gzip, { held: undefined, asking: 'whole', digestKnown: true }), 'replace');
});

test('what frames the body is told', () => {
  const taken = (headers: Record<string, string>) =>
    judgeAnswer({ status: 200, header: (name) => headers[name] }, 'whole', undefined, false, 'u');
  const about = { kind: 'replace', validators: {} };
  assert.deepEqual(taken({ 'content-length': '7' }), { ...about, sizeBytes: 7, bodyBytes: 7, framed: true });
  assert.deepEqual(taken({ 'transfer-encoding': 'chunked', 'content-length': '7' }), { ...about, framed: true });
  assert.deepEqual(taken({}), { ...about, framed: false });
  assert.equal(
    judge(200, { 'content-length': '7, 8' }, { asking: 'whole', held: undefined }),
    'fail UNEXPECTED_ANSWER',
  );
});
