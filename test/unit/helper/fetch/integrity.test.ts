import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { findChecksum, serverDigest } from '../../../../helper/src/fetch/proof/integrity.ts';

const a = 'a'.repeat(64);
const b = 'b'.repeat(64);
const long = 'c'.repeat(128);
const find = (list: string, name = 'tool.tgz') => {
  const found = findChecksum(list, name, 'u');
  return 'fault' in found ? found.fault : `${found.algorithm} ${found.digests}`;
};

test('finds a name in lists as GNU, BSD and a lone digest write it', () => {
  const lists = [
    `${b}  other.tgz\n${a}  tool.tgz\n`,
    `${a} *tool.tgz\r\n`,
    `${a}  ./tool.tgz`,
    `${a}  dist/linux/tool.tgz`,
    `SHA256 (tool.tgz) = ${a}`,
    `# made by hand\n\nSHA2-256 (dist/tool.tgz) = ${a.toUpperCase()}`,
    `${a}\n`,
  ];
  for (const list of lists) assert.equal(find(list), `sha256 ${a}`, list);
  assert.equal(find(`\\${a}  a\\\\b\\nc`, 'a\\b\nc'), `sha256 ${a}`);
});

test('prefers the exact name, and the strongest digest', () => {
  assert.equal(find(`${b}  old/tool.tgz\n${a}  tool.tgz`), `sha256 ${a}`);
  assert.equal(find(`${a}  tool.tgz\n${long}  tool.tgz`), `sha512 ${long}`);
});

test('says why a list does not tell', () => {
  assert.equal(find(`${a}  other.tgz`), 'does not name tool.tgz');
  assert.equal(find('<html>not found</html>'), 'is no list of checksums');
  assert.equal(find(''), 'is no list of checksums');
  assert.equal(find(`${'d'.repeat(32)}  tool.tgz`), 'has only a broken kind of digest (MD5, SHA-1) for tool.tgz');
  assert.equal(find(`${a}  x/tool.tgz\n${b}  y/tool.tgz`), 'names tool.tgz twice, with different digests');
  assert.equal(find(`${a}\n${b}`), 'names tool.tgz twice, with different digests');
});

test('reads the digests that servers give, and leaves out those that are of something else', () => {
  const base64 = (algorithm: string) => createHash(algorithm).update('x').digest('base64');
  const hex = (algorithm: string) => createHash(algorithm).update('x').digest('hex');
  const read = (headers: Record<string, string>) => serverDigest((name) => headers[name])?.digests[0];
  const [short, strong] = [base64('sha256'), base64('sha512')];
  assert.equal(read({ 'repr-digest': `sha-256=:${short}:, sha-512=:${strong}:` }), hex('sha512'));
  assert.equal(read({ 'repr-digest': `sha-512=:${strong}:, sha-256=:${short}:` }), hex('sha512'));
  assert.equal(read({ digest: `SHA-256=${short}` }), hex('sha256'));
  assert.equal(read({ 'x-amz-checksum-sha256': short }), hex('sha256'));
  assert.equal(read({ 'x-amz-checksum-sha256': `${short}-12` }), undefined, 'a digest of digests');
  assert.equal(read({ 'repr-digest': `md5=:${base64('md5')}:`, 'content-digest': `sha-256=:${short}:` }), undefined);
  assert.equal(read({ 'repr-digest': 'sha-256=:AAAA:' }), undefined);
});
