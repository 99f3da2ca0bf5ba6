// An archive that is whole and verified → the folder, by one rename of a folder that is finished and on disk.
import { lstat } from 'node:fs/promises';
import type { Expected } from '../../contract/integrity.ts';
import { Failure } from '../../core/failure.ts';
import type { Selection } from '../../unpack/entry-path.ts';
import type { Unpacked } from '../../unpack/unpack.ts';
import type { Work } from '../backstage/backstage.ts';
import type { Destination } from '../backstage/destination.ts';
import { volumeFailure } from '../backstage/volume-failure.ts';
import type { Owners } from './give-to.ts';
import type { StagedArchive } from './staged-archive.ts';
import { switchTree } from './switch-tree.ts';
import { findTree } from './tree-destination.ts';

export interface TreeOptions extends Selection {
  /** `sourceKey` of the archive's URL. */
  readonly source: string;
  readonly expected: readonly Expected[];
  readonly sha256: string;
  readonly owners?: Owners | undefined;
}

/** The words by which two ways to unpack are compared. */
export function selectionKey({ include, stripComponents }: Selection): string {
  return JSON.stringify({ include, stripComponents });
}

/**
 * Waits until it is unpacked and flushed, and switches (switch-tree.ts): whenever it is interrupted, by whatever, the
 * destination is what it was before (nothing, or an empty folder) or the whole new folder.
 * @param staged of that work
 * @returns undefined when another run has put the same there meanwhile
 * @throws Failure ARCHIVE_BROKEN, ARCHIVE_REFUSED, TOO_LARGE, DESTINATION_INVALID, those of the volume, and the
 * reason of the signal
 */
export async function publishTree(
  staged: StagedArchive,
  { id, partial }: Work,
  destination: Destination,
  options: TreeOptions,
  signal: AbortSignal,
): Promise<Unpacked | undefined> {
  try {
    // of the very file that was verified, whatever lies under its name by now
    const unpacked = await staged.whole((await partial.file.stat()).size);
    if ((await lstat(staged.folder, { bigint: true })).ino !== unpacked.inode) {
      throw new Failure('VOLUME_FAILED', `${destination.path}: somebody else moved it while it was unpacked`, {
        hint: 'Let only this container write to the volume until it has ended',
      });
    }
    const digests = await Promise.all(
      options.expected.map(async ({ algorithm }) => [algorithm, await partial.digest(algorithm)] as const),
    );
    const about = {
      source: options.source,
      digests: { ...Object.fromEntries(digests), sha256: options.sha256 },
      selection: selectionKey(options),
      sizeBytes: unpacked.sizeBytes,
    };
    const switched = await switchTree(staged.folder, destination, id, about, signal, options.owners);
    if (switched === 'done') return unpacked;
  } catch (error) {
    signal.throwIfAborted();
    throw volumeFailure(error, destination.path);
  }
  // another run was faster: with the same archive, or it is refused
  const there = await findTree(destination, options.source, options.expected, selectionKey(options));
  if (there === undefined) throw new Failure('DESTINATION_INVALID', `${destination.path}: it is there, and not empty`);
  return undefined;
}
