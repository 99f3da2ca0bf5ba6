// Many files, side by side, into the staged tree; the first that cannot be had ends the others.
import { constants, openSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { FetchStep } from '../../contract/step.ts';
import { describeByteSize } from '../../core/byte-size.ts';
import { Failure } from '../../core/failure.ts';
import { redactUrl } from '../../core/redact.ts';
import type { Runtime } from '../../runtime.ts';
import { FlushQueue } from '../../unpack/flush-queue.ts';
import type { Connections } from '../asking/connections.ts';
import type { Patience } from '../asking/patience.ts';
import type { Backstage, Work } from '../backstage/backstage.ts';
import { checkSpace } from '../backstage/free-space.ts';
import { sourceKey } from '../backstage/partial-state.ts';
import { resultOf } from '../outcome.ts';
import { Download } from '../transfer/download.ts';
import { mostConnections as mostOfOneFile } from '../transfer/download-options.ts';
import { createLocalCopy } from '../transfer/local-copy.ts';
import { createProgress } from '../transfer/progress.ts';
import { type Supply, withSupply } from '../transfer/supply.ts';
import type { Found } from './find-files.ts';
import { originOf } from './finished-files.ts';
import { createPartBackstage } from './part-backstage.ts';
import type { Wanted } from './read-list.ts';
import { SmallFiles } from './small-files.ts';
import type { Staging } from './staging.ts';

/** The files of one run, and how far they are. */
export class Files {
  readonly #step: FetchStep;
  readonly #found: Found;
  readonly #staging: Staging;
  readonly #connections: Connections;
  readonly #runtime: Runtime;
  readonly #quiet: Runtime;
  readonly #patience: Patience;
  readonly #flusher: FlushQueue;
  readonly #small: SmallFiles;
  readonly #stop = new AbortController();
  readonly #over = new AbortController();
  /** Partial files that are written to. */
  readonly #works = new Map<string, Work>();
  #doneBytes = 0;
  #doneFiles = 0;
  /** Of other runs. */
  #keptBytes = 0;
  #attempts = 1;
  #unproven = 0;

  constructor(
    step: FetchStep,
    found: Found,
    staging: Staging,
    connections: Connections,
    runtime: Runtime,
    patience: Patience,
  ) {
    this.#step = step;
    this.#found = found;
    this.#staging = staging;
    // many use it: who is done must not close it for the others
    this.#connections = { ...connections, agent: { request: connections.agent.request, close: () => {} } };
    this.#runtime = runtime;
    this.#flusher = new FlushQueue(runtime.signal);
    this.#small = new SmallFiles(step.options, staging, this.#connections, this.#flusher, runtime);
    const { log } = runtime;
    // what one of thousands does is of no interest as long as it goes well
    this.#quiet = {
      ...runtime,
      log: {
        ...log,
        debug: log.debug.bind(log),
        info: log.debug.bind(log),
        warn: log.warn.bind(log),
        error: log.error.bind(log),
        with: log.with.bind(log),
      },
    };
    this.#patience = patience;
  }

  get sizeBytes(): number {
    return this.#doneBytes;
  }
  get keptBytes(): number {
    return this.#keptBytes;
  }
  get attempts(): number {
    return this.#attempts;
  }
  get unproven(): number {
    return this.#unproven;
  }

  /** @throws Failure of the first file that cannot be had; the others are stopped then */
  async fetchAll(): Promise<void> {
    const { files } = this.#found;
    const { log, clock } = this.#runtime;
    const todo = files.filter(({ name }) => !this.#staging.finished.has(name));
    for (const { sizeBytes } of this.#staging.finished.values()) this.#doneBytes += sizeBytes;
    this.#doneFiles = files.length - todo.length;
    this.#keptBytes = this.#doneBytes;
    const sizes = files.map(({ sizeBytes }) => sizeBytes);
    const total = sizes.includes(undefined) ? undefined : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
    if (this.#doneFiles > 0) {
      log.info(
        `an earlier run left ${this.#doneFiles} of ${files.length} files (${describeByteSize(this.#doneBytes)})`,
      );
    }
    if (total !== undefined) await checkSpace(this.#staging.folder, total - this.#doneBytes);
    const size = total === undefined ? '' : ` (${describeByteSize(total)})`;
    log.info(`${countFiles(files.length)}${size}, ${Math.min(this.#step.options.concurrency, todo.length)} at once`);
    void this.#tell(total, clock.now());
    const queue = todo.values();
    const signal = AbortSignal.any([this.#runtime.signal, this.#stop.signal]);
    const worker = async () => {
      for (const file of queue) {
        signal.throwIfAborted();
        const sizeBytes = (await this.#small.fetch(file)) ?? (await this.#fetch(file, signal));
        this.#doneBytes += sizeBytes;
        this.#doneFiles++;
        const { maxSizeBytes } = this.#step.options;
        if (maxSizeBytes !== undefined && this.#doneBytes > maxSizeBytes) {
          throw new Failure(
            'TOO_LARGE',
            `the files have more than the ${describeByteSize(maxSizeBytes)} of --max-size`,
          );
        }
      }
    };
    const workers = Array.from({ length: this.#step.options.concurrency }, worker);
    const stopAll = () => this.#small.stop(signal.reason);
    signal.addEventListener('abort', stopAll);
    for (const one of workers) one.catch((error: unknown) => this.#stop.abort(error));
    await Promise.allSettled(workers);
    // Node keeps a composed signal that is listened to for as long as those that it is composed of
    signal.removeEventListener('abort', stopAll);
    this.#runtime.signal.throwIfAborted();
    this.#stop.signal.throwIfAborted();
    await this.#flusher.flush();
  }

  async close(): Promise<void> {
    this.#over.abort();
    this.#flusher.close();
  }

  /** @returns its size */
  async #fetch(file: Wanted, signal: AbortSignal): Promise<number> {
    const shown = redactUrl(file.source);
    const path = `${this.#step.destination}/${file.name}`;
    const backstage = createPartBackstage(file.name, this.#staging, (work) => void this.#works.set(file.name, work));
    const supply = this.#supply(file, backstage);
    try {
      return await withSupply(supply, this.#patience(signal), async (outcome) => {
        const { work, sha256, proof } = resultOf(outcome, shown, path, supply.held);
        if (proof === 'none') this.#unproven++;
        this.#attempts = Math.max(this.#attempts, outcome.attempts);
        await this.#keep(file, work, sha256, backstage);
        return work.partial.bytes;
      });
    } finally {
      this.#works.delete(file.name);
    }
  }

  #supply({ name, source, expected }: Wanted, backstage: Backstage): Supply {
    const { options } = this.#step;
    const maxSizeBytes = options.maxSizeBytes === undefined ? undefined : options.maxSizeBytes - this.#doneBytes;
    const folder = this.#staging.parts;
    const key = sourceKey(source);
    if (source.startsWith('file:')) {
      return createLocalCopy({ source, sourceKey: key, expected, maxSizeBytes, folder }, backstage);
    }
    const { agent, headers, urlOf } = this.#connections;
    // all files together shall not open more connections than one may
    const mostConnections = Math.max(1, Math.floor(mostOfOneFile / options.concurrency));
    const about = { ...options, mostConnections, source: urlOf(source), mirrors: [], checksumFrom: undefined };
    return new Download(
      { ...about, sourceKey: key, expected, name, headers, maxSizeBytes },
      agent,
      backstage,
      folder,
      this.#quiet,
    );
  }

  /** A file that is whole goes to its place in the tree. */
  async #keep(wanted: Wanted, work: Work, sha256: string, backstage: Backstage): Promise<void> {
    const { file, path } = work.partial;
    const { name } = wanted;
    // it is flushed later, when the partial file is closed
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    await file.chmod(this.#step.options.mode);
    await this.#staging.makeWay(name);
    await rename(path, join(this.#staging.tree, name));
    const { ino, mtimeNs, size } = await file.stat({ bigint: true });
    await backstage.finish(work);
    const facts = {
      inode: String(ino),
      modifiedNs: String(mtimeNs),
      sizeBytes: Number(size),
      source: originOf(wanted),
    };
    this.#staging.finish({ name, sha256, ...facts });
    await this.#flusher.add(fd);
  }

  /** Now and then a line. */
  async #tell(total: number | undefined, startMs: number): Promise<void> {
    const { clock, log } = this.#runtime;
    const progress = createProgress(startMs, this.#doneBytes);
    const count = this.#found.files.length;
    try {
      for (;;) {
        await clock.sleep(1_000, this.#over.signal);
        this.#small.giveUpLate();
        let bytes = this.#doneBytes;
        for (const { partial } of this.#works.values()) bytes += partial.bytes;
        const line = progress.look(clock.now(), bytes, total);
        if (line !== undefined)
          log.info(`${this.#doneFiles} of ${count} files, ${line.message}`, { ...line.fields, files: this.#doneFiles });
      }
    } catch {
      // the run is over
    }
  }
}

export function countFiles(count: number): string {
  return count === 1 ? '1 file' : `${count} files`;
}
