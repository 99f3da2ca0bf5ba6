// What brings the bytes of a source into a partial file: a download, or a copy from another mount.
import type { Attempt } from '../../retry/retry.ts';
import type { Work } from '../backstage/backstage.ts';

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

/** Lets go of a supply when its last attempt has ended; what that one brought may have come too late to be published. */
export async function letGo(supply: Supply, lastAttempt: Promise<Whole> | undefined): Promise<void> {
  const whole = await lastAttempt?.catch(() => undefined);
  await supply.close();
  await whole?.work.partial.close().catch(() => {});
}
