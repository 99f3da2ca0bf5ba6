// What a fetch does otherwise when what it fetches is an archive to be unpacked. Loaded only then.
import type { FetchOptions } from '../../contract/fetch-options.ts';
import { describeByteSize } from '../../core/byte-size.ts';
import { describeDuration } from '../../core/duration.ts';
import { Failure } from '../../core/failure.ts';
import type { Runtime } from '../../runtime.ts';
import type { Selection } from '../../unpack/entry-path.ts';
import { type Backstage, heartbeatMs, type Work } from '../backstage/backstage.ts';
import type { Destination } from '../backstage/destination.ts';
import { clearTrees } from './clear-trees.ts';
import { publishTree, selectionKey, type TreeOptions } from './publish-tree.ts';
import { StagedArchive } from './staged-archive.ts';
import type { There } from './there.ts';
import { findTree } from './tree-destination.ts';

export { openTreeDestination } from './tree-destination.ts';

// What lies in the archive itself: another try with the same one would end the same way.
const archiveFaults: readonly string[] = ['ARCHIVE_BROKEN', 'ARCHIVE_REFUSED', 'TOO_LARGE'];

/** See `findTree`; clears up after runs that are over. */
export async function findUnpacked(
  destination: Destination,
  { source, expected }: Pick<TreeOptions, 'source' | 'expected'>,
  selection: Selection,
): Promise<There | undefined> {
  const there = await findTree(destination, source, expected, selectionKey(selection));
  await clearTrees(destination, there !== undefined);
  return there;
}

/** Of one fetch: what comes is unpacked at once, and published when it is proven. */
export class Unpacking {
  /** The backstage whose partial files are unpacked while they grow. */
  readonly backstage: Backstage;
  readonly #destination: Destination;
  readonly #options: FetchOptions;
  readonly #runtime: Runtime;
  readonly #over = new AbortController();
  readonly #signal: AbortSignal;
  #staged: StagedArchive | undefined;

  /** @param shown the source, for messages */
  constructor(destination: Destination, backstage: Backstage, options: FetchOptions, shown: string, runtime: Runtime) {
    this.#destination = destination;
    this.#options = options;
    this.#runtime = runtime;
    this.#signal = AbortSignal.any([runtime.signal, this.#deadline(shown)]);
    this.backstage = {
      ...backstage,
      begin: async (state, algorithms) => {
        const work = await backstage.begin(state, algorithms);
        this.#stage(work);
        return work;
      },
      takeOver: async (source, known, signal) => {
        const left = await backstage.takeOver(source, known, signal);
        // whose archive that was has no use for its folder any more
        await clearTrees(destination, false);
        if (left !== undefined) this.#stage(left.work);
        return left;
      },
      drop: async (work) => {
        await this.#staged?.drop();
        this.#staged = undefined;
        await backstage.drop(work);
      },
    };
  }

  /**
   * Publishes what was fetched, and drops the archive. That stays for another try unless the fault is its own.
   * @param fetched is whole and verified
   */
  async publish(work: Work, fetched: Omit<TreeOptions, keyof Selection>, shown: string): Promise<void> {
    const { clock, log } = this.#runtime;
    const { include, stripComponents } = this.#options;
    const { path } = this.#destination;
    const startMs = clock.now();
    void this.#beat(work);
    try {
      const about = { ...fetched, include, stripComponents };
      const staged = this.#staged ?? this.#stage(work);
      const unpacked = await publishTree(staged, work, this.#destination, about, this.#signal);
      if (unpacked === undefined) log.info(`another run was faster: ${path} is there`);
      else {
        const { entries, sizeBytes, format } = unpacked;
        const what = `${entries} entries (${describeByteSize(sizeBytes)}) of a ${format}`;
        const elapsed = describeDuration(clock.now() - startMs);
        log.info(`unpacked ${what} to ${path}, ${elapsed} after the last of it had come`, {
          entries,
          bytes: sizeBytes,
        });
      }
      await this.backstage.drop(work);
    } catch (error) {
      const isFaulty = error instanceof Failure && archiveFaults.includes(error.code);
      if (!isFaulty) throw error;
      // kept, it would be taken for what the source has today
      await this.backstage.drop(work);
      const { code, hint, message, details, cause } = error;
      throw new Failure(code, `${shown} was fetched, but not unpacked to ${path}: ${message}`, {
        ...(hint !== undefined && { hint }),
        details: { ...details, target: path },
        cause,
      });
    }
  }

  /** To be called before the archive is closed. */
  async close(): Promise<void> {
    this.#over.abort();
    // who stops us waits for us: the next run clears up
    if (this.#signal.aborted) await this.#staged?.end();
    else await this.#staged?.drop();
  }

  #stage(work: Work): StagedArchive {
    const { maxUnpackedBytes: maxBytes, maxEntries, maxRatio, include, stripComponents } = this.#options;
    const options = { maxBytes, maxEntries, maxRatio, include, stripComponents };
    this.#staged = new StagedArchive(work, this.#destination, options, this.#signal, ({ message }) =>
      this.#runtime.log.warn(`nothing more is unpacked, and it is fetched to its end to be sure: ${message}`),
    );
    return this.#staged;
  }

  #deadline(shown: string): AbortSignal {
    const { path } = this.#destination;
    const late = new AbortController();
    const failure = new Failure('DEADLINE_PASSED', `${shown} was fetched, but not unpacked to ${path} in time`, {
      hint: 'Allow more with --deadline; the archive is kept for the next try',
      details: { target: path },
    });
    this.#runtime.clock.sleep(this.#options.deadlineMs, this.#over.signal).then(
      () => late.abort(failure),
      () => {},
    );
    return late.signal;
  }

  async #beat(work: Work): Promise<void> {
    try {
      for (;;) {
        await this.#runtime.clock.sleep(heartbeatMs, this.#over.signal);
        await this.backstage.beat(work);
      }
    } catch {
      // it is over
    }
  }
}
