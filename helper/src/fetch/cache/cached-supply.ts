// A download by way of a cache that pods share: what is in it is copied, what is not is downloaded into it, by one of
// those who want it. A cache only saves traffic: where it cannot be used, it is done without.
import { join } from 'node:path';
import type { Expected } from '../../contract/integrity.ts';
import { describeByteSize } from '../../core/byte-size.ts';
import { Failure } from '../../core/failure.ts';
import type { Attempt } from '../../retry/retry.ts';
import type { Runtime } from '../../runtime.ts';
import type { Backstage, Work } from '../backstage/backstage.ts';
import { checkSpace } from '../backstage/free-space.ts';
import { volumeFailure } from '../backstage/volume-failure.ts';
import { publish } from '../publish/publish.ts';
import type { Place, Supply, Whole } from '../transfer/supply.ts';
import { copyEntry } from './cache-copy.ts';
import { type CacheFolder, entryName, openCacheFolder } from './cache-folder.ts';
import { CacheTurn } from './cache-turn.ts';

export interface CacheOptions {
  readonly cache: string;
  readonly cacheBytes: number;
  readonly expected: readonly Expected[];
  readonly maxSizeBytes: number | undefined;
}

export class CachedSupply implements Supply {
  readonly #options: CacheOptions;
  readonly #place: Place;
  readonly #download: (place: Place) => Supply;
  readonly #runtime: Runtime;
  readonly #name: string;
  readonly #turn: CacheTurn;
  #folder: CacheFolder | undefined;
  #filling: Supply | undefined;
  /** What is being downloaded into the cache. */
  #work: Work | undefined;
  #fault: 'destination' | 'too small' | undefined;
  #made: Supply[] = [];
  /** Without the cache. */
  #direct: Supply | undefined;
  #wrong = 0;

  constructor(options: CacheOptions, place: Place, download: (place: Place) => Supply, runtime: Runtime) {
    this.#options = options;
    this.#place = place;
    this.#download = download;
    this.#runtime = runtime;
    this.#name = entryName(options.expected);
    this.#turn = new CacheTurn(this.#name, runtime);
  }

