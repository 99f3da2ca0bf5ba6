import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRefusal, refusalFailure } from '../../../../helper/src/stores/refusal.ts';
import { readListing } from '../../../../helper/src/stores/s3.ts';
import { readProfile } from '../../../../helper/src/stores/s3-keys.ts';
import { parseXml, textOf } from '../../../../helper/src/stores/xml.ts';

const none = () => undefined;

test('XML is read with its entities, CDATA, comments and attributes', () => {
  const root = parseXml(
    '\uFEFF<?xml version="1.0"?>\n<a x="1"><!-- c --><b>&lt;&#65;&#x42;&amp;</b><c/><d><![CDATA[<x>]]></d></a>\n',
  );
  assert.deepEqual(
    [textOf(root, 'b'), textOf(root, 'c'), textOf(root, 'd'), textOf(root, 'e')],
    ['<AB&', '', '<x>', undefined],
  );
});

test('XML that is broken, or declares entities, is refused', () => {
  for (const text of [
    '',
    'text',
    '<a>',
    '<a></b>',
    '<a/><b/>',
    '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    '<a>&x;</a>',
    '<a>&#x110000;</a>',
    '<a>'.repeat(40) + '</a>'.repeat(40),
  ]) {
    assert.throws(() => parseXml(text), /XML that is broken/, text);
  }
});

test('a listing gives names, sizes and the page that follows', () => {
  const entry = '<Contents><Key>a+b%2Bc/%C3%BC</Key><Size>5</Size><ETag>&quot;e&quot;</ETag></Contents>';
  const page = (rest: string) =>
    readListing(`<ListBucketResult xmlns="x"><EncodingType>url</EncodingType>${entry}${rest}</ListBucketResult>`);
  assert.deepEqual(page(''), { objects: [{ key: 'a b+c/ü', sizeBytes: 5, version: '"e"' }], next: undefined });
  assert.equal(page('<IsTruncated>true</IsTruncated><NextContinuationToken>t=</NextContinuationToken>').next, 't=');
  assert.throws(() => page('<IsTruncated>true</IsTruncated>'), /does not say how to go on/);
  assert.throws(() => page('<Contents><Key>x</Key></Contents>'), /without a name or a size/);
});

test('a refusal is said in words of the store, and with what can be done', () => {
  const told = readRefusal(
    '<Error><Code>RequestTimeTooSkewed</Code><Message>The difference\nis too large</Message></Error>',
    none,
  );
  const failure = refusalFailure(
    403,
    'http://store/b/k',
    told,
    'Sun, 06 Nov 1994 08:49:37 GMT',
    Date.UTC(1994, 10, 6, 9, 9, 37),
  );
  assert.equal(failure.message, 'HTTP 403 from http://store/b/k (RequestTimeTooSkewed, The difference is too large)');
  assert.match(failure.hint ?? '', /clock is 20m fast by the store's/);
  const sts = readRefusal('<ErrorResponse><Error><Code>InvalidIdentityToken</Code></Error></ErrorResponse>', none);
  assert.equal(sts.code, 'InvalidIdentityToken');
  assert.equal(readRefusal('<html><p>502</html>', none).code, '');
  const moved = readRefusal(
    '<Error><Code>TemporaryRedirect</Code><Endpoint>b.s3-eu-west-3.amazonaws.com</Endpoint></Error>',
    none,
  );
  assert.equal(moved.region, 'eu-west-3');
});

test("a profile is read as AWS's programs do", () => {
  const text =
    '# keys\n[default]\naws_access_key_id = A\naws_secret_access_key=s=1\n\n[profile other]\naws_access_key_id=B\n';
  assert.deepEqual(readProfile(text, 'default'), { AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 's=1' });
  assert.deepEqual(readProfile(text, 'other'), { AWS_ACCESS_KEY_ID: 'B' });
  assert.equal(readProfile(text, 'none'), undefined);
});
