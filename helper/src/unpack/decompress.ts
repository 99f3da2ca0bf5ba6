// A compressed archive → its bytes, all of them: whatever stands behind the first frame is read as well, or refused.
import { Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { Failure } from '../core/failure.ts';
import type { Archive } from './archive.ts';
import type { Format } from './format.ts';

const chunkSize = 256 << 10;

/** @throws Failure ARCHIVE_BROKEN; errors of the file system as they are */
export async function* decompress(archive: Archive, format: Exclude<Format, 'zip'>): AsyncGenerator<Buffer> {
  if (format === 'tar') {
    yield* archive.read();
    return;
  }
  if (format === 'tar.gz') {
    yield* through(archive.read(), zlib.createGunzip({ chunkSize }));
    return;
  }
  if (format === 'tar.xz') {
    // a part of the bundle of its own, which holds a decoder in WebAssembly
    yield* (await import('./read-xz.ts')).readXz(archive.read());
    return;
  }
  if (zlib.createZstdDecompress === undefined) {
    throw new Failure('ARCHIVE_BROKEN', 'the source is packed as tar.zst, which this Node cannot unpack', {
      hint: 'Node 22.15 can, and the one in the image; outside of it use tar.gz',
    });
  }
  // Node ends with the first frame (RFC 8878 §3), and says nothing of what follows
  for (let at = 0; await archive.goesBeyond(at); ) {
    const stream = zlib.createZstdDecompress({ chunkSize });
    yield* through(archive.read(at), stream);
    if (stream.bytesWritten === 0) throw new Error('the frame is empty');
    at += stream.bytesWritten;
  }
}

async function* through(bytes: AsyncIterable<Buffer>, stream: Transform): AsyncGenerator<Buffer> {
  const source = Readable.from(bytes, { objectMode: false });
  source.on('error', (error) => stream.destroy(error));
  source.pipe(stream);
  try {
    yield* stream as AsyncIterable<Buffer>;
  } finally {
    source.destroy();
    stream.destroy();
  }
}
