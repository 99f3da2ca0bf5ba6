// What brings a step's one file: a copy of a local one, or a download, which a cache may stand before.
import type { Expected } from '../contract/integrity.ts';
import type { FetchStep } from '../contract/step.ts';
import type { Runtime } from '../runtime.ts';
import { openConnections } from './asking/connections.ts';
import type { Destination } from './backstage/destination.ts';
import { Download } from './transfer/download.ts';
import { createLocalCopy } from './transfer/local-copy.ts';
import type { Place, Supply } from './transfer/supply.ts';

/** Begins to bring the file to a place. */
type Begin = (place: Place) => Supply;

/**
 * Faults of the manifest come out here, before anything is touched.
 * @throws Failure USAGE
 */
export async function openSource(
  step: FetchStep,
  expected: readonly Expected[],
  runtime: Runtime,
): Promise<(place: Place) => Promise<Supply>> {
  const { source, options } = step;
  const { cache, cacheBytes, maxSizeBytes } = options;
  const begin = source.startsWith('file:')
    ? copies(source, maxSizeBytes, expected)
    : await downloads(step, expected, runtime);
  return async (place) => {
    if (cache === undefined) return begin(place);
    const { CachedSupply } = await import('./cache/cached-supply.ts');
    return new CachedSupply({ cache, cacheBytes, expected, maxSizeBytes }, place, begin, runtime);
  };
}

function copies(source: string, maxSizeBytes: number | undefined, expected: readonly Expected[]): Begin {
  return ({ key, destination, backstage }) =>
    createLocalCopy({ source, sourceKey: key, expected, maxSizeBytes, folder: destination.folder }, backstage);
}

async function downloads(step: FetchStep, expected: readonly Expected[], runtime: Runtime): Promise<Begin> {
  const { options } = step;
  const { agent, headers, urlOf } = await openConnections(step, runtime);
  const source = urlOf(step.source);
  const checksumFrom = options.checksumFrom === undefined ? undefined : urlOf(options.checksumFrom);
  return ({ key, destination, backstage }) => {
    const name = nameInList(source, destination);
    const about = { ...options, source, checksumFrom, sourceKey: key, expected, name, headers };
    return new Download(about, agent, backstage, destination.folder, runtime);
  };
}

/** A list of checksums names the file as its server does. */
function nameInList(source: string, destination: Destination): string {
  const last = new URL(source).pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last) || destination.name;
  } catch {
    return last;
  }
}
