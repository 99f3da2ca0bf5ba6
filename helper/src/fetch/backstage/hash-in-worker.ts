// What the thread of digester.ts does. It is handed over as text, so it knows nothing but what it is given.
import type * as Crypto from 'node:crypto';
import type * as Fs from 'node:fs';
import type * as Threads from 'node:worker_threads';

export type WorkerAnswer =
  | { readonly hashed: number }
  | { readonly digest: string }
  | { readonly failed: { readonly message: string; readonly code: string; readonly syscall: string } };

/**
 * Answers a number by hashing up to there, and a name by that digest.
 * @param load gives a module of Node's own
 */
export function hashInWorker(load: (name: string) => unknown): void {
  const { createHash } = load('node:crypto') as typeof Crypto;
  const { readSync } = load('node:fs') as typeof Fs;
  const { parentPort, workerData } = load('node:worker_threads') as typeof Threads;
  const { descriptor, names, readBytes } = workerData as { descriptor: number; names: string[]; readBytes: number };
  const hashes = new Map(names.map((name) => [name, createHash(name)]));
  const buffer = Buffer.allocUnsafeSlow(readBytes);
  const answer = (value: WorkerAnswer) => parentPort?.postMessage(value);
  let at = 0;
  parentPort?.on('message', (asked: number | string) => {
    if (typeof asked === 'string') return answer({ digest: hashes.get(asked)?.copy().digest('hex') ?? '' });
    try {
      while (at < asked) {
        const count = readSync(descriptor, buffer, 0, Math.min(readBytes, asked - at), at);
        if (count === 0) throw Object.assign(new Error('the file is shorter than it was'), { code: 'EIO' });
        for (const hash of hashes.values()) hash.update(buffer.subarray(0, count));
        at += count;
      }
      answer({ hashed: at });
    } catch (error) {
      const { message, code = 'EIO' } = error as NodeJS.ErrnoException;
      answer({ failed: { message, code, syscall: 'read' } });
    }
  });
}
