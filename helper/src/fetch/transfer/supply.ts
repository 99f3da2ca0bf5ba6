// What brings the bytes of a source into a partial file: a download, or a copy from another mount; from its first
// attempt until it is let go of.
import { type Attempt, type RetryOptions, type RetryOutcome, retry } from '../../retry/retry.ts';
import type { Backstage, Work } from '../backstage/backstage.ts';
import type { Destination } from '../backstage/destination.ts';

/** Where a supply writes to. */
export interface Place {
  readonly destination: Destination;
  readonly backstage: Backstage;
  /** Of what is brought there; see `sourceKey`. */
  readonly key: string;
}

/** What is there when it is whole. */
export interface Whole {
  readonly work: Work;
  readonly sha256: string;
  /** What says that it is whole: a digest, at least the length, or nothing. */
  readonly proof: 'digest' | 'length' | 'none';
}

export interface Supply {
  /** What is kept when it ends without being whole. */
  readonly held: { readonly bytes: number; readonly sizeBytes?: number };
  /** Goes on with what another run left, if it can. */
  takeOver(signal: AbortSignal): Promise<void>;
  /** One attempt. @throws Failure, which says whether another one may help */
  attempt(attempt: Attempt): Promise<Whole>;
  /** Lets go of everything. What came stays for another run. */
  close(): Promise<void>;
}

/**
 * Tries until it is whole, and gives it to whoever uses it. Then all is let go of, in this order: the last attempt has
 * ended, which may have outlasted its budget; who reads what it brought; the supply; what came too late to be used.
 * @param endReading ends whoever reads it beside its coming
 */
export async function withSupply<T>(
  supply: Supply,
  patience: RetryOptions,
  use: (outcome: RetryOutcome<Whole>) => Promise<T>,
  endReading: () => Promise<void> | undefined = () => undefined,
): Promise<T> {
  let last: Promise<Whole> | undefined;
  try {
    await supply.takeOver(patience.signal);
    const outcome = await retry((attempt) => {
      last = supply.attempt(attempt);
      return last;
    }, patience);
    // what it still had to write is kept as well
    if (outcome.kind !== 'done') await last?.catch(() => {});
    return await use(outcome);
  } finally {
    const whole = await last?.catch(() => undefined);
    await endReading();
    await supply.close();
    await whole?.work.partial.close().catch(() => {});
  }
}
