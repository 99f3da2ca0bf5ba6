// A folder, with those above it that are missing. Node's `recursive` goes round for ever where the system says ENOENT
// although the folder above is there (it was removed from under its mount), and calls a read-only volume ENOENT as well.
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes it, if need be. Errors of the file system as they are. */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  const above = dirname(path);
  const missing = await make(path, mode);
  if (missing === undefined) return;
  if (above === path) throw missing;
  await makeFolder(above, mode);
  const still = await make(path, mode);
  if (still !== undefined) throw still;
}

/** @returns the error that says that the folder above is missing */
async function make(path: string, mode: number): Promise<Error | undefined> {
  try {
    await mkdir(path, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return error as Error;
    // what is there and cannot be looked at is a symbolic link that leads nowhere
    const there = await stat(path).catch((fault) => {
      throw code === 'EEXIST' ? fault : error;
    });
    if (!there.isDirectory()) throw error;
  }
  return undefined;
}
