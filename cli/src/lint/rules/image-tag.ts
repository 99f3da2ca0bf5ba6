// Init images without a tag, or with one that moves.
import { readImage } from '../image-reference.ts';
import { initContainers } from '../pod.ts';
import type { Rule } from '../rule.ts';

export const imageTag: Rule = {
  id: 'image-tag',
  severity: 'warning',
  reason:
    'Without a tag, or with `latest`, each node has whatever was newest when it pulled, and pulls again for each start (imagePullPolicy is Always then): two pods of one Deployment may start by different programs, and none starts while the registry is down.',
  cure: 'Name a version, such as `busybox:1.37.0`, or a digest.',
  example: {
    bad: `initContainers:
- name: migrate
  image: example.org/migrate`,
    good: `initContainers:
- name: migrate
  image: example.org/migrate:1.4.2`,
  },
  *check({ pod }) {
    for (const { value, name, image } of pod === undefined ? [] : initContainers(pod)) {
      const { tag, digest } = readImage(image);
      if (image === '' || digest !== undefined || (tag !== undefined && tag !== 'latest')) continue;
      const what = tag === undefined ? 'no tag, which means latest' : 'the tag latest';
      yield { at: value.get('image') ?? value, message: `the image of init container ${name} has ${what}` };
    }
  },
};
