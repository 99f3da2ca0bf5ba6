// A file that is being written, at one place or at several: each writer's pieces in order, in batches, one write at a
// time. So with one writer, whatever is killed when, the file on disk is always a beginning of what came.
import { constants, writev } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Algorithm } from '../../contract/integrity.ts';
import type { BodyTarget } from '../../http/wire.ts';
import { cut, sizeOf } from './batch.ts';
import { createDigester } from './digester.ts';
import { addExtent, beginning, type Extents, gaps } from './extents.ts';
import { volumeFailure } from './volume-failure.ts';

// Above this the server has to wait for the volume; below the other it goes on.
export const highBytes = 2 << 20;
const lowBytes = 1 << 20;
// The same for what is written and not hashed: it shall not fall out of the page cache before.
const highLagBytes = 32 << 20;

// What bodies are received into. Larger buffers bring no more, and there may be 16 of them being filled.
const bufferBytes = 128 << 10;
// With less room than this a read would be a small one.
const leastRoomBytes = 32 << 10;
// Shared by all files, and kept: to ask the system for memory anew costs as much as to fill it.
const pool: Buffer[] = [];
const keptBuffers = 32;

/** Takes bytes for one place of the file, and all that follow it. */
export interface Writer extends BodyTarget {
  /** Where it began. */
  readonly from: number;
  /** Where the next byte goes. */
  readonly at: number;
  /** Called when more may come. */
  onRelief: () => void;
  /** Waits until everything that came is written; the writer is over then. @throws Failure when it could not be. */
  end(): Promise<void>;
}

export interface PartialFile {
  readonly path: string;
  /** Bytes from the beginning on, on disk or on their way there. */
  readonly bytes: number;
  /** What is written. */
  readonly written: Extents;
  /** Begins to write there. @param at from 0; where something is written already, that stays */
  writer(at: number): Writer;
  /** Adds a piece of a file that is written in one go, and waits until there is room for the next. */
  append(piece: Buffer): Promise<void>;
  /** Called when a write failed; nothing more is written. */
  onFault: (failure: Error) => void;
  /** Called when `written` has become more. */
  onWritten: () => void;
  /** Waits until everything that came is written. @throws Failure when it could not be. */
  drain(): Promise<void>;
  /** Waits until everything that is written now is on disk, power failures included, and says what that is. */
  flush(): Promise<Extents>;
  /** The digest of everything from the beginning on, in hexadecimal; can be asked when it is drained. */
  digest(algorithm: Algorithm): Promise<string>;
  /** The file itself, for what is done when it is whole. */
  readonly file: FileHandle;
  close(): Promise<void>;
}

/**
 * Makes a new, empty file.
 * @param path must not exist
 * @param algorithms that will be asked for
 */
export async function createPartialFile(path: string, algorithms: Iterable<Algorithm>): Promise<PartialFile> {
  try {
    const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    return attach(await open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600), path, [], algorithms);
  } catch (error) {
    throw volumeFailure(error, path);
  }
}

/**
 * Opens a file that was left behind. What is kept of it is read for the digest, beside all that follows.
 * @param kept what is kept of it; the rest counts for nothing
 */
export async function reopenPartialFile(
  path: string,
  kept: Extents,
  algorithms: Iterable<Algorithm>,
): Promise<PartialFile> {
  try {
    const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
    try {
      await file.truncate(kept.at(-1)?.[1] ?? 0);
      return attach(file, path, kept, algorithms);
    } catch (error) {
      await file.close();
      throw error;
    }
  } catch (error) {
    throw volumeFailure(error, path);
  }
}

