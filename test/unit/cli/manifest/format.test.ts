// Scalars that are written read back as the same text, in YAML 1.1 and 1.2, in block and flow style.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { formatScalar } from '../../../../cli/src/manifest/format.ts';

const trap = fc.constantFrom(
  '0644',
  'on',
  'y',
  'NO',
  '1e3',
  '22:22',
  '1_000',
  '0x1f',
  '0o17',
  '.5',
  '+1',
  '2026-11-22',
  '2026-11-22T10:00:00Z',
  '.inf',
  '~',
  'null',
  '<<',
  '=',
  '- a',
  '-',
  '--',
  '---',
  '...',
  'a: b',
  'a:',
  ':a',
  'a #b',
  '#b',
  '&a',
  '*a',
  '!a',
  '|',
  '>',
  '%a',
  '@a',
  '`a',
  '{a}',
  '[a]',
  'a, b',
  "it's",
  '"a"',
  ' a',
  'a ',
  '',
  '\t',
  'a\nb',
  '\u0085',
  '\u2028',
  '\uFEFF',
  '\u{1f600}',
  '?',
  '? a',
  'true',
  // a number to some parsers of YAML 1.1
  'e0',
);

test('a text that is written reads back as itself, whatever it looks like', () => {
  fc.assert(
    fc.property(fc.oneof(trap, fc.string(), fc.string({ unit: 'grapheme' })), fc.boolean(), (text, json) => {
      const written = formatScalar(text, json);
      for (const version of ['1.1', '1.2'] as const) {
        assert.equal(parse(`a: ${written}\n`, { version }).a, text, `block, ${version}: ${written}`);
        assert.deepEqual(
          parse(`[${written}, {a: ${written}}]`, { version }),
          [text, { a: text }],
          `flow, ${version}: ${written}`,
        );
        assert.deepEqual(parse(`- ${written}\n- x\n`, { version }), [text, 'x'], `list, ${version}: ${written}`);
      }
    }),
    { numRuns: 2_000 },
  );
});
