// A corpus of archives that mean harm, or are broken; and what must be said of each.
import { gzipSync } from 'node:zlib';
import type { FailureCodeName } from '../../helper/src/core/failure-codes.ts';
import { gnuLong, paxHeader, tarEntry, tarOf, zipOf } from './raw-archives.ts';

export interface HostileArchive {
  readonly title: string;
  readonly archive: () => Buffer;
  readonly code: FailureCodeName;
  readonly says: RegExp;
}

const hostile = (title: string, code: FailureCodeName, says: RegExp, archive: () => Buffer): HostileArchive => ({
  title,
  archive,
  code,
  says,
});

const refused = (title: string, says: RegExp, archive: () => Buffer) =>
  hostile(title, 'ARCHIVE_REFUSED', says, archive);
const broken = (title: string, says: RegExp, archive: () => Buffer) => hostile(title, 'ARCHIVE_BROKEN', says, archive);
const tooLarge = (title: string, says: RegExp, archive: () => Buffer) => hostile(title, 'TOO_LARGE', says, archive);

const symlink = { type: '2' };
const hardLink = { type: '1' };
const good = { name: 'good', content: 'good' };

/** Limits that go with the corpus: small ones, so that a bomb need not be large. */
export const corpusLimits = { maxBytes: 64 << 20, maxEntries: 1_000, maxRatio: 200 };