  get held(): Supply['held'] {
    return (this.#direct ?? this.#filling)?.held ?? { bytes: 0 };
  }

  async takeOver(): Promise<void> {
    const { cache, cacheBytes } = this.#options;
    try {
      this.#folder = await openCacheFolder(cache, this.#name, cacheBytes);
    } catch (error) {
      const { message } = volumeFailure(error, cache);
      this.#runtime.log.warn(`nothing can be put into the cache, but what is in it counts: ${message}`);
    }
  }

  async attempt(attempt: Attempt): Promise<Whole> {
    for (;;) {
      if (this.#direct !== undefined) return this.#direct.attempt(attempt);
      const copied = await this.#copy(attempt.signal);
      if (copied !== undefined) return copied;
      if (this.#direct !== undefined) continue;
      if (this.#folder === undefined) {
        await this.#without(attempt.signal, 'it is not in the cache');
        continue;
      }
      if (await this.#takeTurn(this.#folder, attempt)) await this.#fill(this.#folder, attempt);
    }
  }

  async close(): Promise<void> {
    for (const supply of this.#made) await supply.close();
    await this.#turn.release();
  }

  async #copy(signal: AbortSignal): Promise<Whole | undefined> {
    const { expected, maxSizeBytes, cache } = this.#options;
    const path = this.#folder?.entry.path ?? join(cache, this.#name);
    const { destination, backstage, key } = this.#place;
    const about = { path, folder: destination.folder, backstage, source: key, expected, maxSizeBytes };
    const copied = await copyEntry(about, signal);
    const { log } = this.#runtime;
    switch (copied.kind) {
      case 'whole': {
        const how = copied.isClone ? 'sharing its blocks' : 'copied';
        log.info(`taken from the cache, ${how} and verified: ${path}`, { cache: path });
        return copied.whole;
      }
      case 'wrong':
        log.warn(`the cache has something else under this digest, which was removed: ${copied.why}`, { cache: path });
        // once is an accident
        if (++this.#wrong > 1) await this.#without(signal, 'what comes out of the cache is wrong again');
        return undefined;
      case 'unusable':
        await this.#without(signal, `the entry of the cache cannot be used: ${copied.why}`);
        return undefined;
      default:
        return undefined;
    }
  }

  /** @returns whether it is ours to download; without the cache where nobody can tell */
  async #takeTurn(folder: CacheFolder, attempt: Attempt): Promise<boolean> {
    try {
      return await this.#turn.take(folder, attempt);
    } catch (error) {
      attempt.signal.throwIfAborted();
      if (!isOfVolume(error)) throw error;
      await this.#without(attempt.signal, error.message);
      return false;
    }
  }

  /** Downloads into the cache; after that, the entry is there, or it goes without. */
  async #fill(folder: CacheFolder, attempt: Attempt): Promise<void> {
    const { entry, backstage } = folder;
    try {
      if (this.#filling === undefined) {
        // whatever URL it came from: the digest is what is asked for
        const place = { destination: entry, backstage: this.#within(folder), key: this.#name };
        this.#filling = this.#make(place);
        await this.#filling.takeOver(attempt.signal);
      }
      const { work, sha256 } = await this.#filling.attempt(attempt);
      await publish(work, entry, backstage, { mode: 0o644, source: this.#name, sha256 });
      this.#filling = undefined;
      this.#work = undefined;
      await folder.makeRoom(0);
      await this.#turn.release();
    } catch (error) {
      attempt.signal.throwIfAborted();
      if (!isOfVolume(error) || this.#fault === 'destination') throw error;
      const { neededBytes } = error.details;
      const isFull = error.code === 'NO_SPACE' && this.#fault !== 'too small';
      if (isFull && typeof neededBytes === 'number' && (await folder.makeRoom(neededBytes))) return;
      // what it holds would be in the way of others
      if (this.#work !== undefined) await backstage.drop(this.#work).catch(() => {});
      await this.#without(attempt.signal, error.message);
    }
  }

  /** The backstage of the cache, where nothing begins that does not fit. */
  #within({ backstage, makeRoom }: CacheFolder): Backstage {
    return {
      ...backstage,
      takeOver: async (source, known, signal) => {
        const left = await backstage.takeOver(source, known, signal);
        this.#work = left?.work;
        return left;
      },
      begin: async (state, algorithms) => {
        const { sizeBytes } = state;
        if (sizeBytes !== undefined) {
          // it has to fit there as well
          this.#fault = 'destination';
          await checkSpace(this.#place.destination.folder, sizeBytes);
          this.#fault = (await makeRoom(sizeBytes)) ? undefined : 'too small';
        }
        if (this.#fault === 'too small') {
          throw new Failure('NO_SPACE', `${describeByteSize(sizeBytes ?? 0)} do not fit into the cache`);
        }
        this.#work = await backstage.begin(state, algorithms);
        return this.#work;
      },
    };
  }

  #make(place: Place): Supply {
    const supply = this.#download(place);
    this.#made.push(supply);
    return supply;
  }

  async #without(signal: AbortSignal, why: string): Promise<void> {
    this.#runtime.log.warn(`fetching without the cache: ${why}`, { cache: this.#options.cache });
    await this.#turn.release();
    this.#direct = this.#make(this.#place);
    await this.#direct.takeOver(signal);
  }
}

// What the cache's volume may say, and what the destination's may yet do better.
const cacheFaults: readonly string[] = [
  'NO_SPACE',
  'READ_ONLY',
  'PERMISSION_DENIED',
  'VOLUME_FAILED',
  'DESTINATION_INVALID',
];

const isOfVolume = (error: unknown): error is Failure => error instanceof Failure && cacheFaults.includes(error.code);
