// Files that are fetched into a volume of the pod in which no later container sees them.
import { posix } from 'node:path';
import { fetchesOf } from '../fetches.ts';
import { type Container, type Mount, mountOf } from '../pod.ts';
import type { Rule } from '../rule.ts';

// what lives and ends with the pod; a claim may be for another pod
const ofThePod = ['emptyDir', 'ephemeral'];

export const fetchUnseen: Rule = {
  id: 'fetch-unseen',
  severity: 'warning',
  reason:
    'An emptyDir ends with the pod. A file in it that no later container sees, because none mounts the volume, or only another `subPath` of it, or another volume lies over the place, was fetched for nothing; the app has what its image brought, or nothing.',
  cure: 'Mount the volume in the container that needs the file, with the same `subPath` or none.',
  example: {
    bad: `    volumeMounts:
    - {name: site, mountPath: /usr/share/nginx/html, subPath: public}`,
    good: `    volumeMounts:
    - {name: site, mountPath: /usr/share/nginx/html}`,
  },
  *check(object, world) {
    const containers = object.pod?.containers ?? [];
    for (const { container, destination, isFolder, mount, volume, readAgain, at } of fetchesOf(object, world)) {
      if (mount === undefined || readAgain || !ofThePod.includes(volume?.kind ?? '') || mount.byExpression) continue;
      const index = containers.indexOf(container);
      const later = containers.filter((each, place) => place > index || each.role === 'sidecar');
      const mounts = later.flatMap((each) => each.mounts).filter((each) => each.volume === mount.volume);
      if (mounts.some(({ byExpression }) => byExpression)) continue;
      const inVolume = posix.join('/', mount.subPath, destination.slice(mount.path.length));
      if (later.some((each) => sees(each, mount.volume, inVolume, isFolder))) continue;
      const why =
        mounts.length === 0
          ? 'which no later container mounts'
          : `of which ${later.find((each) => each.mounts.includes(mounts[0] as Mount))?.name} mounts another part, or has something over it`;
      yield {
        at,
        message: `init container ${container.name} fetches ${destination} into volume ${mount.volume}, ${why}`,
      };
    }
  },
};

function sees({ mounts }: Container, volume: string, inVolume: string, isFolder: boolean): boolean {
  return mounts.some((mount) => {
    if (mount.volume !== volume) return false;
    // a part of the folder that appears
    if (isFolder && posix.join('/', mount.subPath).startsWith(`${inVolume === '/' ? '' : inVolume}/`)) return true;
    const below = posix.relative(posix.join('/', mount.subPath), inVolume);
    if (below === '..' || below.startsWith('../')) return false;
    // another mount may lie over the place
    return mountOf(posix.join(mount.path, below), mounts) === mount;
  });
}
