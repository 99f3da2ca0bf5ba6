// An archive → a folder that nobody sees yet, as fast as the archive comes. Publishing it is not done here, and not
// before the archive is whole and verified.
import { Failure } from '../core/failure.ts';
import type { Archive } from './archive.ts';
import type { Entry } from './entry.ts';
import { createSelect, pathParts, refused, type Selection } from './entry-path.ts';
import { type Format, formatOf, headBytes } from './format.ts';
import { Allowance, type Limits } from './limits.ts';
import { readTar } from './read-tar.ts';
import { readZip } from './read-zip.ts';
import { StagedTree } from './staged-tree.ts';

export interface Unpacked {
  readonly format: Format;
  /** Files, folders and links that were made. */
  readonly entries: number;
  /** Of the files. */
  readonly sizeBytes: number;
  /** Of the folder that was filled, whatever lies under its name by now. */
  readonly inode: bigint;
}

/**
 * Unpacks into a folder, and flushes it to disk.
 * @param folder exists, is empty and nobody else's; after a failure it holds a part
 * @param signal ends it, with its reason
 * @throws Failure ARCHIVE_BROKEN, ARCHIVE_REFUSED, TOO_LARGE; errors of the file system as they are
 */
export async function unpack(
  archive: Archive,
  folder: string,
  options: Limits & Selection,
  signal: AbortSignal,
): Promise<Unpacked> {
  signal.throwIfAborted();
  const stop = () => archive.close();
  signal.addEventListener('abort', stop, { once: true });
  const allowance = new Allowance(options, archive);
  const select = createSelect(options);
  let tree: StagedTree | undefined;
  let found = 0;
  try {
    const format = formatOf(await archive.head(headBytes));
    tree = new StagedTree(folder, allowance, signal);
    const source = format === 'zip' ? readZip(archive, allowance) : readTar(archive, format, allowance);
    for await (const entry of source) {
      signal.throwIfAborted();
      allowance.entry();
      found++;
      await place(entry, tree, select, allowance);
    }
    if (tree.entries === 0) throw nothing(found, options);
    await tree.finish();
    return { format, entries: tree.entries, sizeBytes: allowance.written, inode: tree.inode };
  } catch (error) {
    signal.throwIfAborted();
    throw asArchiveFailure(error);
  } finally {
    signal.removeEventListener('abort', stop);
    tree?.close();
  }
}

async function place(
  entry: Entry,
  tree: StagedTree,
  select: (parts: readonly string[]) => string | undefined,
  allowance: Allowance,
): Promise<void> {
  const { name, kind, mode, linkTarget } = entry;
  const path = select(pathParts(name));
  if (path === undefined) return;
  switch (kind) {
    case 'folder':
      return tree.addFolder(path, mode);
    case 'symlink':
      return tree.addSymlink(path, linkTarget);
    case 'hardlink': {
      const target = select(pathParts(linkTarget));
      if (target === undefined) throw refused(name, `is a hard link to ${linkTarget}, which is left out`);
      return tree.addHardLink(path, target);
    }
    case 'file':
      allowance.announce(entry.sizeBytes);
      return tree.addFile(path, entry, entry.content);
  }
}

function nothing(found: number, { include, stripComponents }: Selection): Failure {
  const left =
    include.length > 0 ? 'none of them matches --include' : `none is left by --strip-components ${stripComponents}`;
  const why = found === 0 ? 'there is nothing in it' : `of ${found} entries, ${left}`;
  return new Failure('ARCHIVE_REFUSED', `nothing to unpack: ${why}`, {
    hint: 'Patterns are matched against whole paths, as tar -t and unzip -l list them',
  });
}

/** What the libraries throw are plain errors; a system call's name tells those of the file system apart. */
function asArchiveFailure(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Failure || error instanceof TypeError) return error;
  if ('syscall' in error) return error;
  return new Failure('ARCHIVE_BROKEN', `the archive is broken: ${error.message}`, {
    hint: 'It may have been cut short before it was published; give its digest to be sure which one is fetched',
    cause: error,
  });
}
