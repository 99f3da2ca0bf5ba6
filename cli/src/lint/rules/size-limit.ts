// The sizeLimit of a volume against what is fetched into it.

import { type FetchStep, fetchOptions } from '../../../../helper/src/contract/index.ts';
import { formatQuantity, parseQuantity } from '../../manifest/quantity.ts';
import { fetchesOf } from '../fetches.ts';
import type { Rule } from '../rule.ts';

/** The most that a fetch may leave behind; undefined where it was not said. */
function mostBytes({ options }: FetchStep): number | undefined {
  if (!options.unpack) return options.maxSizeBytes;
  return options.maxUnpackedBytes === fetchOptions.maxUnpackedBytes.default ? undefined : options.maxUnpackedBytes;
}

export const sizeLimit: Rule = {
  id: 'size-limit',
  severity: 'warning',
  reason:
    'The kubelet evicts a pod whose emptyDir grows beyond its `sizeLimit`. A step that may fetch a larger file (`--max-size`, `--max-unpacked-size`), or several that may be larger together, are no protection from that.',
  cure: 'Give the volume room for the largest file that `--max-size` lets through, and for what is beside it.',
  example: {
    bad: `    emptyDir: {sizeLimit: 100Mi}`,
    good: `    emptyDir: {sizeLimit: 600Mi}`,
  },
  *check(object, world) {
    const bytes = (amount: number) => formatQuantity('memory', amount);
    for (const { value: volume, name } of object.pod?.volumes ?? []) {
      const limit = parseQuantity(volume.textAt('emptyDir', 'sizeLimit') ?? '');
      const at = volume.get('emptyDir', 'sizeLimit');
      if (limit === undefined || at === undefined) continue;
      const sized = fetchesOf(object, world).flatMap((each) => {
        const size = each.volume?.name === name ? mostBytes(each.step) : undefined;
        return size === undefined ? [] : [{ ...each, size }];
      });
      const tooLarge = sized.filter(({ size }) => size > limit);
      for (const { container, destination, size } of tooLarge) {
        const what = `init container ${container.name} may fetch ${destination} of ${bytes(size)} into it`;
        yield { at, message: `volume ${name} takes ${bytes(limit)}, and ${what}` };
      }
      const sum = sized.reduce((all, { size }) => all + size, 0);
      if (tooLarge.length > 0 || sum <= limit) continue;
      const what = `its ${sized.length} fetches may bring ${bytes(sum)} into it, all together`;
      yield { at, message: `volume ${name} takes ${bytes(limit)}, and ${what}` };
    }
  },
};
