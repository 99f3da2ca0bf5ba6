// Unpacks a file that lies there whole, as if it came at once or in pieces.
import { open } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { Archive } from '../../helper/src/unpack/archive.ts';
import { type Unpacked, unpack } from '../../helper/src/unpack/unpack.ts';

/** @param pieces so many of them come one after the other, the last one before it is known that it is the last */
export async function unpackFile(
  path: string,
  folder: string,
  options: Parameters<typeof unpack>[2],
  signal: AbortSignal = new AbortController().signal,
  pieces = 0,
): Promise<Unpacked> {
  const file = await open(path);
  const archive = new Archive(file);
  const { size } = await file.stat();
  const growing = async () => {
    for (let piece = 1; piece <= pieces; piece++) {
      archive.grow(Math.floor((size * piece) / pieces));
      await turn();
    }
    archive.grow(size, true);
  };
  try {
    const [unpacked] = await Promise.all([unpack(archive, folder, options, signal), growing()]);
    return unpacked;
  } finally {
    await file.close();
  }
}
