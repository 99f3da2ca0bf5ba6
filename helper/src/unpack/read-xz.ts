// What was packed by xz → its bytes. The library holds XZ Embedded as WebAssembly: what it keeps in memory is bounded by
// a dictionary of 64 MiB, which is what `xz -9` takes; a file may ask for 1.5 GiB.
import { ReadableStream as WebStream } from 'node:stream/web';
import * as library from 'xz-decompress';
import { Failure } from '../core/failure.ts';

// Node finds no names in its CommonJS, the bundle does
const { XzReadableStream } = ('default' in library ? library.default : library) as typeof library;

// enum xz_ret of XZ Embedded (linux/include/linux/xz.h); all others mean that the file is broken
const reasons: Readonly<Record<string, string>> = {
  3: 'needs more memory than there is',
  4: 'needs a dictionary of more than 64 MiB',
  6: 'is packed with a filter or a check that the helper does not know',
};

/** @throws Failure ARCHIVE_BROKEN for what cannot be unpacked; an Error for what is broken; of the file system as is */
export async function* readXz(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const input = WebStream.from(bytes);
  const stream = new XzReadableStream(input as never) as unknown as WebStream<Uint8Array>;
  try {
    for await (const piece of stream) yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
  } catch (error) {
    if (!(error instanceof Error) || 'syscall' in error) throw error;
    const code = /error code (\d+)/.exec(error.message)?.[1] ?? '';
    const reason = reasons[code];
    if (reason === undefined) throw new Error('xz cannot read it to its end', { cause: error });
    throw new Failure('ARCHIVE_BROKEN', `the source ${reason}`, {
      hint: 'Pack it anew with xz -9 or less, or as tar.gz or tar.zst',
      cause: error,
    });
  }
}
