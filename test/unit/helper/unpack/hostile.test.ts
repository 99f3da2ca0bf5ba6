// Each archive of the corpus is refused for its own reason, and leaves nothing outside of its folder.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { Failure } from '../../../../helper/src/core/failure.ts';
import { corpusLimits, hostileArchives } from '../../../support/hostile-archives.ts';
import { tarOf, zipOf } from '../../../support/raw-archives.ts';
import { createTempDir, type TempDir } from '../../../support/temp-dir.ts';
import { unpackFile } from '../../../support/unpack-file.ts';

const options = { ...corpusLimits, include: [], stripComponents: 0 };
const { signal } = new AbortController();

/** What there is beside the folder that was unpacked into. */
function outside({ path }: TempDir): string {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => !name.startsWith('in'));
  return JSON.stringify(
    names.toSorted().map((name) => {
      const { mode, nlink, mtimeMs } = statSync(join(path, name));
      return [name, mode, name.endsWith('canary') ? [nlink, mtimeMs, readFileSync(join(path, name), 'utf8')] : []];
    }),
  );
}

/** @param pieces in so many it comes; 0: at once */
async function unpackHostile(archive: Buffer, pieces = 0): Promise<unknown> {
  using dir = createTempDir();
  mkdirSync(join(dir.path, 'outside'));
  mkdirSync(join(dir.path, 'in'));
  dir.write('outside/canary', 'canary');
  const file = dir.write('archive', archive);
  const before = outside(dir);
  const thrown = await unpackFile(file, join(dir.path, 'in'), options, signal, pieces).then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.equal(outside(dir), before);
  assert.throws(() => statSync('/tmp/greenroom-evil'), { code: 'ENOENT' });
  return thrown;
}

for (const { title, archive, code, says } of hostileArchives) {
  test(`refuses ${title}`, async () => {
    for (const pieces of [0, 7]) {
      const failure = await unpackHostile(archive(), pieces);
      assert.ok(failure instanceof Failure, `${failure}`);
      assert.equal(failure.code, code, failure.message);
      assert.match(failure.message, says);
      assert.ok((failure.hint ?? '').length > 0);
    }
  });
}

for (const [format, archive] of [
  ['tar', tarOf({ name: 'a', content: 'x'.repeat(700) }, { name: 'd/b', content: 'y' })],
  ['tar.gz', gzipSync(tarOf({ name: 'a', content: 'x'.repeat(700) }, { name: 'd/b', content: 'y' }))],
  ['tar.zst', zstdCompressSync(tarOf({ name: 'a', content: 'x'.repeat(700) }, { name: 'd/b', content: 'y' }))],
  ['zip', zipOf({ name: 'a', content: 'x'.repeat(70), deflate: true }, { name: 'd/b', content: 'y' })],
] as const) {
  test(`refuses a ${format} that was cut anywhere`, async () => {
    assert.equal(await unpackHostile(archive, 50), undefined);
    // what follows the first block of the end mark is nothing
    const whole = format === 'tar' ? archive.length - 512 : archive.length;
    for (
      let length = 0;
      length < whole;
      length += format === 'tar' && length % 512 > 1 && length % 512 < 511 ? 15 : 1
    ) {
      const failure = await unpackHostile(archive.subarray(0, length));
      assert.ok(failure instanceof Failure && failure.code === 'ARCHIVE_BROKEN', `cut at ${length}: ${failure}`);
    }
  });
}
