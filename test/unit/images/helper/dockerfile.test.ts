import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { configOf, type Image, writeArchive } from '../../../../images/helper/archive.ts';
import { readDockerfile } from '../../../../images/helper/dockerfile.ts';
import { readTar, writeTar } from '../../../../images/helper/tar.ts';
import { root } from '../../../support/read-imports.ts';

const text = readFileSync(join(root, 'images/helper/Dockerfile'), 'utf8');
const args = { VERSION: '1.2.3', REVISION: 'abc', CREATED: '2026-01-31T12:00:00Z', SOURCE: '' };

test('the Dockerfile says that the user is a number, and that what changes most comes last', () => {
  const recipe = readDockerfile(text, args);
  assert.match(recipe.user, /^[1-9]\d*:[1-9]\d*$/);
  assert.equal(recipe.archives.at(-1), 'program.tar');
  assert.equal(recipe.entrypoint.at(-1), '/greenroom/greenroom-helper.js');
  assert.equal(recipe.labels['org.opencontainers.image.version'], '1.2.3');
  assert.ok(!('org.opencontainers.image.source' in recipe.labels), 'a label without a value is left out');
});

test('an instruction that it does not know is named with its line', () => {
  assert.throws(() => readDockerfile('FROM scratch\nRUN make\n', {}), /Dockerfile:2: not understood here: RUN make/);
});

test('the same image gives the same archive, which Docker and an OCI tool each find their way into', () => {
  const image = (): Image => ({
    architecture: 'amd64',
    recipe: readDockerfile(text, args),
    created: args.CREATED,
    layers: [{ name: 'program.tar', tar: writeTar([]), contents: 'nothing', parts: [] }],
  });
  const write = () => writeArchive([image()], 'a/b:1', 'none', (tar) => tar);
  assert.deepEqual(write(), write());

  const files = readTar(write());
  const json = (path: string) => JSON.parse(new TextDecoder().decode(files.get(path)?.data));
  const [docker] = json('manifest.json');
  assert.deepEqual(docker.RepoTags, ['a/b:1']);
  const { manifests } = json('index.json');
  const manifest = json(`blobs/${manifests[0].digest.replace(':', '/')}`);
  assert.equal(`blobs/${manifest.config.digest.replace(':', '/')}`, docker.Config);
  assert.equal(new TextDecoder().decode(files.get(docker.Config)?.data), configOf(image()));
  assert.deepEqual(docker.Layers, [`blobs/${manifest.layers[0].digest.replace(':', '/')}`]);
});
