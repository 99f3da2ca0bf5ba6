// An archive that is read while it grows: in order, to its end and not beyond, and nobody waits for ever.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { Archive } from '../../../../helper/src/unpack/archive.ts';
import { unpack } from '../../../../helper/src/unpack/unpack.ts';
import { tarOf, zipOf } from '../../../support/raw-archives.ts';
import { createTempDir, type TempDir } from '../../../support/temp-dir.ts';
import { unpackFile } from '../../../support/unpack-file.ts';

const options = { maxBytes: 2 ** 30, maxEntries: 10_000, maxRatio: 1_000, include: [] as string[], stripComponents: 0 };
const never = new AbortController().signal;
const turn = () => new Promise(setImmediate);

/** A file that is there from its beginning to where the test says; what lies behind is nobody's business. */
async function growing(dir: TempDir, bytes: Buffer): Promise<{ file: FileHandle; archive: Archive }> {
  const file = await open(dir.write('archive', bytes));
  return { file, archive: new Archive(file) };
}

test('what is read is what there is, in order, whatever the steps in which it grows', async () => {
  const whole = randomBytes(700_000);
  const property = fc.asyncProperty(
    fc.array(fc.nat(whole.length), { maxLength: 8 }),
    fc.nat(10),
    async (steps, from) => {
      using dir = createTempDir();
      const { file, archive } = await growing(dir, whole);
      const pieces: Buffer[] = [];
      const reading = (async () => {
        for await (const piece of archive.read(from)) {
          pieces.push(piece);
          assert.ok(Buffer.concat(pieces).length + from <= archive.bytes, 'more was read than is there');
        }
      })();
      for (const bytes of steps.toSorted((a, b) => a - b)) {
        archive.grow(bytes);
        await turn();
      }
      archive.grow(whole.length, true);
      await reading;
      assert.deepEqual(Buffer.concat(pieces), whole.subarray(from));
      await file.close();
    },
  );
  await fc.assert(property, { numRuns: 50 });
});

test('whoever waits learns that there is more, or that there will not be', async () => {
  const archive = new Archive({} as FileHandle);
  archive.grow(10);
  assert.equal(await archive.goesBeyond(9), true);
  const [more, none] = [archive.goesBeyond(10), archive.goesBeyond(11)];
  archive.grow(11);
  assert.equal(await more, true);
  archive.grow(11, true);
  assert.equal(await none, false);
  assert.equal(await archive.goesBeyond(10), true);
});

test('a file that is shorter than was said is a fault of the volume', async () => {
  using dir = createTempDir();
  const { file, archive } = await growing(dir, Buffer.alloc(1_000));
  archive.grow(2_000, true);
  await assert.rejects(
    async () => {
      for await (const _ of archive.read());
    },
    { code: 'EIO', syscall: 'read' },
  );
  await file.close();
});

const contents = [0, 1, 2, 3].map(() => randomBytes(40_000).toString('hex'));
const tar = tarOf(...contents.map((content, at) => ({ name: `f${at}`, content })));

for (const [format, pack] of [
  ['tar', (bytes: Buffer) => bytes],
  ['tar.gz', (bytes: Buffer) => gzipSync(bytes, { level: 0 })],
  ['tar.zst', zstdCompressSync],
] as const) {
  test(`the entries of a ${format} are there before the rest of it is`, { timeout: 60_000 }, async () => {
    using dir = createTempDir();
    const folder = join(dir.path, 'in');
    mkdirSync(folder);
    // in two frames, the second of which is not there
    const first = pack(tar.subarray(0, tar.length / 2));
    const archiveBytes = Buffer.concat([first, ...(format === 'tar' ? [] : [pack(tar.subarray(tar.length / 2))])]);
    const { file, archive } = await growing(dir, format === 'tar' ? tar : archiveBytes);
    const unpacking = unpack(archive, folder, options, never);
    archive.grow(first.length);
    const isThere = () =>
      readdirSync(folder).includes('f0') && readFileSync(join(folder, 'f0'), 'utf8') === contents[0];
    while (!isThere()) await turn();
    assert.ok(!readdirSync(folder).includes('f3'));
    archive.grow((await file.stat()).size, true);
    assert.equal((await unpacking).entries, 4);
    assert.equal(readFileSync(join(folder, 'f3'), 'utf8'), contents[3]);
    await file.close();
  });
}

test('a fault ends it at once, whatever is still to come', { timeout: 60_000 }, async () => {
  using dir = createTempDir();
  for (const [evil, pack] of [
    [{ name: '../evil', content: 'x' }, (bytes: Buffer) => bytes],
    [{ name: 'pipe', type: '6' }, (bytes: Buffer) => bytes],
    [{ name: '../evil', content: 'x' }, (bytes: Buffer) => gzipSync(bytes, { level: 0 })],
    [{ name: '../evil', content: 'x' }, zstdCompressSync],
  ] as const) {
    const folder = join(dir.path, 'in');
    mkdirSync(folder, { recursive: true });
    const bytes = pack(Buffer.concat([tarOf(evil), randomBytes(600_000)]));
    const { file, archive } = await growing(dir, bytes);
    const unpacking = unpack(archive, folder, options, never);
    archive.grow(200_000);
    await assert.rejects(unpacking, { code: 'ARCHIVE_REFUSED' });
    await file.close();
  }
});

test('its signal ends it while it waits, in every format, with the reason, and the next one goes well', {
  timeout: 60_000,
}, async () => {
  const formats = [tar, gzipSync(tar), zstdCompressSync(tar), zipOf({ name: 'f', content: 'f' })];
  // where it is not installed, this one is left out
  if (spawnSync('xz', ['--version']).status === 0) formats.push(execFileSync('xz', ['-0c'], { input: tar }));
  for (const bytes of formats) {
    for (const there of [0, 300, bytes.length >> 1, bytes.length]) {
      using dir = createTempDir();
      const folder = join(dir.path, 'in');
      mkdirSync(folder);
      const { file, archive } = await growing(dir, bytes);
      const stop = new AbortController();
      const unpacking = unpack(archive, folder, options, stop.signal);
      archive.grow(there);
      await turn();
      stop.abort(new Error('enough'));
      await assert.rejects(unpacking, { message: 'enough' });
      await file.close();
    }
    using dir = createTempDir();
    mkdirSync(join(dir.path, 'in'));
    await unpackFile(dir.write('archive', bytes), join(dir.path, 'in'), options);
  }
});
