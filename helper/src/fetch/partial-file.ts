// A file that is being written from its beginning on: pieces are hashed as they come and written in batches, one
// write at a time. So whatever is killed when, the file on disk is always a beginning of what came.
import { createHash, type Hash } from 'node:crypto';
import { constants, writev } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Algorithm } from '../contract/integrity.ts';
import { volumeFailure } from './volume-failure.ts';

// Larger writes bring no more; smaller ones cost a system call for each 16 KiB that TLS delivers.
const batchBytes = 1 << 20;
// Above this the server has to wait for the volume; below the other it goes on.
export const highBytes = 4 << 20;
const lowBytes = 2 << 20;
const readBytes = 1 << 20;

export interface PartialFile {
  readonly path: string;
  /** Bytes on disk, or on their way there. */
  readonly bytes: number;
  /**
   * Takes a piece.
   * @returns true when no more should come until `onRelief`
   */
  append(piece: Buffer): boolean;
  /** Called when more may come. */
  onRelief: () => void;
  /** Called when a write failed; nothing more is written. */
  onFault: (failure: Error) => void;
  /** Waits until everything that came is written. @throws Failure when it could not be. */
  drain(): Promise<void>;
  /** Waits until everything that came is on disk, power failures included. */
  flush(): Promise<number>;
  /** The digest of everything that came and was drained, in hexadecimal; can be asked at any time. */
  digest(algorithm: Algorithm): Promise<string>;
  /** The file itself, for what is done when it is whole. */
  readonly file: FileHandle;
  close(): Promise<void>;
}

/** Digests that are computed while the bytes come; of any other one the file is read once more. SHA-256 always is. */
export type Running = ReadonlyMap<Algorithm, Hash>;

function running(algorithms: Iterable<Algorithm>): Running {
  return new Map([...new Set<Algorithm>(['sha256', ...algorithms])].map((one) => [one, createHash(one)]));
}

/**
 * Makes a new, empty file.
 * @param path must not exist
 * @param algorithms that will be asked for
 */
export async function createPartialFile(path: string, algorithms: Iterable<Algorithm>): Promise<PartialFile> {
  try {
    const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    return attach(await open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600), path, 0, running(algorithms));
  } catch (error) {
    throw volumeFailure(error, path);
  }
}

/**
 * Opens a file that was left behind, and reads what is kept of it for the digest.
 * @param bytes how much of it is kept; the rest is cut off
 */
export async function reopenPartialFile(
  path: string,
  bytes: number,
  algorithms: Iterable<Algorithm>,
  signal: AbortSignal,
): Promise<PartialFile> {
  try {
    const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
    try {
      await file.truncate(bytes);
      const hashes = running(algorithms);
      await hashFile(file, bytes, hashes, signal);
      return attach(file, path, bytes, hashes);
    } catch (error) {
      await file.close();
      throw error;
    }
  } catch (error) {
    throw volumeFailure(error, path);
  }
}

/** Feeds the first bytes of a file to digests. */
export async function hashFile(file: FileHandle, bytes: number, hashes: Running, signal: AbortSignal): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(readBytes, bytes)));
  for (let at = 0; at < bytes; ) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, bytes - at), at);
    if (bytesRead === 0) {
      throw Object.assign(new Error('EIO: the file is shorter than it was'), { code: 'EIO', syscall: 'read' });
    }
    for (const hash of hashes.values()) hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}

function attach(file: FileHandle, path: string, startBytes: number, hashes: Running): PartialFile {
  let queue: Buffer[] = [];
  let queuedBytes = 0;
  let inFlightBytes = 0;
  let writtenBytes = startBytes;
  let fault: Error | undefined;
  let held = false;
  let idle: (() => void)[] = [];

  const settle = () => {
    if (inFlightBytes > 0 || (queuedBytes > 0 && fault === undefined)) return;
    const waiting = idle;
    idle = [];
    for (const resolve of waiting) resolve();
  };
  const fail = (error: Error) => {
    fault = volumeFailure(error, path);
    queue = [];
    queuedBytes = 0;
    inFlightBytes = 0;
    partial.onFault(fault);
    settle();
  };
  const writeNext = (batch: Buffer[]) => {
    writev(file.fd, batch, writtenBytes, (error, count) => {
      if (error !== null) return fail(error);
      writtenBytes += count;
      inFlightBytes -= count;
      if (inFlightBytes > 0) return writeNext(after(batch, count));
      if (held && queuedBytes < lowBytes) {
        held = false;
        partial.onRelief();
      }
      pump(idle.length > 0 ? 1 : batchBytes);
      settle();
    });
  };
  const pump = (leastBytes: number) => {
    if (inFlightBytes > 0 || queuedBytes < leastBytes || fault !== undefined) return;
    const batch = queue;
    inFlightBytes = queuedBytes;
    queue = [];
    queuedBytes = 0;
    writeNext(batch);
  };

  const partial: PartialFile = {
    path,
    file,
    get bytes() {
      return writtenBytes + inFlightBytes + queuedBytes;
    },
    append: (piece) => {
      if (fault !== undefined || piece.length === 0) return false;
      for (const hash of hashes.values()) hash.update(piece);
      queue.push(piece);
      queuedBytes += piece.length;
      pump(batchBytes);
      // stays so until relief, whatever else is appended meanwhile
      held ||= queuedBytes + inFlightBytes >= highBytes;
      return held;
    },
    onRelief: () => {},
    onFault: () => {},
    drain: async () => {
      if (queuedBytes > 0 || inFlightBytes > 0) {
        await new Promise<void>((resolve) => {
          idle.push(resolve);
          pump(1);
        });
      }
      if (fault !== undefined) throw fault;
    },
    flush: async () => {
      const bytes = writtenBytes;
      try {
        await file.datasync();
      } catch (error) {
        throw volumeFailure(error, path);
      }
      return bytes;
    },
    digest: async (algorithm) => {
      const known = hashes.get(algorithm);
      if (known !== undefined) return known.copy().digest('hex');
      const hash = createHash(algorithm);
      await hashFile(file, writtenBytes, new Map([[algorithm, hash]]), new AbortController().signal);
      return hash.digest('hex');
    },
    close: () => file.close(),
  };
  return partial;
}

/** What of a batch is left after a write that took only a part of it. */
function after(batch: Buffer[], count: number): Buffer[] {
  let rest = count;
  let index = 0;
  while (index < batch.length && rest >= (batch[index]?.length ?? 0)) rest -= batch[index++]?.length ?? 0;
  return batch.slice(index).map((piece, at) => (at === 0 ? piece.subarray(rest) : piece));
}
