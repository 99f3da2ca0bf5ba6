// Manifests as data: scalars as kubectl reads them, tags, merges, aliases; and where the text is no YAML.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDocuments, readValues } from '../../../../cli/src/manifest/values.ts';

const read = (text: string) => readDocuments('a.yaml', text);

test('a scalar without quotes is what kubectl reads', () => {
  const [value] = read(
    '[0644, 0o17, 08, 1_000, 1e3, on, n, ~, , 22:22, 2026-01-31, 1.2.3, 100m, "0644", \'on\', 0x1F, .5]'.replace(
      ', ,',
      ',',
    ),
  );
  assert.deepEqual(value, [
    ...[420, 15, 8, 1000, 1000, true, false, null],
    ...['22:22', '2026-01-31', '1.2.3', '100m', '0644', 'on', 31, 0.5],
  ]);
});

test('keys are texts, whatever they look like', () => {
  assert.deepEqual(read('on: 1\n0644: 2\nname: 3\n'), [{ true: 1, 420: 2, name: 3 }]);
});

test('texts that are blocks, or have a tag, are texts; a tag makes a number of a text', () => {
  assert.deepEqual(read('a: |\n  0644\nb: !!str 0644\nc: !!int "12"\nd: >-\n  on\n'), [
    { a: '0644\n', b: '0644', c: 12, d: 'on' },
  ]);
});

test('whole numbers keep all of their digits', () => {
  assert.deepEqual(read('a: 9007199254740993\n9007199254740993: 1\n'), [
    { a: 9007199254740993n, '9007199254740993': 1 },
  ]);
});

test('merges and aliases are followed', () => {
  assert.deepEqual(read('base: &b {a: 1, b: 2}\nc: {<<: *b, b: 3}\nd: *b\n'), [
    { base: { a: 1, b: 2 }, c: { a: 1, b: 3 }, d: { a: 1, b: 2 } },
  ]);
});

test('documents that hold nothing are none; a List gives its items', () => {
  assert.deepEqual(read('---\n# only this\n---\na: 1\n---\n'), [{ a: 1 }]);
  assert.deepEqual(readValues('a.yaml', 'kind: List\nitems: [{kind: A}, {kind: BList, items: [{kind: B}]}]\n'), [
    { kind: 'A' },
    { kind: 'B' },
  ]);
});

test('what is no YAML is told with its place', () => {
  assert.throws(
    () => read('a: 1\nb: [1\n'),
    (error: { place?: { line: number; file: string } }) => {
      assert.equal(error.place?.file, 'a.yaml');
      return true;
    },
  );
});

test('aliases that would grow beyond bounds are refused', () => {
  const layers = Array.from({ length: 12 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`);
  assert.throws(() => read(['l0: &l0 [x]', ...layers].join('\n')), /alias/i);
});
