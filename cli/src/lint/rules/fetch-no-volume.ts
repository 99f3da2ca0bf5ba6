// Files that are fetched to where nobody else will find them.
import { fetchesOf } from '../fetches.ts';
import type { Rule } from '../rule.ts';

export const fetchNoVolume: Rule = {
  id: 'fetch-no-volume',
  severity: 'error',
  reason:
    "What a container writes outside of its volumes is gone when it ends, and the helper's image, under a read-only root, lets it write nothing there. Only a volume that both mount hands a file to the app.",
  cure: 'Mount a volume over the folder of the destination, in this container and in the one that needs the file.',
  example: {
    bad: `  - name: page
    image: greenroom/helper:0.1.0
    args: [fetch, 'https://example.org/index.html', /site/index.html]
    volumeMounts:
    - {name: site, mountPath: /www}`,
    good: `  - name: page
    image: greenroom/helper:0.1.0
    args: [fetch, 'https://example.org/index.html', /www/index.html]
    volumeMounts:
    - {name: site, mountPath: /www}`,
  },
  *check(object, world) {
    for (const { container, destination, mount, readAgain, at } of fetchesOf(object, world)) {
      if (mount !== undefined || readAgain) continue;
      const mounted = container.mounts.map(({ path }) => path).join(', ');
      const there = mounted === '' ? 'it mounts none' : `it mounts ${mounted}`;
      yield {
        at,
        message: `init container ${container.name} fetches ${destination}, which lies in no volume: ${there}`,
      };
    }
  },
};
