// The parser of yaml in the bundles, whose generators are gone, against the one that it was made from: token by token.
import assert from 'node:assert/strict';
import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { generatorFiles, withoutGenerators, yamlFolder } from '../../../.dev/yaml-at-once.ts';
import { brokenManifest, nastyManifest } from '../../support/nasty-yaml.ts';
import { root } from '../../support/read-imports.ts';
import { createTempDir } from '../../support/temp-dir.ts';
import { texts } from '../fuzz/pieces.ts';

interface Yaml {
  readonly Parser: new () => { parse(text: string): Iterable<unknown> };
}

async function load(change: (text: string) => string): Promise<(text: string) => unknown[]> {
  using folder = createTempDir();
  cpSync(join(root, yamlFolder), folder.path, { recursive: true });
  folder.write('package.json', '{"type":"module"}');
  for (const name of generatorFiles) {
    const path = join(folder.path, name);
    writeFileSync(path, change(readFileSync(path, 'utf8')));
  }
  const { Parser }: Yaml = await import(pathToFileURL(join(folder.path, 'index.js')).href);
  return (text) => [...new Parser().parse(text)];
}

const original = await load((text) => text);
const ours = await load(withoutGenerators);

test('every manifest of this repository, and every text that was found to reach something, gives the same tokens', () => {
  const manifests = globSync(['manifests/**/*.yaml', 'test/golden/**/*.yaml'], { cwd: root });
  const corpora = globSync('test/unit/fuzz/corpus/*-manifest.json', { cwd: root });
  const all = [
    ...manifests.map((path) => readFileSync(join(root, path), 'utf8')),
    ...corpora.flatMap((path) => JSON.parse(readFileSync(join(root, path), 'utf8')) as string[]),
  ];
  assert.ok(manifests.length > 100 && corpora.length > 3);
  for (const text of all) assert.deepEqual(ours(text), original(text));
});

test('whatever it is given, broken or not', () => {
  fc.assert(
    fc.property(fc.oneof(nastyManifest(), brokenManifest(), texts), (text) => {
      assert.deepEqual(ours(text), original(text));
    }),
    { numRuns: 500 },
  );
});

test('a file of yaml that is written otherwise is refused', () => {
  assert.throws(
    () => withoutGenerators('class Parser {\n    *next() {\n        yield 1;\n    }\n}\n'),
    /written otherwise/,
  );
  assert.throws(
    () => withoutGenerators('class Parser {\n  *parse(source, incomplete = false) {\n  }\n}\n'),
    /otherwise/,
  );
});