function attach(file: FileHandle, path: string, kept: Extents, algorithms: Iterable<Algorithm>): PartialFile {
  const digester = createDigester(file, algorithms);
  const writers = new Set<Writer>();
  const held = new Set<Writer>();
  let written = kept;
  /**
   * What is written, or about to be. Two connections may bring the same part, and a hostile server other bytes in each:
   * what is written may be hashed already, so nothing is ever written over it.
   */
  let claimed = kept;
  /** Of all writers: full buffers that are not written yet. */
  let pendingBytes = 0;
  let fault: Error | undefined;

  const relieve = () => {
    if (pendingBytes >= lowBytes || digester.lagBytes >= highLagBytes / 2) return;
    for (const writer of held) {
      held.delete(writer);
      writer.onRelief();
    }
  };
  digester.onAdvance = relieve;
  digester.advance(beginning(kept));

  const fail = (error: Error) => {
    if (fault !== undefined) return;
    fault = volumeFailure(error, path);
    partial.onFault(fault);
  };

  const createWriter = (start: number): Writer => {
    let at = start;
    /** Up to where it was taken from the queue. */
    let taken = start;
    let buffer: Buffer | undefined;
    let filledBytes = 0;
    let queue: Buffer[] = [];
    let busy = false;
    const idle: (() => void)[] = [];

    const queueUp = () => {
      if (buffer === undefined || filledBytes === 0) return;
      queue.push(filledBytes === bufferBytes ? buffer : buffer.subarray(0, filledBytes));
      pendingBytes += filledBytes;
      buffer = undefined;
      filledBytes = 0;
    };
    const write = (batch: readonly Buffer[], first: number, missing: Extents) => {
      const [next, ...others] = missing;
      if (next === undefined) return done(batch);
      const [at, to] = next;
      writev(file.fd, cut(batch, at - first, to - first), at, (error, count) => {
        if (error !== null) {
          fail(error);
          return done(batch);
        }
        written = addExtent(written, at, at + count);
        partial.onWritten();
        write(batch, first, at + count < to ? [[at + count, to], ...others] : others);
      });
    };
    const done = (batch: readonly Buffer[]) => {
      pendingBytes -= sizeOf(batch);
      for (const one of batch) if (pool.length < keptBuffers) pool.push(whole(one));
      digester.advance(beginning(written));
      busy = false;
      relieve();
      pump();
    };
    const pump = () => {
      if (busy) return;
      if (fault !== undefined) queue = [];
      if (queue.length === 0) {
        for (const resolve of idle.splice(0)) resolve();
        return;
      }
      busy = true;
      const batch = queue;
      const first = taken;
      queue = [];
      taken += sizeOf(batch);
      const missing = gaps(claimed, taken, first);
      claimed = addExtent(claimed, first, taken);
      write(batch, first, missing);
    };
    const writer: Writer = {
      from: start,
      get at() {
        return at;
      },
      room: () => {
        buffer ??= pool.pop() ?? Buffer.allocUnsafeSlow(bufferBytes);
        return buffer.subarray(filledBytes);
      },
      filled: (bytes) => {
        at += bytes;
        filledBytes += bytes;
        if (bufferBytes - filledBytes < leastRoomBytes) queueUp();
        pump();
        if (pendingBytes >= highBytes || digester.lagBytes >= highLagBytes) held.add(writer);
        return held.has(writer);
      },
      onRelief: () => {},
      end: async () => {
        queueUp();
        await new Promise<void>((resolve) => {
          idle.push(resolve);
          pump();
        });
        if (buffer !== undefined && pool.length < keptBuffers) pool.push(buffer);
        buffer = undefined;
        writers.delete(writer);
        held.delete(writer);
        if (fault !== undefined) throw fault;
      },
    };
    writers.add(writer);
    return writer;
  };

  let appender: Writer | undefined;
  const partial: PartialFile = {
    path,
    file,
    get bytes() {
      return beginning([...writers].reduce((all, { from, at }) => addExtent(all, from, at), written));
    },
    get written() {
      return written;
    },
    writer: createWriter,
    append: async (piece) => {
      appender ??= createWriter(beginning(written));
      const one = appender;
      let full = false;
      for (let rest: Uint8Array = piece; rest.length > 0; ) {
        const room = one.room();
        const bytes = Math.min(room.length, rest.length);
        room.set(rest.subarray(0, bytes));
        rest = rest.subarray(bytes);
        full = one.filled(bytes);
      }
      if (full && fault === undefined) {
        await new Promise<void>((resolve) => {
          one.onRelief = resolve;
          partial.onFault = () => resolve();
        });
      }
      if (fault !== undefined) throw fault;
    },
    onFault: () => {},
    onWritten: () => {},
    drain: async () => {
      appender = undefined;
      await Promise.all([...writers].map((writer) => writer.end()));
      if (fault !== undefined) throw fault;
    },
    flush: async () => {
      const now = written;
      try {
        await file.datasync();
      } catch (error) {
        throw volumeFailure(error, path);
      }
      return now;
    },
    digest: async (algorithm) => {
      try {
        return await digester.digest(algorithm);
      } catch (error) {
        throw volumeFailure(error, path);
      }
    },
    close: async () => {
      await digester.end();
      await file.close();
    },
  };
  return partial;
}

const whole = (buffer: Buffer): Buffer =>
  buffer.length === bufferBytes ? buffer : Buffer.from(buffer.buffer, 0, bufferBytes);
