// What a fetch does otherwise when what it fetches is an archive to be unpacked. Loaded only then.
import type { FetchOptions } from '../../contract/fetch-options.ts';
import { describeByteSize } from '../../core/byte-size.ts';
import { describeDuration } from '../../core/duration.ts';
import { Failure } from '../../core/failure.ts';
import type { Runtime } from '../../runtime.ts';
import type { Selection } from '../../unpack/entry-path.ts';
import { type Backstage, heartbeatMs, type Work } from '../backstage/backstage.ts';
import type { Destination } from '../backstage/destination.ts';
import { parseOwners } from './give-to.ts';
import { clearTrees, publishTree, selectionKey, type TreeOptions } from './publish-tree.ts';
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

/**
 * Unpacks what was fetched, and drops the archive. It stays for another try unless the fault is its own.
 * @param remainingMs of the step's deadline
 */
export async function unpackFetched(
  work: Work,
  destination: Destination,
  backstage: Backstage,
  about: Pick<TreeOptions, 'source' | 'expected' | 'sha256'> & { readonly shown: string; readonly remainingMs: number },
  options: FetchOptions,
  { clock, log, signal }: Runtime,
): Promise<void> {
  const { shown, remainingMs } = about;
  const startMs = clock.now();
  const over = new AbortController();
  const late = new AbortController();
  void clock.sleep(Math.max(0, remainingMs), over.signal).then(
    () =>
      late.abort(
        new Failure('DEADLINE_PASSED', `${shown} was fetched, but not unpacked to ${destination.path} in time`, {
          hint: 'Allow more with --deadline; the archive is kept for the next try',
          details: { target: destination.path },
        }),
      ),
    () => {},
  );
  const beat = async () => {
    for (;;) {
      await clock.sleep(heartbeatMs, over.signal);
      await backstage.beat(work);
    }
  };
  beat().catch(() => {});
  try {
    const limits = { maxBytes: options.maxUnpackedBytes, maxEntries: options.maxEntries, maxRatio: options.maxRatio };
    const { include, stripComponents } = options;
    const { source, expected, sha256 } = about;
    const owners = options.owner === undefined ? undefined : parseOwners(options.owner);
    const all = { ...limits, include, stripComponents, source, expected, sha256, owners };
    const unpacked = await publishTree(work, destination, all, AbortSignal.any([signal, late.signal]));
    if (unpacked === undefined) log.info(`another run was faster: ${destination.path} is there`);
    else {
      const { entries, sizeBytes, format } = unpacked;
      const what = `${entries} entries (${describeByteSize(sizeBytes)}) of a ${format}`;
      const elapsed = describeDuration(clock.now() - startMs);
      log.info(`unpacked ${what} to ${destination.path} in ${elapsed}`, { entries, bytes: sizeBytes });
    }
    await backstage.drop(work);
  } catch (error) {
    const isFaulty = error instanceof Failure && archiveFaults.includes(error.code);
    if (!isFaulty) throw error;
    // kept, it would be taken for what the source has today
    await backstage.drop(work);
    const { code, hint, message, details, cause } = error;
    throw new Failure(code, `${shown} was fetched, but not unpacked to ${destination.path}: ${message}`, {
      ...(hint !== undefined && { hint }),
      details: { ...details, target: destination.path },
      cause,
    });
  } finally {
    over.abort();
  }
}
