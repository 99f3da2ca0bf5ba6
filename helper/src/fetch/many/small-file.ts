// A small file, in one go and through memory. Thousands of them would spend their time on partial files, states and
// timers otherwise. Whatever goes wrong, or is not small, is left to download.ts, which asks again.
import { hash } from 'node:crypto';
import { closeSync, constants, fchmodSync, fstatSync, openSync, rmSync, writeSync } from 'node:fs';
import type { Agent } from '../../http/agent.ts';
import type { Header } from '../../http/header-values.ts';
import { judgeAnswer } from '../asking/resume.ts';
import { serverDigest } from '../proof/integrity.ts';
import type { Wanted } from './read-list.ts';

/** What is larger has a partial file. As many as are fetched at once may lie in memory. */
export const smallBytes = 1 << 20;

export interface SmallFile {
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Open for reading and writing, not flushed. */
  readonly fd: number;
  readonly inode: string;
  readonly modifiedNs: string;
}

export interface SmallAsk {
  readonly agent: Agent;
  readonly url: string;
  readonly headers: readonly Header[];
  readonly maxRedirects: number;
  readonly maxSizeBytes: number | undefined;
  readonly requireIntegrity: boolean;
  readonly mode: number;
  /** Where the file shall be; nothing is there. */
  readonly path: string;
  readonly signal: AbortSignal;
  readonly memory: Memory;
}

/** Where a body lies until it is written. Used for one file after the other: garbage would pile up faster than it goes. */
export class Memory {
  #bytes: Buffer = Buffer.allocUnsafeSlow(16 << 10);

  /** Overwrites what was given before. @param bytes at most `smallBytes` */
  give(bytes: number): Buffer {
    if (bytes > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(Math.min(2 * bytes, smallBytes));
    return this.#bytes.subarray(0, bytes);
  }
}

/**
 * @returns undefined for everything that is not a whole small file, proven as asked; nothing is there then
 * @throws errors of the file system as they are, and whatever the network does
 */
export async function fetchSmallFile({ expected }: Wanted, ask: SmallAsk): Promise<SmallFile | undefined> {
  const { agent, url, headers, maxRedirects, signal } = ask;
  const answer = await agent.request({ method: 'GET', url, headers, maxRedirects, signal });
  // nobody reads the message: download.ts asks again, and has one of its own
  const verdict = judgeAnswer(answer, 'whole', undefined, expected.length > 0, '');
  const limitBytes = Math.min(smallBytes, ask.maxSizeBytes ?? smallBytes);
  const bytes = verdict.kind === 'replace' ? verdict.bodyBytes : undefined;
  if (bytes === undefined || bytes > limitBytes) {
    answer.close();
    return undefined;
  }
  const body = ask.memory.give(bytes);
  let at = 0;
  await answer.receive((piece) => {
    // what is longer than announced is cut here, and not whole
    at += at + piece.length > bytes ? Number.POSITIVE_INFINITY : piece.copy(body, at);
  });
  if (at !== bytes) return undefined;
  const offered = serverDigest(answer.header);
  if (ask.requireIntegrity && expected.length === 0 && offered === undefined) return undefined;
  const sha256 = hash('sha256', body);
  const wrong = [...expected, ...(offered === undefined ? [] : [offered])].some(
    (one) => !one.digests.includes(one.algorithm === 'sha256' ? sha256 : hash(one.algorithm, body)),
  );
  return wrong ? undefined : { sha256, ...write(ask.path, body, ask.mode) };
}

/** Not through threads: for what is small, they cost more than they bring. */
function write(path: string, body: Buffer, mode: number): Omit<SmallFile, 'sha256'> {
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const fd = openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    for (let at = 0; at < body.length; ) at += writeSync(fd, body, at);
    fchmodSync(fd, mode);
    const { ino, mtimeNs } = fstatSync(fd, { bigint: true });
    return { fd, sizeBytes: body.length, inode: String(ino), modifiedNs: String(mtimeNs) };
  } catch (error) {
    closeSync(fd);
    rmSync(path, { force: true });
    throw error;
  }
}
