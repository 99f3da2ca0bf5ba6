// Asks about one thing in a cluster of objects, in the namespace `shop`.
import { readTargets } from '../../../../cli/src/commands/why-settings.ts';
import { ask } from '../../../../cli/src/why/ask.ts';
import type { Answer } from '../../../../cli/src/why/diagnose.ts';
import { clusterOf, type FakeObject } from './cluster-of.ts';

export async function answersFor(
  objects: readonly FakeObject[],
  target: string | undefined,
  options: Parameters<typeof clusterOf>[1] = {},
): Promise<readonly Answer[]> {
  const { answers } = await ask(clusterOf(objects, options), {
    namespace: 'shop',
    targets: readTargets(target === undefined ? [] : [target]),
    selector: undefined,
    isHelper: ({ image }) => image.startsWith('greenroom/helper'),
  });
  return answers;
}
