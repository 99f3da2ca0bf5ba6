// Whose turn it is to download an entry of the cache: one of those who want it does, the others wait for it.
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describeByteSize } from '../../core/byte-size.ts';
import { Failure } from '../../core/failure.ts';
import type { Attempt } from '../../retry/retry.ts';
import type { Runtime } from '../../runtime.ts';
import { volumeFailure } from '../backstage/volume-failure.ts';
import type { CacheFolder } from './cache-folder.ts';
import { type Lock, takeLock } from './cache-lock.ts';

// Whoever waits looks this often, and says after the first span, then after each of the second, that it still does.
const lookEveryMs = 500;
const firstWaitMs = 2_000;
const waitMs = 15_000;

export class CacheTurn {
  readonly #name: string;
  readonly #runtime: Runtime;
  #lock: Lock | undefined;
  #waits = 0;

  /** @param name the entry's */
  constructor(name: string, runtime: Runtime) {
    this.#name = name;
    this.#runtime = runtime;
  }

  /**
   * Takes the turn, or waits until the entry is there.
   * @returns whether it is ours to download
   * @throws Failure NOT_THERE, for the attempt, where another has been downloading it for a while; or what the cache's
   *   volume says
   */
  async take(folder: CacheFolder, attempt: Attempt): Promise<boolean> {
    if (this.#lock !== undefined) return true;
    const { clock, log, random } = this.#runtime;
    const untilMs = clock.now() + (this.#waits === 0 ? firstWaitMs : waitMs);
    for (;;) {
      const taken = await takeLock(folder.room, this.#name, folder.nowMs, clock).catch((error: unknown) => {
        throw volumeFailure(error, folder.room);
      });
      if ('release' in taken) {
        this.#lock = taken;
        if (this.#waits > 0) log.info('the run that was waited for has ended; going on in its place');
        // between the look and the lock, another may have put it there
        if (!(await isThere(folder))) return true;
        await this.release();
        return false;
      }
      if (await isThere(folder)) return false;
      if (clock.now() >= untilMs) {
        this.#waits++;
        // whoever waits fails at nothing
        attempt.progress();
        const so = describeByteSize(await this.#underWay(folder));
        const cache = dirname(folder.entry.path);
        throw new Failure('NOT_THERE', `${taken.pod} is fetching it into the cache ${cache}, ${so} so far`);
      }
      await clock.sleep(lookEveryMs * (0.75 + random.next() / 2), attempt.signal);
    }
  }

  async release(): Promise<void> {
    await this.#lock?.release();
    this.#lock = undefined;
  }

  /** How much of the entry the other has, in bytes. */
  async #underWay({ room }: CacheFolder): Promise<number> {
    const names = await readdir(room).catch(() => []);
    const parts = names.filter((name) => name.startsWith(`${this.#name}.`) && name.endsWith('.part'));
    const sizes = await Promise.all(
      parts.map((name) =>
        stat(join(room, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    return Math.max(0, ...sizes);
  }
}

const isThere = async ({ entry }: CacheFolder) => (await stat(entry.path).catch(() => undefined)) !== undefined;
