// The entries of a zip archive, as its central directory lists them.
import { crc32 } from 'node:zlib';
import * as yauzl from 'yauzl';
import type { Archive } from './archive.ts';
import type { Entry } from './entry.ts';
import { pathParts, refused } from './entry-path.ts';
import type { Allowance } from './limits.ts';

// APPNOTE.TXT 4.4.2: made on a system whose attributes are a Unix mode
const unix = 3;
const macOs = 19;
// inode(7)
const [typeMask, regular, folder, symlink] = [0o170000, 0o100000, 0o040000, 0o120000];

/**
 * Waits for the whole archive: what is in it stands at its end.
 * @throws Failure ARCHIVE_REFUSED, TOO_LARGE; an Error of the library for a broken one
 */
export async function* readZip(archive: Archive, allowance: Allowance): AsyncGenerator<Entry> {
  await archive.goesBeyond(Number.POSITIVE_INFINITY);
  // never closed: the file is another's. Names are judged here, by the same rules as those of other formats
  const zip = await yauzl.fromFdPromise(archive.file.fd, { autoClose: false, decodeStrings: false });
  allowance.expectEntries(zip.entryCount);
  const listed: yauzl.Entry[] = [];
  for await (const entry of zip.eachEntry()) listed.push(entry);
  const ends = endsOf(listed, archive.bytes);
  const names = new Set<string>();
  for (const entry of listed) {
    const name = nameOf(entry);
    entry.fileName = name;
    // some programs take them for separators, and some don't
    if (name.includes('\\')) throw refused(name, 'has a backslash in its name');
    // which of the two is meant, every program answers in its own way
    const path = pathParts(name).join('/');
    if (names.has(path)) throw refused(name, 'is there twice');
    names.add(path);
    yield await entryOf(entry, contentOf(zip, entry, ends.get(entry) ?? 0, allowance));
  }
}

/** Programs on Unix write UTF-8, and not all of them say so; of other systems the library knows what they write. */
function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields, versionMadeBy }: yauzl.Entry): string {
  const isUtf8 = [unix, macOs].includes(versionMadeBy >> 8) && Buffer.from(fileNameRaw.toString()).equals(fileNameRaw);
  return isUtf8
    ? fileNameRaw.toString()
    : yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true);
}

async function entryOf(entry: yauzl.Entry, content: AsyncIterable<Uint8Array>): Promise<Entry> {
  const { fileName: name, externalFileAttributes, versionMadeBy, uncompressedSize } = entry;
  const attributes = [unix, macOs].includes(versionMadeBy >> 8) ? externalFileAttributes >>> 16 : 0;
  const type = attributes & typeMask;
  const isFolder = name.endsWith('/');
  if (![0, regular, folder, symlink].includes(type) || (type === folder) !== (isFolder && type !== 0)) {
    throw refused(name, 'is neither file, folder nor symbolic link');
  }
  const kind = isFolder ? 'folder' : type === symlink ? 'symlink' : 'file';
  // many programs set none
  const mode = attributes & 0o777 || (isFolder ? 0o755 : 0o644);
  const modified = entry.getLastModDate({ timezone: 'UTC' });
  return {
    name,
    kind,
    mode,
    modified,
    sizeBytes: uncompressedSize,
    linkTarget: kind === 'symlink' ? await targetOf(entry, content) : '',
    content,
  };
}

/** The content of a symbolic link is where it leads. */
async function targetOf({ fileName, uncompressedSize }: yauzl.Entry, content: AsyncIterable<Uint8Array>) {
  if (uncompressedSize > 4095) throw refused(fileName, 'is a symbolic link to nowhere');
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

/** Where the data of each entry must have ended: before the next entry begins, so that no byte is unpacked twice. */
function endsOf(listed: readonly yauzl.Entry[], sizeBytes: number): Map<yauzl.Entry, number> {
  const ends = new Map<yauzl.Entry, number>();
  let next = sizeBytes;
  for (const entry of listed.toSorted((a, b) => b.relativeOffsetOfLocalHeader - a.relativeOffsetOfLocalHeader)) {
    ends.set(entry, next);
    next = entry.relativeOffsetOfLocalHeader;
  }
  return ends;
}

async function* contentOf(
  zip: yauzl.ZipFile,
  entry: yauzl.Entry,
  end: number,
  allowance: Allowance,
): AsyncGenerator<Uint8Array> {
  const { fileName, compressedSize, uncompressedSize, compressionMethod } = entry;
  if (entry.isEncrypted()) throw refused(fileName, 'is encrypted');
  if (compressionMethod !== 0 && compressionMethod !== 8) {
    throw refused(
      fileName,
      `is compressed by method ${compressionMethod}; only stored and deflated files are unpacked`,
    );
  }
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  if (fileDataStart + compressedSize > end) throw refused(fileName, 'overlaps with another one');
  const stream = await new Promise<AsyncIterable<Uint8Array>>((resolve, reject) => {
    const whole = [fileDataStart, compressedSize, 0, compressedSize] as const;
    zip.openReadStreamLowLevel(...whole, compressionMethod === 8, uncompressedSize, (error, opened) =>
      error ? reject(error) : resolve(opened as AsyncIterable<Uint8Array>),
    );
  });
  let sum = 0;
  for await (const piece of stream) {
    await allowance.produce(piece.length);
    sum = crc32(piece, sum);
    yield piece;
  }
  if (sum !== entry.crc32) throw new Error(`the checksum of ${JSON.stringify(fileName)} is wrong`);
}
