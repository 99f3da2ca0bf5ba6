// Init images whose tag could be moved.
import { readImage } from '../image-reference.ts';
import { initContainers } from '../pod.ts';
import type { Rule } from '../rule.ts';

export const imageDigest: Rule = {
  id: 'image-digest',
  severity: 'info',
  reason:
    'A tag can be moved to another image, by its owner or by whoever has the key. A digest cannot: what was reviewed is what runs.',
  cure: 'Write the digest behind the tag: `example.org/migrate:1.4.2@sha256:…`.',
  example: {
    bad: `initContainers:
- name: migrate
  image: example.org/migrate:1.4.2`,
    good: `initContainers:
- name: migrate
  image: example.org/migrate:1.4.2@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855`,
  },
  *check({ pod }) {
    for (const { value, name, image } of pod === undefined ? [] : initContainers(pod)) {
      if (image === '' || readImage(image).digest !== undefined) continue;
      yield { at: value.get('image') ?? value, message: `the image of init container ${name} has no digest` };
    }
  },
};
