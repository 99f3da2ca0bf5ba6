// A compressed file → its bytes, all of them: whatever stands behind the first frame is read as well, or refused.
import { createReadStream } from 'node:fs';
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { Failure } from '../core/failure.ts';
import type { Format } from './format.ts';

const pieceBytes = 256 << 10;

/** @throws Failure ARCHIVE_BROKEN; errors of the file system as they are */
export async function* decompress(path: string, format: Exclude<Format, 'zip'>, sizeBytes: number) {
  if (format === 'tar') {
    yield* createReadStream(path, { highWaterMark: pieceBytes }) as AsyncIterable<Buffer>;
    return;
  }
  if (format === 'tar.gz') {
    yield* through(path, 0, zlib.createGunzip({ chunkSize: pieceBytes }));
    return;
  }
  if (format === 'tar.xz') {
    // a part of the bundle of its own, which holds a decoder in WebAssembly
    yield* (await import('./read-xz.ts')).readXz(path, pieceBytes);
    return;
  }
  if (zlib.createZstdDecompress === undefined) {
    throw new Failure('ARCHIVE_BROKEN', 'the source is packed as tar.zst, which this Node cannot unpack', {
      hint: 'Node 22.15 can, and the one in the image; outside of it use tar.gz',
    });
  }
  // Node ends with the first frame (RFC 8878 §3), and says nothing of what follows
  for (let at = 0; at < sizeBytes; ) {
    const stream = zlib.createZstdDecompress({ chunkSize: pieceBytes });
    yield* through(path, at, stream);
    if (stream.bytesWritten === 0) throw new Error('the frame is empty');
    at += stream.bytesWritten;
  }
}

async function* through(path: string, start: number, stream: Transform): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { start, highWaterMark: pieceBytes });
  file.on('error', (error) => stream.destroy(error));
  file.pipe(stream);
  try {
    yield* stream as AsyncIterable<Buffer>;
  } finally {
    file.destroy();
    stream.destroy();
  }
}
