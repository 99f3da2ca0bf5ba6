// What an archive that means well becomes: the same tree, as Debian's tar and zip pack it.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { crc32, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { Failure } from '../../../../helper/src/core/failure.ts';
import { Allowance } from '../../../../helper/src/unpack/limits.ts';
import { StagedTree } from '../../../../helper/src/unpack/staged-tree.ts';
import { gnuLong, paxHeader, tarOf, zipOf } from '../../../support/raw-archives.ts';
import { createTempDir } from '../../../support/temp-dir.ts';
import { unpackFile } from '../../../support/unpack-file.ts';

const options = { maxBytes: 2 ** 30, maxEntries: 10_000, maxRatio: 1_000, include: [] as string[], stripComponents: 0 };

/** Every path of a folder with its kind, mode and content. */
function treeOf(folder: string): Record<string, string> {
  const tree: Record<string, string> = {};
  const walk = (below: string) => {
    for (const entry of readdirSync(join(folder, below))) {
      const name = join(below, entry);
      const path = join(folder, name);
      const stats = lstatSync(path);
      const mode = (stats.mode & 0o7777).toString(8);
      if (stats.isSymbolicLink()) tree[name] = `-> ${readlinkSync(path)}`;
      else tree[name] = stats.isDirectory() ? `${mode} folder` : `${mode} ${readFileSync(path, 'latin1')}`;
      if (stats.isDirectory()) walk(name);
    }
  };
  walk('');
  return tree;
}

async function unpackAll(
  archive: Buffer,
  also: Partial<typeof options> = {},
  signal = new AbortController().signal,
  pieces = 0,
) {
  using dir = createTempDir();
  const folder = join(dir.path, 'in');
  mkdirSync(folder);
  const file = dir.write('archive', archive);
  const { inode, ...result } = await unpackFile(file, folder, { ...options, ...also }, signal, pieces);
  assert.equal(inode, lstatSync(folder, { bigint: true }).ino);
  return { ...result, tree: treeOf(folder) };
}

const sample = tarOf(
  { name: './', type: '5', mode: 0o700 },
  { name: './app-1.0/', type: '5', mode: 0o750 },
  { name: './app-1.0/bin/tool', content: 'tool', mode: 0o6755 },
  { name: './app-1.0/readme', content: 'read me', mode: 0o600 },
  { name: './app-1.0/latest', type: '2', link: 'bin/tool' },
  { name: './app-1.0/copy', type: '1', link: './app-1.0/readme' },
);
const sampleTree = {
  'app-1.0': '750 folder',
  'app-1.0/bin': '755 folder',
  'app-1.0/bin/tool': '755 tool',
  'app-1.0/copy': '600 read me',
  'app-1.0/latest': '-> bin/tool',
  'app-1.0/readme': '600 read me',
};

const frames = (pack: (piece: Buffer) => Buffer) =>
  Buffer.concat([sample.subarray(0, 700), sample.subarray(700, 2_000), sample.subarray(2_000)].map((one) => pack(one)));

for (const [title, archive, format] of [
  ['tar', sample, 'tar'],
  ['tar.gz', gzipSync(sample), 'tar.gz'],
  ['tar.gz in several members', frames(gzipSync), 'tar.gz'],
  ['tar.zst', zstdCompressSync(sample), 'tar.zst'],
  ['tar.zst in several frames', frames(zstdCompressSync), 'tar.zst'],
  [
    'tar.zst behind a frame to be skipped',
    Buffer.concat([Buffer.from('502a4d1803000000abcdef', 'hex'), zstdCompressSync(sample)]),
    'tar.zst',
  ],
] as const) {
  test(`unpacks ${title}`, async () => {
    const result = await unpackAll(archive);
    assert.deepEqual(result, { format, entries: 6, sizeBytes: 11, tree: sampleTree });
  });
}

const withoutXz = spawnSync('xz', ['--version']).status !== 0 && 'left out: xz is not installed';
const xz = (bytes: Buffer, ...flags: string[]) => execFileSync('xz', ['-c', ...flags], { input: bytes });

for (const [title, pack] of [
  ['tar.xz', () => xz(sample)],
  ['tar.xz in several streams', () => frames((piece) => xz(piece))],
  ['tar.xz of xz -9e', () => xz(sample, '-9e')],
] as const) {
  test(`unpacks ${title}`, { skip: withoutXz }, async () => {
    assert.deepEqual(await unpackAll(pack()), { format: 'tar.xz', entries: 6, sizeBytes: 11, tree: sampleTree });
  });
}

