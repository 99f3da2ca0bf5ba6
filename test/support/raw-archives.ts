// Archives made byte by byte, so that they can be wrong in every way: tar blocks and zip records as no packer writes them.
import { crc32, deflateRawSync } from 'node:zlib';

export interface RawTarEntry {
  readonly name?: string | Buffer;
  /** The type flag; default `0`, a file. */
  readonly type?: string;
  readonly content?: Buffer | string;
  /** In place of the content's own size. */
  readonly size?: number;
  readonly link?: string;
  readonly mode?: number;
  /** Seconds since 1970. */
  readonly modified?: number;
  /** Default: ustar. */
  readonly magic?: Buffer;
}

/** One header block, with its content padded to whole blocks. */
export function tarEntry(entry: RawTarEntry): Buffer {
  const { name = 'file', type = '0', link = '', mode = 0o644, modified = 1_600_000_000 } = entry;
  const content = Buffer.from(entry.content ?? '');
  const block = Buffer.alloc(512);
  const octal = (value: number, at: number, length: number) =>
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  Buffer.from(name).copy(block, 0, 0, 100);
  octal(mode, 100, 8);
  octal(1000, 108, 8);
  octal(1000, 116, 8);
  octal(entry.size ?? content.length, 124, 12);
  octal(modified, 136, 12);
  block.write('        ', 148);
  block.write(type, 156, 'latin1');
  block.write(link, 157, 100);
  (entry.magic ?? Buffer.from('ustar\x0000')).copy(block, 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return Buffer.concat([block, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

/** Entries, and the end mark. */
export function tarOf(...entries: (RawTarEntry | Buffer)[]): Buffer {
  const blocks = entries.map((entry) => (Buffer.isBuffer(entry) ? entry : tarEntry(entry)));
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** An extended header (POSIX pax) for the next entry. */
export function paxHeader(fields: Readonly<Record<string, string>>): Buffer {
  const records = Object.entries(fields).map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`);
    let length = rest + 1;
    while (String(length).length + rest !== length) length = String(length).length + rest;
    return `${length} ${key}=${value}\n`;
  });
  return tarEntry({ name: 'PaxHeaders/x', type: 'x', content: records.join('') });
}

/** GNU's way to give the next entry a long name (`L`) or link target (`K`). */
export function gnuLong(type: 'L' | 'K', name: string): Buffer {
  return tarEntry({ name: '././@LongLink', type, content: `${name}\0` });
}

export interface RawZipEntry {
  readonly name: string | Buffer;
  readonly content?: Buffer | string;
  /** The Unix mode with its type; default: a file, 0644. */
  readonly mode?: number;
  readonly deflate?: boolean;
  /** What the directory says, where it is not so. */
  readonly uncompressedSize?: number;
  readonly compressedSize?: number;
  readonly crc?: number;
  readonly flags?: number;
  readonly method?: number;
  /** Place of the data of the entry with this index, in place of data of its own. */
  readonly dataOf?: number;
}

/** A zip archive with these entries. */
export function zipOf(...entries: RawZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  const offsets: number[] = [];
  let at = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const content = Buffer.from(entry.content ?? '');
    const data = entry.deflate ? deflateRawSync(content) : content;
    const method = entry.method ?? (entry.deflate ? 8 : 0);
    const flags = entry.flags ?? 0x800;
    const crc = entry.crc ?? crc32(content);
    const compressed = entry.compressedSize ?? data.length;
    const size = entry.uncompressedSize ?? content.length;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    const shared = (buffer: Buffer, from: number) => {
      buffer.writeUInt16LE(20, from);
      buffer.writeUInt16LE(flags, from + 2);
      buffer.writeUInt16LE(method, from + 4);
      buffer.writeUInt16LE(0, from + 6);
      buffer.writeUInt16LE(0x5821, from + 8);
      buffer.writeUInt32LE(crc, from + 10);
      buffer.writeUInt32LE(compressed, from + 14);
      buffer.writeUInt32LE(size, from + 18);
      buffer.writeUInt16LE(name.length, from + 22);
    };
    shared(local, 4);
    offsets.push(entry.dataOf === undefined ? at : (offsets[entry.dataOf] ?? 0));
    if (entry.dataOf === undefined) {
      locals.push(local, name, data);
      at += local.length + name.length + data.length;
    }
    const record = Buffer.alloc(46);
    record.writeUInt32LE(0x02014b50, 0);
    record.writeUInt16LE((3 << 8) | 20, 4);
    shared(record, 6);
    record.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 38);
    record.writeUInt32LE(offsets.at(-1) ?? 0, 42);
    central.push(record, name);
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, directory, end]);
}
