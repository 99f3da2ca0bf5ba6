// The folder in which many files have gathered becomes the destination, by one rename.
import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Expected } from '../../contract/integrity.ts';
import { Failure } from '../../core/failure.ts';
import type { Destination } from '../backstage/destination.ts';
import { discard } from '../publish/clear-trees.ts';
import type { Owners } from '../publish/give-to.ts';
import { syncFolder } from '../publish/publish.ts';
import { switchTree } from '../publish/switch-tree.ts';
import { findTree } from '../publish/tree-destination.ts';
import type { Staging } from './staging.ts';

export interface Publishing {
  readonly source: string;
  readonly selection: string;
  readonly expected: readonly Expected[];
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly owners: Owners | undefined;
  readonly signal: AbortSignal;
}

/** What has gathered becomes the destination, unless another run has put the same there. */
export async function publishMany(staging: Staging, destination: Destination, about: Publishing): Promise<void> {
  const { source, selection, expected, sha256, sizeBytes, owners, signal } = about;
  const given = Object.fromEntries(expected.map(({ algorithm, digests: [first = ''] }) => [algorithm, first]));
  const record = { source, selection, sizeBytes, digests: { sha256, ...given } };
  await flushFolders(staging.tree);
  const switched = await switchTree(staging.tree, destination, staging.id, record, signal, owners);
  await discard(staging.folder).catch(() => {});
  if (switched === 'taken' && (await findTree(destination, source, expected, selection)) === undefined) {
    throw new Failure('DESTINATION_INVALID', `${destination.path}: it is there, and not empty`);
  }
}

/** Modes and names of folders must be on disk, too, before the whole appears. */
async function flushFolders(tree: string): Promise<void> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
  for (const folder of [...folders, tree]) {
    const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      // whatever the umask; set-group-ID is the volume's (fsGroup), by which new files belong to its group
      await handle.chmod(0o755 | ((await handle.stat()).mode & 0o2000));
    } finally {
      await handle.close();
    }
    await syncFolder(folder);
  }
}