test('gives up on a tar.xz that is cut, changed or followed by something else', { skip: withoutXz }, async () => {
  const whole = xz(
    tarOf(
      ...Array.from({ length: 50 }, (_, at) => ({ name: `f${at}`, content: randomBytes(5_000).toString('latin1') })),
    ),
  );
  assert.equal((await unpackAll(whole)).entries, 50);
  const changed = Buffer.from(whole);
  changed.writeUInt8(changed.readUInt8(whole.length >> 1) ^ 1, whole.length >> 1);
  for (const bytes of [
    ...[0.1, 0.5, 0.9].map((part) => whole.subarray(0, Math.floor(whole.length * part))),
    ...[1, 4, 12].map((less) => whole.subarray(0, -less)),
    changed,
    Buffer.concat([whole, Buffer.from('garbage!')]),
  ]) {
    await assert.rejects(unpackAll(bytes), { code: 'ARCHIVE_BROKEN' });
  }
});

test('refuses a tar.xz that asks for much memory, or for what is not known', { skip: withoutXz }, async () => {
  // .xz format 1.2.1, 5.3.1: a dictionary of 2 GiB, by its byte in the header of the block
  const greedy = xz(sample);
  greedy.writeUInt8(38, 16);
  greedy.writeUInt32LE(crc32(greedy.subarray(12, 20)), 20);
  await assert.rejects(unpackAll(greedy), { code: 'ARCHIVE_BROKEN', message: /dictionary of more than 64 MiB/ });
  await assert.rejects(unpackAll(xz(sample, '--check=sha256')), { code: 'ARCHIVE_BROKEN', message: /does not know/ });
});

test('refuses what stands behind a frame and is none', async () => {
  await assert.rejects(unpackAll(Buffer.concat([zstdCompressSync(sample), Buffer.from('garbage')])), {
    code: 'ARCHIVE_BROKEN',
  });
});

test('leaves parts of the path out, and entries that have no more', async () => {
  const { tree } = await unpackAll(sample, { stripComponents: 1 });
  assert.deepEqual(Object.keys(tree), ['bin', 'bin/tool', 'copy', 'latest', 'readme']);
});

test('unpacks only what a pattern names, and all that is in a folder that it names', async () => {
  const names = async (...include: string[]) => Object.keys((await unpackAll(sample, { include })).tree);
  assert.deepEqual(await names('app-1.0/bin'), ['app-1.0', 'app-1.0/bin', 'app-1.0/bin/tool']);
  assert.deepEqual(await names('*/r*', '**/tool'), ['app-1.0', 'app-1.0/bin', 'app-1.0/bin/tool', 'app-1.0/readme']);
  await assert.rejects(names('tool'), { code: 'ARCHIVE_REFUSED', message: /of 6 entries, none of them matches/ });
});

test('keeps the time of change of files', async () => {
  using dir = createTempDir();
  mkdirSync(join(dir.path, 'in'));
  const archive = dir.write('archive', tarOf({ name: 'f', content: 'x', modified: 1_000_000_000 }));
  await unpackFile(archive, join(dir.path, 'in'), options);
  assert.equal(statSync(join(dir.path, 'in/f')).mtimeMs, 1_000_000_000_000);
});

test('gives a hard link the same file', async () => {
  using dir = createTempDir();
  mkdirSync(join(dir.path, 'in'));
  await unpackFile(dir.write('archive', sample), join(dir.path, 'in'), options);
  const inode = (name: string) => statSync(join(dir.path, 'in/app-1.0', name)).ino;
  assert.equal(inode('copy'), inode('readme'));
});

test('leaves new folders to the group of the volume', async () => {
  using dir = createTempDir();
  const folder = join(dir.path, 'in');
  mkdirSync(folder);
  chmodSync(folder, 0o2775);
  await unpackFile(dir.write('archive', sample), folder, options);
  assert.equal(statSync(join(folder, 'app-1.0')).mode & 0o7777, 0o2750);
});

test('lets a later entry of a tar replace an earlier one', async () => {
  const { tree } = await unpackAll(
    tarOf(
      { name: 'a', content: 'first' },
      { name: 'l', type: '2', link: '/etc/passwd' },
      { name: 'a', content: 'second' },
      { name: 'l', content: 'file' },
    ),
  );
  assert.deepEqual(tree, { a: '644 second', l: '644 file' });
});

test('takes long names from GNU and pax, names with backslashes, and archives older than ustar', async () => {
  const long = `${'folder/'.repeat(30)}${'n'.repeat(200)}`;
  const { tree } = await unpackAll(
    tarOf(
      gnuLong('L', `g/${long}`),
      { content: 'g' },
      paxHeader({ path: `p/${long}`, comment: 'a\nb=c' }),
      { content: 'p' },
      { name: 'dev\\x2dsda.swap', content: 'unit' },
      { name: 'old', content: 'v7', magic: Buffer.alloc(0) },
    ),
  );
  assert.equal(tree[`g/${long}`], '644 g');
  assert.equal(tree[`p/${long}`], '644 p');
  assert.equal(tree['dev\\x2dsda.swap'], '644 unit');
  assert.equal(tree.old, '644 v7');
});

