import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../../helper/src/core/failure.ts';
import { createSources } from '../../../../helper/src/fetch/transfer/sources.ts';

test('a failure that may pass goes on to the next source, in turn', () => {
  const sources = createSources(['a', 'b']);
  const asked = ['', '', ''].map(() => {
    const { current } = sources;
    assert.equal(sources.failed(new Failure('CONNECTION_RESET', '')), false);
    return current;
  });
  assert.deepEqual(asked, ['a', 'b', 'a']);
});

test('a source that fails for good is not asked again, and the last one ends it', () => {
  const sources = createSources(['a', 'b', 'c']);
  assert.equal(sources.failed(new Failure('HTTP_REFUSED', '')), true);
  assert.equal(sources.current, 'b');
  sources.failed(new Failure('STALLED', ''));
  assert.equal(sources.current, 'c');
  assert.equal(sources.failed(new Failure('INTEGRITY_MISMATCH', '')), true);
  assert.equal(sources.current, 'b');
  assert.equal(sources.failed(new Failure('HTTP_REFUSED', '')), false);
});

test('a fault that is not the source, such as a full volume, is for no mirror to mend', () => {
  assert.equal(createSources(['a', 'b']).failed(new Failure('NO_SPACE', '')), false);
});
