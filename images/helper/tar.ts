// Tar archives in memory: reading those of Debian and npm, writing ones whose bytes depend on nothing but
// their contents. Not a general tar: no devices, no hard links, no sparse files.

export interface TarEntry {
  /** Without a leading `/` or `./`, and without a trailing `/`. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link';
  /** Permission bits. */
  readonly mode: number;
  /** Empty for folders and links. */
  readonly data: Uint8Array;
  /** What a link points to; empty for all others. */
  readonly target: string;
}

const blockBytes = 512;
const kinds: Readonly<Record<string, TarEntry['kind']>> = { '0': 'file', '\0': 'file', '5': 'folder', '2': 'link' };

/**
 * Reads files, folders and symbolic links; entries of other kinds are left out.
 * @returns by path; of entries with the same path the last one
 * @throws Error where it is no tar archive, or one that ends too early
 */
export function readTar(archive: Uint8Array): Map<string, TarEntry> {
  const entries = new Map<string, TarEntry>();
  const text = new TextDecoder();
  let offset = 0;
  let longPath: string | undefined;
  let longTarget: string | undefined;
  while (offset + blockBytes <= archive.length) {
    const header = archive.subarray(offset, offset + blockBytes);
    const word = (from: number, length: number) => {
      const field = header.subarray(from, from + length);
      const end = field.indexOf(0);
      return text.decode(end < 0 ? field : field.subarray(0, end));
    };
    if (header.every((byte) => byte === 0)) break;
    if (word(257, 5) !== 'ustar') throw new Error(`no tar header at byte ${offset}`);
    const sizeBytes = Number.parseInt(word(124, 12), 8);
    const start = offset + blockBytes;
    const data = archive.subarray(start, start + sizeBytes);
    if (data.length < sizeBytes) throw new Error(`the archive ends within ${word(0, 100)}`);
    offset = start + Math.ceil(sizeBytes / blockBytes) * blockBytes;

    const type = String.fromCharCode(header[156] ?? 0);
    // names that do not fit the header: GNU's way (Debian), and POSIX's (npm)
    if (type === 'L') longPath = text.decode(data).replace(/\0.*$/s, '');
    else if (type === 'K') longTarget = text.decode(data).replace(/\0.*$/s, '');
    else if (type === 'x') {
      const records = text.decode(data);
      longPath = /^\d+ path=(.*)$/m.exec(records)?.[1] ?? longPath;
      longTarget = /^\d+ linkpath=(.*)$/m.exec(records)?.[1] ?? longTarget;
    } else {
      const kind = kinds[type];
      // GNU tar keeps times where POSIX has the prefix
      const prefix = word(257, 8) === 'ustar  ' ? '' : word(345, 155);
      const path = (longPath ?? (prefix === '' ? word(0, 100) : `${prefix}/${word(0, 100)}`))
        .replace(/^(?:\.?\/)+/, '')
        .replace(/\/$/, '');
      const target = kind === 'link' ? (longTarget ?? word(157, 100)) : '';
      const mode = Number.parseInt(word(100, 8), 8) & 0o7777;
      if (kind !== undefined) entries.set(path, { path, kind, mode, data: kind === 'file' ? data : empty, target });
      longPath = undefined;
      longTarget = undefined;
    }
  }
  return entries;
}

const empty = new Uint8Array(0);

/** A file's entry. */
export const file = (path: string, data: Uint8Array | string, mode = 0o644): TarEntry => ({
  path,
  kind: 'file',
  mode,
  data: typeof data === 'string' ? new TextEncoder().encode(data) : data,
  target: '',
});

/** A symbolic link's entry. */
export const link = (path: string, target: string): TarEntry => ({
  path,
  kind: 'link',
  mode: 0o777,
  data: empty,
  target,
});

/**
 * Writes an archive: folders above the entries added, all in the order of their paths, owned by root,
 * of 1970. The same entries give the same bytes, in whatever order they come.
 */
export function writeTar(entries: Iterable<TarEntry>): Uint8Array {
  const all = new Map<string, TarEntry>();
  for (const entry of entries) {
    const parts = entry.path.split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const path = parts.slice(0, depth).join('/');
      if (!all.has(path)) all.set(path, { path, kind: 'folder', mode: 0o755, data: empty, target: '' });
    }
    all.set(entry.path, entry);
  }
  const blocks: Uint8Array[] = [];
  for (const path of [...all.keys()].sort()) {
    const entry = all.get(path);
    if (entry === undefined) continue;
    blocks.push(headerOf(entry), entry.data, new Uint8Array(-entry.data.length & (blockBytes - 1)));
  }
  blocks.push(new Uint8Array(2 * blockBytes));
  return Buffer.concat(blocks);
}

function headerOf({ path, kind, mode, data, target }: TarEntry): Uint8Array {
  const name = kind === 'folder' ? `${path}/` : path;
  if (Buffer.byteLength(name) > 100) throw new Error(`${name}: a path of more than 100 bytes`);
  const header = Buffer.alloc(blockBytes);
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`;
  header.write(name, 0);
  header.write(octal(mode, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(data.length, 12), 124);
  header.write(octal(0, 12), 136);
  header.write('        ', 148);
  header.write({ file: '0', folder: '5', link: '2' }[kind], 156);
  header.write(target, 157);
  header.write('ustar\x0000', 257);
  header.write(
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      7,
    )} `,
    148,
  );
  return header;
}
