// The digests of a file that is being written: what was written in order is read back from the page cache and hashed
// behind the writing, for large files on a thread of its own. So it matters neither in what order parts came nor which
// run wrote them, and nothing is read twice that did not fall out of the cache.
import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Worker } from 'node:worker_threads';
import type { Algorithm } from '../../contract/integrity.ts';
import { hashInWorker, type WorkerAnswer } from './hash-in-worker.ts';

export interface Digester {
  /** How much is written and not hashed yet. */
  readonly lagBytes: number;
  /** Says how much of the file is written, from its beginning on. */
  advance(bytes: number): void;
  /** Called when some more is hashed. */
  onAdvance: () => void;
  /** Of all that was said to be written, in hexadecimal. @throws errors of reading */
  digest(algorithm: Algorithm): Promise<string>;
  /** Lets go of the file. */
  end(): Promise<void>;
}

// To start a thread takes as long as to hash this much.
const threadFromBytes = 16 << 20;
const readBytes = 256 << 10;
// So much is one message to the thread: to wake it for each little piece would cost more than to hash that.
const stepBytes = 8 << 20;
const leastStepBytes = 1 << 20;

/** @param algorithms that will be asked for; any other one costs another reading. SHA-256 is always among them. */
export function createDigester(file: FileHandle, algorithms: Iterable<Algorithm>): Digester {
  const names = [...new Set<Algorithm>(['sha256', ...algorithms])];
  let hashes = new Map<Algorithm, Hash>(names.map((name) => [name, createHash(name)]));
  let bytes = 0;
  let hashed = 0;
  let fault: Error | undefined;
  let thread: Worker | 'starting' | 'impossible' | undefined;
  let threadBusy = false;
  let running: Promise<void> | undefined;
  let ended = false;
  const waiting: (() => void)[] = [];

  const advanced = () => {
    if (hashed === bytes || fault !== undefined || ended) for (const resolve of waiting.splice(0)) resolve();
    digester.onAdvance();
  };
  /** Here, step by step. */
  const run = async () => {
    const buffer = Buffer.allocUnsafe(Math.min(readBytes, bytes - hashed));
    while (hashed < bytes && !ended && (thread === undefined || thread === 'impossible')) {
      const length = Math.min(buffer.length, bytes - hashed);
      const { bytesRead } = await file.read(buffer, 0, length, hashed);
      if (bytesRead === 0) throw shorter();
      for (const hash of hashes.values()) hash.update(buffer.subarray(0, bytesRead));
      hashed += bytesRead;
    }
  };
  const goOn = () => {
    if (ended || fault !== undefined || hashed === bytes) return;
    if (thread === undefined && bytes >= threadFromBytes) void startThread();
    if (typeof thread === 'object') {
      if (threadBusy || (bytes - hashed < leastStepBytes && waiting.length === 0)) return;
      threadBusy = true;
      thread.postMessage(Math.min(bytes, hashed + stepBytes));
    } else if (thread !== 'starting') {
      running ??= run()
        .catch((error: Error) => {
          fault = error;
        })
        .then(() => {
          running = undefined;
          advanced();
          goOn();
        });
    }
  };
  const startThread = async () => {
    thread = 'starting';
    const { Worker } = await import('node:worker_threads');
    await running;
    // what was hashed here stays here: a digest that was begun cannot be handed over
    hashed = 0;
    const one = new Worker(`(${hashInWorker})(require)`, {
      eval: true,
      execArgv: [],
      workerData: { descriptor: file.fd, names, readBytes },
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
    });
    one.unref();
    one.on('message', (answer: WorkerAnswer) => {
      if ('failed' in answer) {
        fault ??= Object.assign(new Error(answer.failed.message), answer.failed);
      } else if ('hashed' in answer) {
        threadBusy = false;
        hashed = answer.hashed;
      } else return;
      advanced();
      goOn();
    });
    one.once('error', () => {
      // no thread to be had (memory, processes): then here, from the beginning
      thread = 'impossible';
      threadBusy = false;
      hashes = new Map(names.map((name) => [name, createHash(name)]));
      hashed = 0;
      goOn();
    });
    thread = one;
    if (ended) await one.terminate();
    else goOn();
  };
  const askThread = (one: Worker, algorithm: Algorithm) =>
    new Promise<string>((resolve, reject) => {
      const answered = (answer: WorkerAnswer) => {
        if (!('digest' in answer)) return;
        one.off('message', answered);
        resolve(answer.digest);
      };
      one.on('message', answered);
      one.once('exit', () => reject(new Error('the thread that hashes has ended')));
      one.postMessage(algorithm);
    });

  const digester: Digester = {
    get lagBytes() {
      // what cannot be read back nobody needs to wait for: whoever asks for the digest is told
      return fault === undefined ? bytes - hashed : 0;
    },
    advance: (to) => {
      bytes = to;
      goOn();
    },
    onAdvance: () => {},
    digest: async (algorithm) => {
      while (hashed < bytes && fault === undefined && !ended) {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          goOn();
        });
      }
      if (fault !== undefined) throw fault;
      if (names.includes(algorithm)) {
        return typeof thread === 'object'
          ? askThread(thread, algorithm)
          : (hashes.get(algorithm) as Hash).copy().digest('hex');
      }
      const another = createDigester(file, [algorithm]);
      try {
        another.advance(bytes);
        return await another.digest(algorithm);
      } finally {
        await another.end();
      }
    },
    end: async () => {
      ended = true;
      advanced();
      await running;
      if (typeof thread === 'object') await thread.terminate();
    },
  };
  return digester;
}

export function shorter(): Error {
  return Object.assign(new Error('EIO: the file is shorter than it was'), { code: 'EIO', syscall: 'read' });
}
