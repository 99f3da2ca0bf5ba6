// The entries of a tar archive. The library takes headers apart; what they may say is judged here and in the tree.
import { extract, type Header } from 'tar-stream';
import type { Archive } from './archive.ts';
import { decompress } from './decompress.ts';
import type { Entry } from './entry.ts';
import { refused } from './entry-path.ts';
import type { Format } from './format.ts';
import type { Allowance } from './limits.ts';

const blockBytes = 512;

/** The entries in their order; the content of one is to be read before the next is asked for. */
export async function* readTar(
  archive: Archive,
  format: Exclude<Format, 'zip'>,
  allowance: Allowance,
): AsyncGenerator<Entry> {
  const parser = extract({ allowUnknownFormat: true } as object);
  let lastBlock: Buffer = Buffer.alloc(0);
  const closed = new Promise<void>((resolve) => parser.once('close', resolve));
  const feed = async () => {
    try {
      for await (const piece of decompress(archive, format)) {
        if (parser.destroyed) return;
        await allowance.produce(piece.length);
        lastBlock = (
          piece.length >= blockBytes ? Buffer.from(piece.subarray(-blockBytes)) : Buffer.concat([lastBlock, piece])
        ).subarray(-blockBytes);
        if (parser.write(piece)) continue;
        await Promise.race([closed, new Promise<void>((resolve) => parser.once('drain', resolve))]);
      }
      parser.end(null);
    } catch (error) {
      parser.destroy(error as Error);
    }
  };
  const feeding = feed();
  try {
    for await (const source of parser) {
      yield entryOf(source.header, source as unknown as AsyncIterable<Uint8Array>);
      source.resume();
    }
  } finally {
    parser.destroy();
    // after a fault, what is still to come is of no interest
    archive.close();
    await feeding;
  }
  // without its end mark, whole entries may be missing
  if (lastBlock.length < blockBytes || lastBlock.some((byte) => byte !== 0)) {
    throw new Error('the archive ends without its end mark');
  }
}

const kinds: Readonly<Record<string, Entry['kind']>> = {
  file: 'file',
  'contiguous-file': 'file',
  directory: 'folder',
  symlink: 'symlink',
  link: 'hardlink',
};

const special: Readonly<Record<string, string>> = {
  'character-device': 'is a device',
  'block-device': 'is a device',
  fifo: 'is a named pipe',
};

function entryOf(header: Header, content: AsyncIterable<Uint8Array>): Entry {
  const { name, mode, size, mtime, linkname } = header;
  const type: string = header.type ?? 'unknown';
  const pax = Object.keys((header.pax ?? {}) as object);
  if (pax.some((key) => key.startsWith('GNU.sparse.'))) throw refused(name, 'is a sparse file, which is not unpacked');
  // the oldest archives have no type for a folder but the slash
  const kind = type === 'file' && name.endsWith('/') ? 'folder' : kinds[type];
  if (kind === undefined) throw refused(name, special[type] ?? 'is of a kind that is not unpacked');
  return {
    name,
    kind,
    mode: mode & 0o777,
    modified: mtime,
    sizeBytes: size,
    linkTarget: linkname ?? '',
    content,
  };
}
