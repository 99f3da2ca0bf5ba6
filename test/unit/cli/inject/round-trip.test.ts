// inject and uninject on manifests in every style: nothing but our own parts changes, and the way back is exact.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { Fault } from '../../../../cli/src/fault.ts';
import { inject } from '../../../../cli/src/inject/inject.ts';
import type { InjectOptions } from '../../../../cli/src/inject/options.ts';
import { transformFile } from '../../../../cli/src/inject/transform.ts';
import { uninject } from '../../../../cli/src/inject/uninject.ts';
import { injectOptions } from '../../../support/helper-options.ts';
import { brokenManifest, nastyManifest } from '../../../support/nasty-yaml.ts';
import { root } from '../../../support/read-imports.ts';

// more of them: GREENROOM_TEST_RUNS=5000
const runs = Number(process.env.GREENROOM_TEST_RUNS ?? 60);

const put = (text: string, options: InjectOptions) => transformFile('x', text, () => true, inject(options)).text;
const take = (text: string) => transformFile('x', text, () => true, uninject({ base: 'greenroom' })).text;

const stepSets = [
  ['wait tcp://db:5432'],
  ["wait https://api/health --header 'Accept: text/plain' --status 2xx"],
  ['fetch https://example.org/a /data/a'],
  ['wait dns://myappb --deadline 2m', 'fetch https://example.org/a /data/sub/a', 'fetch https://example.org/b /other/'],
];

const options = fc
  .record({
    steps: fc.constantFrom(...stepSets),
    separate: fc.boolean(),
    sizeLimit: fc.constantFrom(undefined, '10Mi'),
    position: fc.constantFrom(undefined, { at: 'first' } as const, { at: 'last' } as const),
  })
  .map(({ steps, ...rest }) => injectOptions(steps, rest));

/** What a file says, without what is ours: every scalar as it is written, aliases followed. */
function meaning(text: string): unknown {
  const isOurs = (item: unknown) => /^greenroom(?:-|$)/.test(String((item as { name?: unknown } | null)?.name));
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.filter((item) => !isOurs(item)).map(strip);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, item]) => {
        const rest = strip(item);
        const isOursToMake = ['initContainers', 'volumes', 'volumeMounts'].includes(key);
        const isNothing = rest === '' || rest === '~' || rest === 'null' || (Array.isArray(rest) && rest.length === 0);
        return isOursToMake && isNothing ? [] : [[key, rest]];
      }),
    );
  };
  return parseAllDocuments(text, { schema: 'failsafe' }).map((document) => {
    assert.deepEqual(document.errors, []);
    return strip(document.toJS());
  });
}

test('uninject gives back the very bytes that inject was given', () => {
  fc.assert(
    fc.property(nastyManifest(), options, (text, given) => {
      assert.equal(take(put(text, given)), text);
    }),
    { numRuns: runs },
  );
});

test('injecting twice is injecting once', () => {
  fc.assert(
    fc.property(nastyManifest(), options, (text, given) => {
      const once = put(text, given);
      assert.equal(put(once, given), once);
    }),
    { numRuns: runs },
  );
});

test('nothing but our own parts changes its meaning', () => {
  fc.assert(
    fc.property(nastyManifest(), options, (text, given) => {
      assert.deepEqual(meaning(put(text, given)), meaning(text));
    }),
    { numRuns: runs },
  );
});

test('other steps put over earlier ones give what they give alone', () => {
  fc.assert(
    fc.property(nastyManifest(), options, options, (text, first, second) => {
      const position = { at: 'last' } as const;
      const alone = put(text, { ...second, position });
      assert.equal(put(put(text, first), { ...second, position }), alone);
      assert.equal(take(put(put(text, first), second)), text);
    }),
    { numRuns: runs },
  );
});

test('a file with slips in it is refused with its place, or goes there and back', () => {
  fc.assert(
    fc.property(brokenManifest(), options, (text, given) => {
      try {
        assert.equal(take(put(text, given)), text);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        assert.ok(error.place !== undefined && error.place.line >= 1 && error.place.column >= 1, error.message);
      }
    }),
    { numRuns: 3 * runs },
  );
});

const withPods = globSync('manifests/*.yaml', { cwd: root }).filter((file) =>
  /^ *containers:/m.test(readFileSync(join(root, file), 'utf8')),
);

for (const file of withPods) {
  test(`${file} goes there and back under another name`, () => {
    const text = readFileSync(join(root, file), 'utf8');
    const given = injectOptions(['wait tcp://db:5432', 'fetch https://example.org/a /elsewhere/a'], { name: 'second' });
    const there = put(text, given);
    assert.notEqual(there, text);
    assert.equal(transformFile('x', there, () => true, uninject({ base: 'second' })).text, text);
  });
}
