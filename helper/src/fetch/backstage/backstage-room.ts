// The folder `.greenroom` itself. Whoever leaves it empty removes it, also when another run has opened it already: so
// what is put there first makes it again.
import { chmod, lstat, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { ifMissing } from './destination.ts';
import { makeFolder } from './make-folder.ts';

export const backstageName = '.greenroom';

// It takes a run that ends for each of them.
const mostTimesGone = 100;

/**
 * Makes it, if need be. Errors of the file system as they are.
 * @throws Failure DESTINATION_INVALID where it is no folder
 */
export async function openRoom(room: string): Promise<void> {
  const there = await lstat(room).catch(ifMissing);
  // whoever else may write there must not choose where we write
  if (there?.isDirectory() === false) {
    throw new Failure('DESTINATION_INVALID', `${room}: it is no folder`, { hint: 'Remove it: its name is ours' });
  }
  if (there !== undefined) return;
  await makeFolder(room);
  // whoever may write the folder may write this one: pods with other users go on with each other's files
  await chmod(room, (await stat(dirname(room))).mode & 0o7777).catch(() => {});
}

/**
 * Puts the first of a run's files there, which keeps it from being removed.
 * @param isSameVolume whether the folder is still what it was: below a volume that was taken away nothing is made
 */
export async function putIntoRoom<T>(
  room: string,
  put: () => Promise<T>,
  isSameVolume: () => Promise<boolean> = async () => true,
): Promise<T> {
  for (let gone = 0; ; gone++) {
    try {
      return await put();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || gone === mostTimesGone) throw error;
      if (!(await isSameVolume())) throw error;
      await openRoom(room);
    }
  }
}

/**
 * The time by the clock that stamps this file system's files, which may be another machine's.
 * @param probePath in the room, for a file that is removed again
 */
export function fileSystemTime(probePath: string): Promise<number> {
  return putIntoRoom(dirname(probePath), async () => {
    await writeFile(probePath, '');
    try {
      return (await stat(probePath)).mtimeMs;
    } finally {
      await rm(probePath, { force: true });
    }
  });
}
