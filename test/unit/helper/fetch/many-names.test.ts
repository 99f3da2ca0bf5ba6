import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkNames, nameFault, shownName } from '../../../../helper/src/fetch/many/names.ts';
import { readList } from '../../../../helper/src/fetch/many/read-list.ts';

const hex = 'ab'.repeat(32);
const read = (text: string, base = 'https://example.org/v1/SHA256SUMS') => readList(text, base, 'the list');

test('names that lead elsewhere, forge a log or hide are refused', () => {
  for (const name of [
    ...['', '/etc/passwd', '../a', 'a/../b', 'a/..', './a', 'a//b', 'a/', 'a\\b', 'a\nb', 'a\u0000', 'a\u202eb'],
    ...['\uFFFD', '\ud800', 'x'.repeat(256), 'a/'.repeat(70).concat('b'), `${'x'.repeat(200)}/`.repeat(12).concat('x')],
  ]) {
    assert.notEqual(nameFault(name), undefined, JSON.stringify(name));
  }
  for (const name of ['a', 'a b/c', 'ü/…', '-rf', '.hidden', '...']) assert.equal(nameFault(name), undefined, name);
});

test('a name is bounded as file systems and archives are, and shown in part where it is long', () => {
  const parts = (count: number) => Array.from({ length: count }, () => 'a').join('/');
  const bytes = (count: number) => `${`${'x'.repeat(255)}/`.repeat(8)}${'y'.repeat(count - 2_048)}`;
  const rows = [
    [parts(64), parts(65), 'lies more than 64 folders deep'],
    ['ü'.repeat(127), 'ü'.repeat(128), 'has a part of more than 255 bytes'],
    [bytes(2_049).slice(1), bytes(2_049), 'has more than 2048 bytes'],
  ] as const;
  for (const [longest, longer, fault] of rows) assert.deepEqual([longest, longer].map(nameFault), [undefined, fault]);
  assert.equal(shownName('b'.repeat(200)), `"${'b'.repeat(200)}"`);
  assert.equal(shownName(`a${'b'.repeat(200)}`), `"a${'b'.repeat(199)}…"`);
});

test('a name twice, and one that is a file and a folder, are refused', () => {
  assert.throws(() => checkNames(['a', 'a'], 'the list'), /names "a" twice/);
  assert.throws(() => checkNames(['a/b', 'a'], 'the list'), /names "a" both as a file and as a folder/);
  checkNames(['a/b', 'a/c', 'ab'], 'the list');
});

test('a name without a fault stays below the destination, whatever it is', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constantFrom('a', 'a/b', 'ü', '..a')), (name) => {
      if (nameFault(name) !== undefined) return;
      assert.ok(
        new URL(name.split('/').map(encodeURIComponent).join('/'), 'file:///out/').href.startsWith('file:///out/'),
      );
    }),
  );
});

test('a list of checksums gives what lies beside it, in the styles of GNU and BSD', () => {
  const expected = [{ algorithm: 'sha256', digests: [hex], from: 'the list' }];
  for (const line of [`${hex}  d/a b`, `${hex} *d/a b`, `SHA256 (d/a b) = ${hex}`, `${hex.toUpperCase()}  ./d/a b`]) {
    assert.equal(read(`\uFEFF${line}\r\n`)[0]?.name, 'd/a b', 'with a byte order mark, as PowerShell writes it');
    assert.deepEqual(read(`# comment\n${line}\n`), [
      { name: 'd/a b', source: 'https://example.org/v1/d/a%20b', expected },
    ]);
  }
  assert.deepEqual(read(`${hex}  a?b#c\n`)[0]?.source, 'https://example.org/v1/a%3Fb%23c');
  assert.deepEqual(read(`${hex}  d/a\n`, 's3://bucket/v1/SHA256SUMS')[0]?.source, 's3://bucket/v1/d/a');
});

test('what stands outside of a signature does not count', () => {
  const signed = `${hex}  evil\n-----BEGIN PGP SIGNED MESSAGE-----`;
  assert.throws(() => read(signed), /is a list of checksums, but for/);
  const text = `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${hex}  a\n-----BEGIN PGP SIGNATURE-----\nabc\n-----END PGP SIGNATURE-----\n${hex}  evil\n`;
  assert.deepEqual(
    read(text).map(({ name }) => name),
    ['a'],
  );
});

test('a plain list gives URLs and paths, names and digests', () => {
  const files = read(`https://cdn.example.org/x.bin\nsub/y%20z\n'q r' name sha256:${hex}\n`);
  assert.deepEqual(
    files.map(({ name, source, expected }) => [name, source, expected.length]),
    [
      ['x.bin', 'https://cdn.example.org/x.bin', 0],
      ['sub/y z', 'https://example.org/v1/sub/y%20z', 0],
      ['name', 'https://example.org/v1/q%20r', 1],
    ],
  );
});

test('a list of a bucket names what lies in it, beside it, and on the web', () => {
  const sources = (text: string) => read(text, 's3://bucket/v1/list').map(({ source }) => source);
  const web = ['https://example.org/b', 'http://example.org/c'];
  assert.deepEqual(sources(`./d/a\ns3://bucket/e\n${web.join('\n')}\n`), [
    's3://bucket/v1/d/a',
    's3://bucket/e',
    ...web,
  ]);
});

test('lists that cannot be meant are refused', () => {
  for (const [text, fault] of [
    [`${hex}  a\nno checksum\n`, /but for "no checksum"/],
    [`${'a'.repeat(32)}  a\n`, /broken kind of digest/],
    [`${hex}  a\n${'cd'.repeat(32)}  a\n`, /twice, with different digests/],
    ['a b c\n', /is not SOURCE \[NAME\] \[DIGEST\]/],
    [`a sha256:${hex} sha256:${hex}\n`, /is not SOURCE \[NAME\] \[DIGEST\]/],
    ['a b c d\n', /is not SOURCE \[NAME\] \[DIGEST\]/],
    ['file:///etc/passwd\n', /is file:, which a list from https: may not name/],
    ['s3://bucket/a\n', /is s3:, which a list from https: may not name/],
    ['http://example.org/a\n', /is http:, which a list from https: may not name/],
    [`a sha256:12\n`, /not a digest of sha256/],
    ["a 'b\n", /a quote \('\) is not closed/],
  ] as const) {
    assert.throws(() => read(text), fault);
  }
  assert.throws(() => read('s3://other/a\n', 's3://bucket/list'), /lies in another bucket/);
  for (const source of ['file:///etc/passwd', 's3://bucket/a']) {
    assert.throws(() => read(`${source}\n`, 'http://example.org/list'), /which a list from http: may not name/);
  }
});

test('how many lines a list has is known before any of them is read', () => {
  const refuse = (lines: number) => {
    throw new Error(`${lines} lines`);
  };
  const faulty = 'a "b\n'.repeat(3);
  assert.throws(() => readList(faulty, 'https://example.org/list', 'the list', refuse), /^Error: 3 lines$/);
  assert.throws(() => readList(faulty, 'https://example.org/list', 'the list'), /faulty line/);
});
