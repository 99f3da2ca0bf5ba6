import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { parseIntegrity } from '../../../../helper/src/contract/integrity.ts';
import { moveSourcePath } from '../../../../helper/src/contract/source.ts';

const digest = (algorithm: string, encoding: 'hex' | 'base64') => createHash(algorithm).update('x').digest(encoding);

test('reads algorithm:HEX and Subresource Integrity, and of several digests the strongest', () => {
  const sha512 = { algorithm: 'sha512', digests: [digest('sha512', 'hex')], from: '--integrity' };
  assert.deepEqual(parseIntegrity(`sha512:${digest('sha512', 'hex').toUpperCase()}`), sha512);
  assert.deepEqual(parseIntegrity(`sha512-${digest('sha512', 'base64')}?option`), sha512);
  assert.deepEqual(parseIntegrity(`sha256-${digest('sha256', 'base64')} sha512-${digest('sha512', 'base64')}`), sha512);
});

test('what is no digest, or one of a broken kind, is refused', () => {
  for (const text of [
    '',
    'x',
    `md5:${digest('md5', 'hex')}`,
    `sha1-${digest('sha1', 'base64')}`,
    `sha512:${digest('sha256', 'hex')}`,
    `sha256-${digest('sha512', 'base64')}`,
    `sha256:${digest('sha256', 'hex')}0`,
    `sha256-${digest('sha256', 'base64')}!`,
  ]) {
    assert.ok('fault' in parseIntegrity(text), text);
  }
});

test('the path in a source is moved, whatever stands in it', () => {
  const move = (path: string) => `/root dir/100%${path}`;
  assert.equal(moveSourcePath('https://a/b', move), 'https://a/b');
  const moved = moveSourcePath('file:///a%20b/c', move);
  assert.equal(decodeURIComponent(new URL(moved).pathname), '/root dir/100%/a b/c');
});
