// The kind of object store that a source names. Each is a part of the bundle of its own.
import type { StorePlace } from '../contract/source.ts';
import type { ObjectStore, StoreOptions, StoreWorld } from './store.ts';

/**
 * @throws Failure USAGE for what the options and the environment say of the store and its keys
 */
export async function openStore(place: StorePlace, options: StoreOptions, world: StoreWorld): Promise<ObjectStore> {
  return place.scheme === 's3'
    ? (await import('./s3.ts')).openS3(place.bucket, options, world)
    : (await import('./gs.ts')).openGs(place.bucket, options, world);
}
