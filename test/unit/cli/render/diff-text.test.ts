// A diff, applied to the old text, gives the new one: by patch(1)'s rules, read here.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { diffText } from '../../../../cli/src/render/diff-text.ts';

/** Applies a unified diff, and asserts that every line of context is there. */
function applyDiff(before: string, diff: string): string {
  const old = before.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const result: string[] = [];
  let at = 0;
  const lines = diff.split(/(?<=\n)/).slice(2);
  for (const [index, line] of lines.entries()) {
    const [, from = '', count] = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@\n$/.exec(line) ?? [];
    if (from !== '') {
      const start = Number(from) - (count === '0' ? 0 : 1);
      result.push(...old.slice(at, start));
      at = start;
      continue;
    }
    if (line.startsWith('\\')) continue;
    const isOpen = lines[index + 1]?.startsWith('\\') ?? false;
    const text = isOpen ? line.slice(1, -1) : line.slice(1);
    if (line[0] !== '+') assert.equal(old[at++], text);
    if (line[0] !== '-') result.push(text);
  }
  return [...result, ...old.slice(at)].join('');
}

const text = fc
  .tuple(fc.array(fc.constantFrom('a', 'b', 'c', '', ' a'), { maxLength: 30 }), fc.boolean())
  .map(([lines, isEnded]) => lines.join('\n') + (isEnded ? '\n' : ''));

test('applied to the old text it gives the new one', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      assert.equal(applyDiff(before, diffText('x', before, after)), after);
    }),
    { numRuns: 1_000 },
  );
});

test('of texts that are the same there is none', () => {
  assert.equal(diffText('x', 'a\n', 'a\n'), '');
});
