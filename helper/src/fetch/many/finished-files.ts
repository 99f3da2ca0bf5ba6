// Which of many files are finished: a line for each, written as they come, and read back by a run that goes on.
import { hash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { appendFile, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ifMissing } from '../backstage/destination.ts';
import { proveFile } from '../backstage/prove-file.ts';
import type { Wanted } from './read-list.ts';

/** A finished file, as its line in done.jsonl has it. */
export interface Finished {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly inode: string;
  readonly modifiedNs: string;
  /** `Wanted.source`, hashed, and `Wanted.version`. */
  readonly source: string;
}

/** Tells what a finished file was from what is wanted now. */
export function originOf({ source, version }: Wanted): string {
  return hash('sha256', `${source}\0${version ?? ''}`).slice(0, 24);
}

/** The lines of the files that this run finishes. */
export class FinishedRecord {
  readonly #path: string;
  #lines: string[] = [];
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  add(file: Finished): void {
    this.#lines.push(`${JSON.stringify(file)}\n`);
    if (this.#lines.length >= 256) this.write();
  }

  /** Begins to write what has come since. */
  write(): void {
    if (this.#lines.length === 0) return;
    const text = this.#lines.splice(0).join('');
    this.#writing = this.#writing.then(() => appendFile(this.#path, text));
    // the caller of close() is told
    this.#writing.catch(() => {});
  }

  /** Waits until all of it is written. @throws errors of the file system as they are, of any write */
  async close(): Promise<void> {
    this.write();
    await this.#writing;
  }
}

/**
 * The finished files that are what is wanted, and unchanged. What a node may have lost with its power is read again.
 * Everything else that lies in the tree is removed.
 */
export async function readFinished(
  tree: string,
  journal: string,
  wanted: readonly Wanted[],
  sameBoot: boolean,
  signal: AbortSignal,
): Promise<Map<string, Finished>> {
  const byName = new Map(wanted.map((file) => [file.name, file]));
  const finished = new Map<string, Finished>();
  const text = (await readFile(journal, 'utf8').catch(ifMissing)) ?? '';
  for (const line of text.split('\n')) {
    const one = parseFields(line) as Partial<Finished>;
    const file = byName.get(one.name ?? '');
    if (file === undefined || one.source !== originOf(file) || typeof one.sha256 !== 'string') continue;
    finished.set(file.name, one as Finished);
  }
  for (const [name, one] of finished) {
    signal.throwIfAborted();
    const file = byName.get(name);
    const isRight = file !== undefined && (await isStillRight(join(tree, name), one, file, sameBoot, signal));
    if (!isRight) finished.delete(name);
  }
  for (const entry of await readdir(tree, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const isKept = entry.isDirectory() || (entry.isFile() && finished.has(path.slice(tree.length + 1)));
    if (!isKept) await rm(path, { force: true });
  }
  return finished;
}

async function isStillRight(
  path: string,
  one: Finished,
  { expected }: Wanted,
  sameBoot: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (!stats?.isFile() || Number(stats.size) !== one.sizeBytes) return false;
  const unchanged = String(stats.ino) === one.inode && String(stats.mtimeNs) === one.modifiedNs;
  const provenBy = expected.every(({ algorithm, digests }) => algorithm === 'sha256' && digests.includes(one.sha256));
  if (sameBoot && unchanged && provenBy) return true;
  const handle = await open(path, 'r');
  try {
    return (await proveFile(handle, one.sizeBytes, expected, signal)) === one.sha256;
  } finally {
    await handle.close();
  }
}

/** The fields of an object in JSON; none where it is none, such as a line that was cut. */
export function parseFields(text: string): { [key: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as { [key: string]: unknown }) : {};
  } catch {
    return {};
  }
}
