// What every fetch begins with, before any traffic: the place that it writes to.
import type { FetchStep } from '../contract/step.ts';
import type { Runtime } from '../runtime.ts';
import { openBackstage } from './backstage/backstage.ts';
import type { openDestination } from './backstage/destination.ts';
import { sourceKey } from './backstage/partial-state.ts';
import { localVersion } from './transfer/local-copy.ts';
import type { Place } from './transfer/supply.ts';

/**
 * @param open checks and opens the destination
 * @throws Failure DESTINATION_INVALID, READ_ONLY, PERMISSION_DENIED, NO_SPACE, VOLUME_FAILED
 */
export async function prepare(
  { source, options }: FetchStep,
  path: string,
  open: typeof openDestination,
  runtime: Runtime,
): Promise<Place> {
  const destination = await open(path, runtime);
  const backstage = await openBackstage(destination);
  const version = source.startsWith('file:') ? await localVersion(source) : (options.endpoint ?? '');
  return { destination, backstage, key: sourceKey(source, version) };
}
