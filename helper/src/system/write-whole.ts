// Writes text to a file descriptor before it returns, even to a pipe that is full for the moment.

type WriteSync = (descriptor: number, bytes: Uint8Array, offset: number) => number;

/**
 * A reader that is gone (EPIPE) is no reason to fail: the work goes on without being watched.
 * @param writeSync as in node:fs
 */
export function writeWhole(descriptor: number, text: string, writeSync: WriteSync): void {
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw error;
      // the pipe is in non-blocking mode and full: give its reader a moment
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
