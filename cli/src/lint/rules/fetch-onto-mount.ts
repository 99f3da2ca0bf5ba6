// Folders and files that shall appear where a volume is mounted itself.
import { posix } from 'node:path';
import type { FetchStep } from '../../../../helper/src/contract/index.ts';
import { fetchesOf } from '../fetches.ts';
import type { Rule } from '../rule.ts';

/** What the source would call it: an archive without its ending. */
function nameOf({ source, options }: FetchStep): string {
  const name = options.list ? 'files' : posix.basename(new URL(source).pathname);
  return (options.unpack ? name.replace(/\.(?:tar(?:\.\w+)?|tgz|zip)$/, '') : name) || 'data';
}

export const fetchOntoMount: Rule = {
  id: 'fetch-onto-mount',
  severity: 'error',
  reason:
    'What is fetched appears whole, by one rename, and no rename can take the place of a mount: the helper ends with a permanent failure (DESTINATION_INVALID). A folder that is unpacked, or brought from a list or a prefix, must be a folder within the volume; a file needs a name of its own in it.',
  cure: 'Name a folder within the volume, and mount just that one in the app (`subPath`).',
  example: {
    bad: `    args: [fetch, 'https://example.org/site.tar.gz', /www, --unpack]
    volumeMounts:
    - {name: www, mountPath: /www}`,
    good: `    args: [fetch, 'https://example.org/site.tar.gz', /www/site, --unpack]
    volumeMounts:
    - {name: www, mountPath: /www}`,
  },
  *check(object, world) {
    for (const { container, step, destination, isFolder, mount, at } of fetchesOf(object, world)) {
      if (mount === undefined || destination !== mount.path) continue;
      const name = nameOf(step);
      const inside = destination === '/' ? '' : destination;
      yield isFolder
        ? {
            at,
            message: `init container ${container.name} shall put a folder at ${destination}, where volume ${mount.volume} is mounted: no folder can take the place of a mount`,
            cure: `fetch to ${inside}/${name}, and mount it in the app with subPath: ${name}`,
          }
        : {
            at,
            message: `init container ${container.name} shall put a file at ${destination}, where volume ${mount.volume} is mounted: no file can take the place of a mount`,
            cure: `fetch to ${inside}/${name}, or to ${inside}/ to keep the source's name`,
          };
    }
  },
};
