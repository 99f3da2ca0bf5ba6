// Whom the files belong to: checked before anything is fetched, by giving away a file that nobody needs.
import { randomBytes } from 'node:crypto';
import { chown, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { backstageName, putIntoRoom } from '../backstage/backstage-room.ts';
import { volumeFailure } from '../backstage/volume-failure.ts';

export interface Owners {
  readonly uid: number;
  readonly gid: number;
}

/**
 * @param text `UID[:GID]`; without a group it stays what it is
 * @param folder of the destination, with a backstage
 * @returns undefined where nobody is named
 * @throws Failure PERMISSION_DENIED where the container's user may not do it
 */
export async function checkOwners(text: string | undefined, folder: string): Promise<Owners | undefined> {
  if (text === undefined) return undefined;
  const { uid, gid } = parseOwners(text);
  const room = join(folder, backstageName);
  const probe = join(room, `${randomBytes(6).toString('hex')}.owner`);
  try {
    await putIntoRoom(room, () => writeFile(probe, ''));
    await chown(probe, uid, gid);
    return { uid, gid };
  } catch (error) {
    if (!['EPERM', 'EINVAL', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw volumeFailure(error, folder);
    const whom = gid === -1 ? `${uid}` : `${uid}:${gid}`;
    throw new Failure('PERMISSION_DENIED', `--owner ${whom}: the container's user may not give files away`, {
      hint: "Leave --owner out: set the pod's securityContext.fsGroup, by which the volume's files belong to a group that the app is in, or run both containers as the same runAsUser",
      cause: error,
    });
  } finally {
    await rm(probe, { force: true }).catch(() => {});
  }
}

function parseOwners(text: string): Owners {
  const [uid = '', gid] = text.split(':');
  // chown(2): -1 changes nothing
  return { uid: Number(uid), gid: gid === undefined ? -1 : Number(gid) };
}

/** Gives a folder away with all that is in it; links themselves, not what they lead to. */
export async function giveTree(folder: string, { uid, gid }: Owners): Promise<void> {
  const { lchown } = await import('node:fs/promises');
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    await lchown(join(entry.parentPath, entry.name), uid, gid);
  }
  await lchown(folder, uid, gid);
}
