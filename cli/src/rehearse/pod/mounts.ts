// Paths in a container ⇄ paths on this machine. Pure.
import { posix } from 'node:path';
import type { Mount } from './pod-spec.ts';

/** A mount, and the folder or file of this machine that stands for it. */
export interface MountedFolder extends Mount {
  readonly folder: string;
}

/** Where a path of the container lies on this machine. */
export interface Place {
  readonly path: string;
  /** Undefined: in no volume, so in the container's own root file system. */
  readonly mount: MountedFolder | undefined;
}

/**
 * Finds the place of a path by the innermost mount that holds it.
 * @param rootFolder stands for the container's own root file system
 */
export function placeOf(path: string, mounts: readonly MountedFolder[], rootFolder: string): Place {
  const normal = posix.normalize(path);
  const bare = normal.replace(/(?<=.)\/+$/, '');
  const mount = mounts
    .filter((one) => one.path === '/' || bare === one.path || bare.startsWith(`${one.path}/`))
    .reduce<MountedFolder | undefined>(
      (best, one) => (one.path.length >= (best?.path.length ?? 0) ? one : best),
      undefined,
    );
  const from = mount === undefined || mount.path === '/' ? '' : mount.path;
  // a slash at the end says that a folder is meant: it stays
  return { path: (mount?.folder ?? rootFolder) + normal.slice(from.length), mount };
}

/** A text with this machine's paths written as the container knows them. */
export function showAsInContainer(text: string, mounts: readonly MountedFolder[], rootFolder: string): string {
  const pairs = [...mounts.map(({ folder, path }) => [folder, path] as const), [rootFolder, ''] as const];
  return pairs
    .sort(([a], [b]) => b.length - a.length)
    .reduce((shown, [folder, path]) => shown.replaceAll(folder, path), text);
}