test('follows symbolic links that stay inside, and allows those to what is not there', async () => {
  const links = { 'a/b/up': '../..', 'a/there': 'b/up/a/b', none: 'a/no/../such', '..dots': './..x/y' };
  const entries = Object.entries(links).map(([name, link]) => ({ name, type: '2', link }));
  const { tree } = await unpackAll(tarOf(...entries));
  for (const [name, link] of Object.entries(links)) assert.equal(tree[name], `-> ${link}`);
});

test('takes modes, links and names of a zip', async () => {
  const { tree } = await unpackAll(
    zipOf(
      { name: 'd/', mode: 0o040750 },
      { name: 'd/tool', mode: 0o104755, content: 'x'.repeat(3_000), deflate: true },
      { name: 'd/ümlaut', content: 'u', mode: 0 },
      { name: 'link', mode: 0o120777, content: 'd/tool' },
    ),
  );
  assert.deepEqual(tree, {
    d: '750 folder',
    'd/tool': `755 ${'x'.repeat(3_000)}`,
    'd/ümlaut': '644 u',
    link: '-> d/tool',
  });
});

test('ends with the reason of its signal', async () => {
  const stop = new AbortController();
  stop.abort(new Failure('TERMINATED', 'stopped'));
  await assert.rejects(unpackAll(sample, {}, stop.signal), { code: 'TERMINATED' });
});

test('unpacks what tar and zip pack, whatever tree it is', async () => {
  const name = fc.oneof(
    { weight: 4, arbitrary: fc.stringMatching(/^[a-c]{1,2}$/) },
    { weight: 1, arbitrary: fc.constantFrom('ü', 'a b', '-x', 'q\'"', '日本', 'n'.repeat(120), '*', '..a') },
  );
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const node = fc.oneof(
    fc.record({ kind: fc.constant('file'), mode: fc.constantFrom(0o644, 0o755, 0o600, 0o444), size: fc.nat(70_000) }),
    fc.record({ kind: fc.constant('folder'), mode: fc.constantFrom(0o755, 0o700, 0o775), size: fc.constant(0) }),
    fc.record({ kind: fc.constant('link'), mode: fc.constant(0), size: fc.constant(0) }),
  );
  const packers = {
    'tar --format=gnu': (from: string, to: string) => execFileSync('tar', ['--format=gnu', '-cf', to, '-C', from, '.']),
    'tar --format=posix -z': (from: string, to: string) =>
      execFileSync('tar', ['--format=posix', '-czf', to, '-C', from, '.']),
    'zip -y': (from: string, to: string) => execFileSync('zip', ['-qryX', to, '.'], { cwd: from }),
  };
  const run = fc.asyncProperty(
    fc.array(fc.tuple(path, node), { minLength: 1, maxLength: 8 }),
    fc.constantFrom(...(Object.keys(packers) as (keyof typeof packers)[])),
    async (nodes, packer) => {
      using dir = createTempDir();
      const from = join(dir.path, 'from');
      const to = join(dir.path, 'to');
      mkdirSync(from);
      mkdirSync(to);
      for (const [at, { kind, mode, size }] of nodes) {
        const target = join(from, at);
        try {
          mkdirSync(kind === 'folder' ? target : dirname(target), { recursive: true });
          if (kind === 'file') writeFileSync(target, Buffer.alloc(size, at), { mode, flag: 'wx' });
          if (kind === 'link') symlinkSync('a', target);
          if (kind !== 'link') chmodSync(target, mode);
        } catch {
          // something is there already, or stands in the way
        }
      }
      packers[packer](from, join(dir.path, 'archive.zip'));
      await unpackFile(join(dir.path, 'archive.zip'), to, options).catch((error) => {
        // `a -> a` is a link in a circle
        assert.match(error.message, /circle/);
        assert.ok(Object.values(treeOf(from)).includes('-> a'));
        dir.write('to/refused', '');
      });
      if (!readdirSync(to).includes('refused')) assert.deepEqual(treeOf(to), treeOf(from));
    },
  );
  await fc.assert(run, { numRuns: 40 });
});

test('of a file in more pieces than one system call takes, every byte is written', async () => {
  using dir = createTempDir();
  const signal = new AbortController().signal;
  const tree = new StagedTree(dir.path, new Allowance(options, { bytes: 1, goesBeyond: async () => false }), signal);
  const about = { mode: 0o644, modified: undefined };
  const inPieces = async function* (bytes: Buffer, pieceBytes: number) {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  };
  // IOV_MAX is 1,024; what has a MiB is not written at once
  const [small, large] = [randomBytes(3_000), randomBytes(2_500_000)] as const;
  await tree.addFile('small', about, inPieces(small, 1));
  await tree.addFile('large', about, inPieces(large, 100));
  await tree.finish();
  tree.close();
  assert.deepEqual(readFileSync(join(dir.path, 'small')), small);
  assert.deepEqual(readFileSync(join(dir.path, 'large')), large);
});
