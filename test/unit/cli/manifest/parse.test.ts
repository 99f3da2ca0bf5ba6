// What is refused of a manifest before anybody looks into it, with its place.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSlice } from '../../../../cli/src/manifest/parse.ts';
import { Lines } from '../../../../cli/src/manifest/place.ts';

const parse = (text: string) => parseSlice({ text, offset: 0 }, new Lines('a.yaml', text));

test('an alias must have its anchor before it, in its own document', () => {
  for (const [text, line] of [
    ['a: 1\nb: *x\n', 2],
    ['a: *x\nb: &x 1\n', 1],
    ['a: &x 1\n...\n---\nb: *x\n', 4],
    ['? *x\n: 1\n', 1],
  ] as const) {
    assert.throws(() => parse(text), {
      message: /\*x stands for nothing/,
      place: new Lines('a.yaml', text).placeAt(text.indexOf('*')),
    });
    assert.equal(new Lines('a.yaml', text).lineAt(text.indexOf('*')), line);
  }
  assert.equal(parse('a: &x {b: "*y"}\nc: *x\nd: [*x]\n').length, 1);
});
