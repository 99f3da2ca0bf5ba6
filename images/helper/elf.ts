// What a program for Linux needs to run, and the same program without what nobody needs to run it. Reads the file
// itself, so that it works for another architecture's programs and on a machine that has no binutils.
// Format: the System V ABI's chapters "Object Files" and "Program Loading and Dynamic Linking", 64 bit, little endian.

export interface ElfFacts {
  /** The program that loads it, such as `/lib64/ld-linux-x86-64.so.2`; undefined for a library. */
  readonly interpreter: string | undefined;
  /** Names of the libraries that it asks for. */
  readonly needed: readonly string[];
}

const machines: Readonly<Record<number, string>> = { 62: 'amd64', 183: 'arm64' };
const segment = { load: 1, dynamic: 2, interpreter: 3 } as const;
const dynamic = { end: 0, needed: 1, strings: 5 } as const;
const sectionHasMemory = 2n;

/**
 * Reads what a program or a library asks for.
 * @param architecture that it must be for, as Debian and OCI call it
 * @throws Error where it is something else
 */
export function readElf(bytes: Uint8Array, architecture: string): ElfFacts {
  const view = viewOf(bytes);
  if (bytes.length < 64 || view.getUint32(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1) {
    throw new Error('no ELF file of 64 bit, little endian');
  }
  const machine = machines[view.getUint16(18, true)];
  if (machine !== architecture) throw new Error(`made for ${machine ?? 'another machine'}, not for ${architecture}`);

  const segments = segmentsOf(view);
  const stringAt = (offset: number) => {
    const end = bytes.indexOf(0, offset);
    return new TextDecoder().decode(bytes.subarray(offset, end));
  };
  const interpreter = segments.find(({ type }) => type === segment.interpreter);
  const table = segments.find(({ type }) => type === segment.dynamic);
  const entries: { tag: number; value: number }[] = [];
  for (let at = table?.offset ?? 0; table !== undefined && at < table.offset + table.sizeBytes; at += 16) {
    const entry = { tag: Number(view.getBigInt64(at, true)), value: Number(view.getBigUint64(at + 8, true)) };
    if (entry.tag === dynamic.end) break;
    entries.push(entry);
  }
  // the table names its strings by where they are in memory
  const stringsAddress = entries.find(({ tag }) => tag === dynamic.strings)?.value ?? 0;
  const holder = segments.find(
    ({ type, address, sizeBytes }) =>
      type === segment.load && stringsAddress >= address && stringsAddress < address + sizeBytes,
  );
  const strings = holder === undefined ? 0 : stringsAddress - holder.address + holder.offset;
  return {
    interpreter: interpreter && stringAt(interpreter.offset),
    needed: entries.filter(({ tag }) => tag === dynamic.needed).map(({ value }) => stringAt(strings + value)),
  };
}

/**
 * Leaves out symbol tables and debugging information, as strip(1) does: all that is never loaded into memory.
 * What is loaded stays where it is, byte for byte.
 */
export function strip(bytes: Uint8Array): Uint8Array {
  const view = viewOf(bytes);
  const tableAt = Number(view.getBigUint64(40, true));
  const entryBytes = view.getUint16(58, true);
  const count = view.getUint16(60, true);
  const names = sectionAt(view, tableAt + view.getUint16(62, true) * entryBytes);
  const kept: { index: number; name: string; header: Buffer }[] = [];
  for (let index = 0; index < count; index++) {
    const at = tableAt + index * entryBytes;
    const { name, flags } = sectionAt(view, at);
    if (index > 0 && (flags & sectionHasMemory) === 0n) continue;
    const nameAt = names.offset + name;
    kept.push({
      index,
      name: new TextDecoder().decode(bytes.subarray(nameAt, bytes.indexOf(0, nameAt))),
      header: Buffer.from(bytes.subarray(at, at + entryBytes)),
    });
  }

  // sections name each other by number, and the numbers change
  const number = (old: number) => {
    const found = kept.findIndex(({ index }) => index === old);
    return found < 0 ? 0 : found;
  };
  const ownName = '.shstrtab';
  let strings = '\0';
  for (const { name, header } of kept.slice(1)) {
    header.writeUInt32LE(strings.length, 0);
    strings += `${name}\0`;
    header.writeUInt32LE(number(header.readUInt32LE(40)), 40);
    // only in tables of relocations is this a section's number (flag SHF_INFO_LINK)
    if (header.readBigUInt64LE(8) & 0x40n) header.writeUInt32LE(number(header.readUInt32LE(44)), 44);
  }
  const end = Math.max(...segmentsOf(view).map(({ offset, sizeBytes }) => offset + sizeBytes));
  const last = Buffer.alloc(entryBytes);
  last.writeUInt32LE(strings.length, 0);
  strings += `${ownName}\0`;
  last.writeUInt32LE(3, 4);
  last.writeBigUInt64LE(BigInt(end), 24);
  last.writeBigUInt64LE(BigInt(strings.length), 32);
  last.writeBigUInt64LE(1n, 48);

  const padding = -(end + strings.length) & 7;
  const head = Buffer.from(bytes.subarray(0, end));
  head.writeBigUInt64LE(BigInt(end + strings.length + padding), 40);
  head.writeUInt16LE(kept.length + 1, 60);
  head.writeUInt16LE(kept.length, 62);
  return Buffer.concat([head, Buffer.from(strings), Buffer.alloc(padding), ...kept.map(({ header }) => header), last]);
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function segmentsOf(view: DataView) {
  const tableAt = Number(view.getBigUint64(32, true));
  const entryBytes = view.getUint16(54, true);
  return Array.from({ length: view.getUint16(56, true) }, (_, index) => {
    const at = tableAt + index * entryBytes;
    return {
      type: view.getUint32(at, true),
      offset: Number(view.getBigUint64(at + 8, true)),
      address: Number(view.getBigUint64(at + 16, true)),
      sizeBytes: Number(view.getBigUint64(at + 32, true)),
    };
  });
}

const sectionAt = (view: DataView, at: number) => ({
  name: view.getUint32(at, true),
  flags: view.getBigUint64(at + 8, true),
  offset: Number(view.getBigUint64(at + 24, true)),
});
