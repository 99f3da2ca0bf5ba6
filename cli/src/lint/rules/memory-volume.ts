// Files in memory against the memory that the container may use.

import { formatQuantity, parseQuantity } from '../../manifest/quantity.ts';
import { fetchesOf } from '../fetches.ts';
import type { Rule } from '../rule.ts';

export const memoryVolume: Rule = {
  id: 'memory-volume',
  severity: 'warning',
  reason:
    'What is written into an emptyDir with `medium: Memory` counts as memory of the container that wrote it. Where the volume may grow to that limit, a large file ends in an OOM kill of the init container, and not in an error that names the volume.',
  cure: "Set `sizeLimit` (or the step's `--max-size`) well below the container's memory limit, or leave `medium` out.",
  example: {
    bad: `    resources:
      limits: {memory: 256Mi}
    volumeMounts:
    - {name: model, mountPath: /model}`,
    good: `    resources:
      limits: {memory: 1Gi}
    volumeMounts:
    - {name: model, mountPath: /model}`,
  },
  *check(object, world) {
    for (const { container, step, mount, volume, destination } of fetchesOf(object, world)) {
      if (mount === undefined || volume?.value.textAt('emptyDir', 'medium') !== 'Memory') continue;
      const limit = parseQuantity(container.value.textAt('resources', 'limits', 'memory') ?? '');
      if (limit === undefined) continue;
      const sizeLimit = parseQuantity(volume.value.textAt('emptyDir', 'sizeLimit') ?? '');
      const most = Math.min(
        sizeLimit ?? Number.POSITIVE_INFINITY,
        step.options.maxSizeBytes ?? Number.POSITIVE_INFINITY,
      );
      if (most < limit) continue;
      const may = Number.isFinite(most) ? `may grow to ${formatQuantity('memory', most)}` : 'has no limit of its own';
      const at = volume.value.get('emptyDir', 'medium') ?? volume.value;
      yield {
        at,
        message: `volume ${volume.name} is memory and ${may}; init container ${container.name}, which fetches ${destination} into it, may use ${formatQuantity('memory', limit)}`,
      };
    }
  },
};
