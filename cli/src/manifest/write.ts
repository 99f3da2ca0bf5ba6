// Texts → the files they came from: each whole or as it was, and none before all could be written.
import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Fault } from '../fault.ts';

/**
 * Replaces files. Mode and, where allowed, owner stay; a symbolic link keeps pointing where it points.
 * @throws Fault input
 */
export async function writeFiles(files: readonly { readonly path: string; readonly text: string }[]): Promise<void> {
  const pending: { from: string; to: string }[] = [];
  let current = '';
  try {
    for (const { path, text } of files) {
      current = path;
      const to = await realpath(path);
      const from = join(dirname(to), `.${basename(to)}.${randomBytes(6).toString('hex')}`);
      pending.push({ from, to });
      await writeBeside(from, to, text);
    }
    for (const { from, to } of pending) {
      current = to;
      await rename(from, to);
    }
  } catch (error) {
    await Promise.all(pending.map(({ from }) => rm(from, { force: true })));
    throw new Fault('input', `cannot write ${current}: ${(error as Error).message}`, { cause: error });
  }
}

async function writeBeside(from: string, to: string, text: string): Promise<void> {
  const { mode, uid, gid } = await stat(to);
  const file = await open(from, 'wx', mode);
  try {
    await file.writeFile(text, 'utf8');
    // another owner's file stays theirs, if we may do that; first the owner, for it clears set-user-ID
    const own = await file.stat();
    if (own.uid !== uid || own.gid !== gid) await file.chown(uid, gid).catch(() => {});
    await file.chmod(mode & 0o7777);
    await file.sync();
  } finally {
    await file.close();
  }
}