export const hostileArchives: readonly HostileArchive[] = [
  refused('a path that leads up', /leads outside/, () => tarOf(good, { name: '../evil', content: 'x' })),
  refused('a path that leads down and up', /leads outside/, () => tarOf({ name: 'a/../../evil', content: 'x' })),
  refused('a folder that leads up', /leads outside/, () => tarOf({ name: 'a/../..', type: '5' })),
  refused('an absolute path', /absolute path/, () => tarOf({ name: '/tmp/greenroom-evil', content: 'x' })),
  refused('an absolute path of Windows', /Windows/, () => tarOf({ name: 'C:\\evil', content: 'x' })),
  refused('a path that leads up on Windows', /leads outside/, () => tarOf({ name: '..\\..\\evil', content: 'x' })),
  refused('a path that pax overrides', /leads outside/, () =>
    tarOf(paxHeader({ path: '../evil' }), { name: 'innocent', content: 'x' }),
  ),
  refused('a path that GNU overrides', /leads outside/, () =>
    tarOf(gnuLong('L', `${'a/'.repeat(60)}${'../'.repeat(61)}evil`), { name: 'innocent', content: 'x' }),
  ),
  refused('a NUL in a path', /NUL/, () => tarOf(paxHeader({ path: 'a\0b' }), { name: 'innocent' })),
  refused('a name that is not UTF-8', /UTF-8/, () => tarOf({ name: Buffer.from([0x66, 0xff, 0xfe]), content: 'x' })),
  refused('a name of 256 bytes', /255 bytes/, () => tarOf(gnuLong('L', 'n'.repeat(256)), { content: 'x' })),
  refused('a path of 3000 bytes', /2048 bytes/, () => tarOf(gnuLong('L', 'name/'.repeat(600)), { content: 'x' })),
  refused('65 folders deep', /folders deep/, () => tarOf(paxHeader({ path: 'd/'.repeat(64).concat('f') }), {})),
  refused('a symbolic link that leads up', /leads outside/, () => tarOf({ ...symlink, name: 'l', link: '../evil' })),
  refused('an absolute symbolic link', /absolute path/, () => tarOf({ ...symlink, name: 'l', link: '/etc/passwd' })),
  refused('a file written through a symbolic link', /below "l"/, () =>
    tarOf({ ...symlink, name: 'l', link: '../outside' }, { name: 'l/evil', content: 'x' }),
  ),
  refused('a file written through a symbolic link that stays inside', /below "l"/, () =>
    tarOf({ name: 'd', type: '5' }, { ...symlink, name: 'l', link: 'd' }, { name: 'l/evil', content: 'x' }),
  ),
  refused('symbolic links that lead outside only together', /leads outside/, () =>
    tarOf({ ...symlink, name: 'a/up', link: '..' }, { ...symlink, name: 'b', link: 'a/up/../outside/canary' }),
  ),
  refused('symbolic links in a circle', /circle/, () =>
    tarOf({ ...symlink, name: 'a', link: 'b' }, { ...symlink, name: 'b', link: 'a' }),
  ),
  refused('a symbolic link to itself', /circle/, () => tarOf({ ...symlink, name: 'a', link: './a' })),
  refused('a symbolic link that pax sends elsewhere', /absolute path/, () =>
    tarOf(paxHeader({ linkpath: '/etc' }), { ...symlink, name: 'a', link: 'b' }),
  ),
  refused('a symbolic link that GNU sends elsewhere', /leads outside/, () =>
    tarOf(gnuLong('K', '../'.repeat(50)), { ...symlink, name: 'a', link: 'b' }),
  ),
  refused('a hard link to the outside', /leads outside/, () =>
    tarOf({ ...hardLink, name: 'h', link: '../outside/canary' }),
  ),
  refused('an absolute hard link', /absolute path/, () => tarOf({ ...hardLink, name: 'h', link: '/etc/passwd' })),
  refused('a hard link to a symbolic link', /no file that was unpacked/, () =>
    tarOf({ ...symlink, name: 'l', link: '../outside/canary' }, { ...hardLink, name: 'h', link: 'l' }),
  ),
  refused('a hard link to nothing', /no file that was unpacked/, () => tarOf({ ...hardLink, name: 'h', link: 'no' })),
  refused('a character device', /device/, () => tarOf({ name: 'null', type: '3' })),
  refused('a block device', /device/, () => tarOf({ name: 'sda', type: '4' })),
  refused('a named pipe', /pipe/, () => tarOf({ name: 'pipe', type: '6' })),
  refused('a sparse file of GNU', /not unpacked/, () =>
    tarOf({ name: 's', type: 'S', content: 'x', magic: Buffer.from('ustar  \0') }),
  ),
  refused('a sparse file of pax', /sparse/, () =>
    tarOf(paxHeader({ 'GNU.sparse.major': '1', 'GNU.sparse.name': 's' }), { name: 'GNUSparseFile.0/s', content: 'x' }),
  ),
  refused('a file where a folder is', /place of a folder/, () =>
    tarOf({ name: 'd/f', content: 'x' }, { name: 'd', content: 'x' }),
  ),
  refused('a folder where a file is', /below "f"/, () =>
    tarOf({ name: 'f', content: 'x' }, { name: 'f/g', content: 'x' }),
  ),
  refused('nothing', /nothing in it/, () => tarOf()),
  broken('a size below zero', /broken/, () => tarOf(paxHeader({ size: '-1' }), { content: 'x' })),
  broken('a size that is none', /broken/, () => tarOf(paxHeader({ size: 'many' }), { content: 'x' })),
  tooLarge('a size of eight terabytes', /more than 64\.0 MiB/, () =>
    tarOf(paxHeader({ size: String(8 * 2 ** 40) }), { content: 'x' }),
  ),
  broken('an extended header of a gigabyte', /broken/, () => tarOf({ type: 'x', size: 2 ** 30 })),
  broken('a wrong checksum', /broken/, () => {
    const archive = tarOf(good, { name: 'b', content: 'x' });
    archive.write('9', 1024);
    return archive;
  }),
  broken('no end mark', /end mark/, () => tarEntry(good)),
  broken('what is no archive', /no archive/, () => Buffer.from('<!DOCTYPE html><title>Log in</title>')),
  broken('xz', /xz cannot read it to its end/, () => Buffer.from('fd377a585a000004e6d6b446', 'hex')),
  tooLarge('zeros that gzip made small', /200 times/, () =>
    gzipSync(tarOf({ name: 'zeros', content: Buffer.alloc(40 << 20) })),
  ),
  tooLarge('too many bytes', /more than 64\.0 MiB/, () =>
    tarOf(...Array.from({ length: 5 }, (_, at) => ({ name: `f${at}`, content: Buffer.alloc(15 << 20, at + 1) }))),
  ),
  tooLarge('too many entries', /more than 1000 entries/, () =>
    gzipSync(tarOf(...Array.from({ length: 1_001 }, (_, at) => ({ name: `f${at}` })))),
  ),
  tooLarge('too many entries that are left out', /more than 1000 entries/, () =>
    gzipSync(tarOf(...Array.from({ length: 1_001 }, () => ({ name: './', type: '5' })))),
  ),
  broken('gzip that ends early', /broken/, () => gzipSync(tarOf({ content: 'x'.repeat(5_000) })).subarray(0, 60)),

  refused('zip: a path that leads up', /leads outside/, () => zipOf({ name: '../evil', content: 'x' })),
  refused('zip: an absolute path', /absolute path/, () => zipOf({ name: '/tmp/greenroom-evil', content: 'x' })),
  refused('zip: separators of Windows', /backslash/, () => zipOf({ name: 'a\\..\\..\\evil', content: 'x' })),
  refused('zip: a symbolic link that leads up', /leads outside/, () =>
    zipOf({ name: 'l', mode: 0o120777, content: '../evil' }),
  ),
  refused('zip: a file written through a symbolic link', /below "l"/, () =>
    zipOf({ name: 'l', mode: 0o120777, content: '../outside' }, { name: 'l/evil', content: 'x' }),
  ),
  refused('zip: a device', /neither file/, () => zipOf({ name: 'd', mode: 0o020666 })),
  refused('zip: a pipe', /neither file/, () => zipOf({ name: 'p', mode: 0o010666 })),
  refused('zip: one name twice', /twice/, () => zipOf({ name: 'a', content: 'x' }, { name: 'a', content: 'y' })),
  refused('zip: two names for one path', /twice/, () =>
    zipOf({ name: 'a', content: 'x' }, { name: './a', content: 'y' }),
  ),
  refused('zip: entries that overlap', /overlaps/, () =>
    zipOf({ name: 'a', content: 'x'.repeat(100) }, { name: 'b', content: 'x'.repeat(100), dataOf: 0 }),
  ),
  refused('zip: encrypted', /encrypted/, () =>
    zipOf({ name: 'a', content: 'x'.repeat(12), flags: 0x801, uncompressedSize: 0 }),
  ),
  refused('zip: another method', /method 12/, () => zipOf({ name: 'a', content: 'x', method: 12 })),
  refused('zip: a name that is not UTF-8', /UTF-8/, () => zipOf({ name: Buffer.from([0x66, 0xff]), content: 'x' })),
  broken('zip: more than it says', /broken/, () =>
    zipOf({ name: 'a', content: 'x'.repeat(1_000), deflate: true, uncompressedSize: 10 }),
  ),
  broken('zip: less than it says', /broken/, () =>
    zipOf({ name: 'a', content: 'x', deflate: true, uncompressedSize: 10 }),
  ),
  broken('zip: a wrong checksum', /checksum/, () => zipOf({ name: 'a', content: 'x', crc: 1 })),
  broken('zip: data beyond its end', /broken/, () =>
    zipOf({ name: 'a', content: 'x', compressedSize: 5_000, uncompressedSize: 5_000 }),
  ),
  tooLarge('zip: a size of four gigabytes', /more than 64\.0 MiB/, () =>
    zipOf({ name: 'a', content: 'x', deflate: true, uncompressedSize: 0xfffffffe }),
  ),
  tooLarge('zip: zeros made small', /200 times/, () =>
    zipOf({ name: 'zeros', content: Buffer.alloc(40 << 20), deflate: true }),
  ),
  tooLarge('zip: too many entries', /more than 1000 entries/, () =>
    zipOf(...Array.from({ length: 1_001 }, (_, at) => ({ name: `f${at}` }))),
  ),
  tooLarge('zip: more entries announced than allowed', /more than 1000 entries/, () => {
    const archive = zipOf(good);
    archive.writeUInt16LE(60_000, archive.length - 12);
    return archive;
  }),
];
