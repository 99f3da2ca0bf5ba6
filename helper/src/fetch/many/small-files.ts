// The small files of a run: each is asked for once, in one go. What does not come that way is left to be fetched as a
// large one is.
import type { FetchOptions } from '../../contract/fetch-options.ts';
import { Failure } from '../../core/failure.ts';
import type { Runtime } from '../../runtime.ts';
import type { FlushQueue } from '../../unpack/flush-queue.ts';
import type { Connections } from '../asking/connections.ts';
import { originOf } from './finished-files.ts';
import type { Wanted } from './read-list.ts';
import { fetchSmallFile, Memory, smallBytes } from './small-file.ts';
import { partName, type Staging } from './staging.ts';

const tooLate = new Failure('TIMED_OUT', 'no whole answer in time');

/** What it takes to fetch one of them, used for one after the other. */
interface Lane {
  readonly late: AbortController;
  readonly memory: Memory;
}

export class SmallFiles {
  readonly #options: FetchOptions;
  readonly #staging: Staging;
  readonly #connections: Connections;
  readonly #flusher: FlushQueue;
  readonly #runtime: Runtime;
  /** Those on their way, and since when. */
  readonly #asked = new Map<AbortController, number>();
  readonly #lanes: Lane[] = [];

  constructor(
    options: FetchOptions,
    staging: Staging,
    connections: Connections,
    flusher: FlushQueue,
    runtime: Runtime,
  ) {
    this.#options = options;
    this.#staging = staging;
    this.#connections = connections;
    this.#flusher = flusher;
    this.#runtime = runtime;
  }

  /**
   * @returns its size; undefined where it has to be fetched as a large one is
   * @throws errors of the file system as they are
   */
  async fetch(file: Wanted): Promise<number | undefined> {
    const { name, source } = file;
    const { maxRedirects, maxSizeBytes, requireIntegrity, mode } = this.#options;
    if (source.startsWith('file:') || (file.sizeBytes ?? 0) > smallBytes) return undefined;
    const { leftovers, tree } = this.#staging;
    if (leftovers.size > 0 && leftovers.has(partName(name))) return undefined;
    const { agent, headers, urlOf } = this.#connections;
    const url = urlOf(source);
    const lane = this.#lanes.pop() ?? { late: new AbortController(), memory: new Memory() };
    const { late, memory } = lane;
    this.#asked.set(late, this.#runtime.clock.now());
    try {
      await this.#staging.makeWay(name);
      const small = await fetchSmallFile(file, {
        ...{ agent, url, headers: await headers(url), maxRedirects, maxSizeBytes },
        ...{ requireIntegrity, mode, path: `${tree}/${name}`, memory, signal: late.signal },
      });
      if (small === undefined) return undefined;
      const { fd, ...facts } = small;
      this.#staging.finish({ name, ...facts, source: originOf(file) });
      await this.#flusher.add(fd);
      return facts.sizeBytes;
    } catch (error) {
      if (error instanceof Error && 'syscall' in error && !('address' in error)) throw error;
      this.#runtime.log.debug(`${name}: ${(error as Error).message}; asking again`);
      return undefined;
    } finally {
      this.#asked.delete(late);
      if (!late.signal.aborted) this.#lanes.push(lane);
    }
  }

  /** Gives up those that have been on their way for longer than `--timeout`. */
  giveUpLate(): void {
    const now = this.#runtime.clock.now();
    for (const [late, sinceMs] of this.#asked) if (now - sinceMs > this.#options.timeoutMs) late.abort(tooLate);
  }

  stop(reason: unknown): void {
    for (const late of this.#asked.keys()) late.abort(reason);
  }
}
