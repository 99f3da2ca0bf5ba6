// The sizeLimit of a volume against what is fetched into it.

import { formatQuantity, parseQuantity } from '../../manifest/quantity.ts';
import { fetchesOf } from '../fetches.ts';
import type { Rule } from '../rule.ts';

export const sizeLimit: Rule = {
  id: 'size-limit',
  severity: 'warning',
  reason:
    'The kubelet evicts a pod whose emptyDir grows beyond its `sizeLimit`. A step that may fetch a larger file (`--max-size`) is no protection from that.',
  cure: 'Give the volume room for the largest file that `--max-size` lets through, and for what is beside it.',
  example: {
    bad: `    emptyDir: {sizeLimit: 100Mi}`,
    good: `    emptyDir: {sizeLimit: 600Mi}`,
  },
  *check(object, world) {
    for (const { container, step, volume, destination } of fetchesOf(object, world)) {
      const limit = parseQuantity(volume?.value.textAt('emptyDir', 'sizeLimit') ?? '');
      const size = step.options.maxSizeBytes;
      const at = volume?.value.get('emptyDir', 'sizeLimit');
      if (limit === undefined || size === undefined || at === undefined || size <= limit) continue;
      yield {
        at,
        message: `volume ${volume?.name} takes ${formatQuantity('memory', limit)}, and init container ${container.name} may fetch ${destination} of ${formatQuantity('memory', size)} into it`,
      };
    }
  },
};
