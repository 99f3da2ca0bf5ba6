// Where the reference of the helper's image comes from.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { resolveHelperImage } from '../../../cli/src/settings.ts';
import { createTempDir } from '../../support/temp-dir.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

test('the flag comes before the environment, that before the file, that before this version', async () => {
  using folder = createTempDir();
  const below = join(folder.path, 'k8s');
  mkdirSync(below);
  const base = { flag: undefined, env: {}, folder: below, version: '1.2.3' };
  assert.equal(await resolveHelperImage(base), 'greenroom/helper:1.2.3');
  folder.write('.greenroom.yaml', 'helperImage: registry.example.org:5000/greenroom/helper:file\n');
  assert.equal(await resolveHelperImage(base), 'registry.example.org:5000/greenroom/helper:file');
  const withVariable = { ...base, env: { GREENROOM_HELPER_IMAGE: 'helper:variable' } };
  assert.equal(await resolveHelperImage(withVariable), 'helper:variable');
  assert.equal(await resolveHelperImage({ ...withVariable, flag: `helper:flag@${digest}` }), `helper:flag@${digest}`);
});

test('the nearest file counts', async () => {
  using folder = createTempDir();
  mkdirSync(join(folder.path, 'k8s'));
  folder.write('.greenroom.yaml', 'helperImage: far:1\n');
  folder.write('k8s/.greenroom.yaml', 'helperImage: near:1\n');
  assert.equal(
    await resolveHelperImage({ flag: undefined, env: {}, folder: join(folder.path, 'k8s'), version: '1' }),
    'near:1',
  );
});

for (const [content, expected] of [
  ['helperImgae: a:1\n', /unknown key "helperImgae"/],
  ['- a\n', /is not a mapping/],
  ['helperImage: "A B"\n', /"A B" is not the reference of an image/],
  ['a: [\n', /\.greenroom\.yaml: /],
] as const) {
  test(`refuses the file ${JSON.stringify(content)}`, async () => {
    using folder = createTempDir();
    folder.write('.greenroom.yaml', content);
    await assert.rejects(resolveHelperImage({ flag: undefined, env: {}, folder: folder.path, version: '1' }), expected);
  });
}
