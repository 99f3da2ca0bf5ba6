// Who hands which file to whom: what init containers fetch, and where the other containers see it. Pure.
import { posix } from 'node:path';
import { fetchesMany } from '../../../helper/src/contract/index.ts';
import type { Mount } from '../rehearse/pod/pod-spec.ts';
import { fetchesOf, type Part } from './parts.ts';

export interface HandOver {
  readonly from: string;
  /** Where the one who fetches it has it. */
  readonly path: string;
  /** Undefined: it lies in no volume. */
  readonly volume: string | undefined;
  /** Who else sees it, and where. */
  readonly to: readonly { readonly container: string; readonly path: string; readonly readOnly: boolean }[];
}

export function handOvers(parts: readonly Part[]): HandOver[] {
  return parts.flatMap((part, index) =>
    fetchesOf(part).map(({ destination, source, options }) => {
      const path = destination.endsWith('/') ? destination + posix.basename(new URL(source).pathname) : destination;
      const mount = innermost(path, part.container.mounts);
      const from = part.container.name;
      if (mount === undefined) return { from, path, volume: undefined, to: [] };
      // the place within the volume, whatever part of it is mounted
      const inVolume = posix.join('/', mount.subPath, path.slice(mount.path.length));
      const later = parts.filter((other, at) => at > index || (at < index && other.container.rules.role === 'sidecar'));
      const isFolder = options.unpack || fetchesMany(source, options);
      const to = later.flatMap((other) => seenBy(other, mount.volume, inVolume, isFolder));
      return { from, path, volume: mount.volume, to };
    }),
  );
}

function seenBy({ container }: Part, volume: string, inVolume: string, isFolder: boolean) {
  return container.mounts.flatMap((mount) => {
    if (mount.volume !== volume) return [];
    const base = posix.join('/', mount.subPath);
    // a part of the folder that appears
    if (isFolder && base.startsWith(`${inVolume}/`))
      return [{ container: container.name, path: mount.path, readOnly: mount.readOnly }];
    const below = posix.relative(base, inVolume);
    if (below.startsWith('..')) return [];
    const path = below === '' ? mount.path : posix.join(mount.path, below);
    // another volume may lie over it
    if (innermost(path, container.mounts) !== mount) return [];
    return [{ container: container.name, path, readOnly: mount.readOnly }];
  });
}

function innermost(path: string, mounts: readonly Mount[]): Mount | undefined {
  return mounts
    .filter((mount) => path === mount.path || path.startsWith(mount.path === '/' ? '/' : `${mount.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0];
}
