// Somebody else who writes to the volume while an archive is unpacked: what is put in the place of a folder, at the
// worst moment, is not written through, and what was moved away is not published for it.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBackstage } from '../../../../helper/src/fetch/backstage/backstage.ts';
import { publishTree } from '../../../../helper/src/fetch/publish/publish-tree.ts';
import { StagedArchive } from '../../../../helper/src/fetch/publish/staged-archive.ts';
import { openTreeDestination } from '../../../../helper/src/fetch/publish/tree-destination.ts';
import { Allowance } from '../../../../helper/src/unpack/limits.ts';
import { StagedTree } from '../../../../helper/src/unpack/staged-tree.ts';
import { memoryLog } from '../../../support/memory-log.ts';
import { tarOf } from '../../../support/raw-archives.ts';
import { createTempDir } from '../../../support/temp-dir.ts';

const limits = { maxBytes: 2 ** 30, maxEntries: 1_000, maxRatio: 1_000 };
const about = { mode: 0o644, modified: undefined };
const never = new AbortController().signal;
async function* content(before: () => void): AsyncGenerator<Uint8Array> {
  before();
  yield Buffer.from('content');
}

test('a symbolic link in the place of a folder is not followed', async () => {
  using dir = createTempDir();
  const [staged, elsewhere] = ['staged', 'elsewhere'].map((name) => join(dir.path, name)) as [string, string];
  mkdirSync(staged);
  mkdirSync(elsewhere);
  const tree = new StagedTree(staged, new Allowance(limits, { bytes: 1_000, goesBeyond: async () => false }), never);
  const swap = () => {
    renameSync(join(staged, 'a'), join(dir.path, 'moved'));
    symlinkSync(elsewhere, join(staged, 'a'));
  };
  await tree.addFile('a/first', about, content(swap));
  await tree.addFile(
    'a/second',
    about,
    content(() => {}),
  );
  tree.close();
  assert.deepEqual(readdirSync(elsewhere), []);
  assert.deepEqual(readdirSync(join(dir.path, 'moved')).toSorted(), ['first', 'second']);
});

test('a symbolic link in the place of a folder that was let go of is refused', async () => {
  using dir = createTempDir();
  const [staged, elsewhere] = ['staged', 'elsewhere'].map((name) => join(dir.path, name)) as [string, string];
  mkdirSync(staged);
  mkdirSync(elsewhere);
  const tree = new StagedTree(staged, new Allowance(limits, { bytes: 1_000, goesBeyond: async () => false }), never);
  await tree.addFile(
    'a/first',
    about,
    content(() => {}),
  );
  // more folders than are held open
  for (let at = 0; at < 200; at++)
    await tree.addFile(
      `d${at}/f`,
      about,
      content(() => {}),
    );
  renameSync(join(staged, 'a'), join(dir.path, 'moved'));
  symlinkSync(elsewhere, join(staged, 'a'));
  await assert.rejects(
    tree.addFile(
      'a/second',
      about,
      content(() => {}),
    ),
    { code: 'ENOTDIR' },
  );
  tree.close();
  assert.deepEqual(readdirSync(elsewhere), []);
});

test('a symbolic link in the place of the staged folder itself is not followed', async () => {
  using dir = createTempDir();
  const [staged, elsewhere] = ['staged', 'elsewhere'].map((name) => join(dir.path, name)) as [string, string];
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, staged);
  assert.throws(
    () => new StagedTree(staged, new Allowance(limits, { bytes: 1_000, goesBeyond: async () => false }), never),
    /ENOTDIR|ELOOP/,
  );
});

for (const what of ['folder', 'archive'] as const) {
  test(`another ${what} in the place of ours is not published`, { timeout: 60_000 }, async () => {
    using dir = createTempDir();
    const destination = await openTreeDestination(join(dir.path, 'site'), { env: {}, log: memoryLog() });
    const backstage = await openBackstage(destination);
    const work = await backstage.begin({ source: '', validators: {}, flushedBytes: 0 } as never, []);
    const room = join(dir.path, '.greenroom');
    const write = async (bytes: Buffer) => {
      await work.partial.append(bytes);
      await work.partial.drain();
    };
    const archive = tarOf({ name: 'index.html', content: 'right' }, { name: 'more', content: '' });
    const options = { ...limits, include: [], stripComponents: 0, source: '', expected: [], sha256: 'a'.repeat(64) };
    const stage = () => new StagedArchive(work, destination, options, never);
    if (what === 'folder') {
      const staged = stage();
      // the first entry, and the header of the next
      await write(archive.subarray(0, 1_536));
      while (!existsSync(join(staged.folder, 'index.html'))) await new Promise(setImmediate);
      renameSync(staged.folder, join(room, 'moved'));
      mkdirSync(staged.folder);
      writeFileSync(join(staged.folder, 'index.html'), 'wrong');
      await write(archive.subarray(1_536));
      await assert.rejects(publishTree(staged, work, destination, options, never), {
        code: 'VOLUME_FAILED',
        message: /somebody else moved it/,
      });
      assert.ok(!readdirSync(dir.path).includes('site'));
    } else {
      await write(archive);
      // between its digest and its unpacking
      writeFileSync(dir.write('other', ''), tarOf({ name: 'index.html', content: 'wrong' }));
      renameSync(join(dir.path, 'other'), work.partial.path);
      await publishTree(stage(), work, destination, options, never);
      assert.equal(readFileSync(join(dir.path, 'site/index.html'), 'utf8'), 'right');
    }
    await work.partial.close();
  });
}
