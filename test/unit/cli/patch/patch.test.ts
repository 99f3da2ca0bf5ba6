// Patches of any lists: the operations lead from one to the other, and the strategic merge names what it must.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ObjectChange } from '../../../../cli/src/patch/changes.ts';
import { applyPatch, jsonPatch } from '../../../../cli/src/patch/json-patch.ts';
import { strategicPatch } from '../../../../cli/src/patch/strategic.ts';

const item = fc.record(
  { name: fc.constantFrom('a', 'b', 'c', 'd', 'e'), image: fc.constantFrom('x', 'y') },
  { noNullPrototype: true },
);
const list = fc.uniqueArray(item, { selector: ({ name }) => name, maxLength: 5 });

type Item = { readonly name: string; readonly image: string };

/** A pod whose init containers change; those that stay keep their order, as they do in what inject writes. */
function change(before: readonly Item[] | undefined, after: readonly Item[] | undefined): ObjectChange {
  const object = (initContainers: readonly Item[] | undefined) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a/b~c' },
    spec: { containers: [{ name: 'app' }], ...(initContainers === undefined ? {} : { initContainers }) },
  });
  return {
    before: object(before),
    after: object(after),
    podPath: ['spec'],
    lists: [{ list: 'initContainers', path: ['spec', 'initContainers'], container: undefined, before, after }],
  };
}

test('a JSON patch leads from any list to any other, also from none and to none', () => {
  const maybe = fc.option(list, { nil: undefined });
  fc.assert(
    fc.property(maybe, maybe, (before, after) => {
      fc.pre(before !== undefined || after !== undefined);
      const one = change(before, after);
      // it is held against what it shall give before it is handed out; here once more
      assert.deepEqual(applyPatch(one.before, jsonPatch(one)), one.after);
    }),
  );
});

test('a patch for another pod is refused by its test of the name', () => {
  const operations = [{ op: 'test', path: '/spec/containers/0/name', value: 'web' }] as const;
  assert.throws(() => applyPatch(change([], []).before, operations), /is not what the patch is for/);
});

test('a strategic merge names others only where the order counts', () => {
  const [a, b, own] = ['a', 'b', 'greenroom'].map((name) => ({ name, image: 'x' })) as [Item, Item, Item];
  const items = (after: readonly Item[]) =>
    (strategicPatch(change([a, b], after)) as { spec: { initContainers: unknown[] } }).spec.initContainers;
  assert.deepEqual(items([own, a, b]), [own]);
  assert.deepEqual(items([a, own, b]), [{ name: 'a' }, own, { name: 'b' }]);
  assert.deepEqual(items([a]), [{ name: 'b', $patch: 'delete' }]);
  assert.deepEqual(items([{ name: 'a', image: 'y' }, b]), [{ name: 'a', image: 'y' }]);
});
