// What an archive is, told by its first bytes: names lie.
import { Failure } from '../core/failure.ts';

export type Format = 'tar' | 'tar.gz' | 'tar.zst' | 'tar.xz' | 'zip';

/** How many bytes `formatOf` needs to see. */
export const headBytes = 512;

const magics: readonly (readonly [string, string])[] = [
  ['1f8b', 'tar.gz'],
  ['28b52ffd', 'tar.zst'],
  ['504b0304', 'zip'],
  ['504b0506', 'zip'],
  ['fd377a585a00', 'tar.xz'],
  ['425a68', 'bzip2'],
  ['377abcaf271c', '7z'],
  ['526172211a07', 'rar'],
];

/**
 * The format of a file that begins with these bytes.
 * @throws Failure ARCHIVE_BROKEN where it is none that is unpacked
 */
export function formatOf(head: Buffer): Format {
  if (isTarHeader(head)) return 'tar';
  const hex = head.subarray(0, 8).toString('hex');
  // a frame to be skipped may stand before the first one (RFC 8878 §3.1.2)
  const found = /^5.2a4d18/.test(hex) ? 'tar.zst' : magics.find(([magic]) => hex.startsWith(magic))?.[1];
  if (found === 'tar.gz' || found === 'tar.zst' || found === 'tar.xz' || found === 'zip') return found;
  const what = found === undefined ? 'it is no archive' : `it is packed as ${found}, which the helper does not unpack`;
  throw new Failure('ARCHIVE_BROKEN', `the source cannot be unpacked: ${what}`, {
    hint: 'tar, tar.gz, tar.zst, tar.xz and zip are understood',
  });
}

/** By its checksum, since the oldest of them have no magic (POSIX pax, ustar Interchange Format). */
function isTarHeader(block: Buffer): boolean {
  if (block.length < 512 || block[0] === 0) {
    // an archive with nothing in it is nothing but zeros
    return block.length === 512 && block.every((byte) => byte === 0);
  }
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  return Number.parseInt(block.toString('latin1', 148, 156).replace(/[\0 ]+$/, ''), 8) === sum;
}
