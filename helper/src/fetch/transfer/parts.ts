// Which bytes a connection that is free should bring: the next part of what nobody brings, or the rest of what somebody
// brings too slowly. Pure.
import { addExtent, beginning, type Extent, type Extents, gaps } from '../backstage/extents.ts';

// What takes about a second, within bounds: each part costs a round trip, and what is begun is brought to its end. S3's
// advice is 8 to 16 MiB (https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance-guidelines.html).
const partMs = 1_000;
const smallPartBytes = 4 << 20;
const largePartBytes = 16 << 20;
// At the end all shall be done at the same time, but not for the price of a request for each few bytes.
const leastPartBytes = 1 << 20;

/** What lies so far beyond what is there in order has to wait: it will be read again for the digest. */
export const windowParts = 2;

export interface Situation {
  readonly sizeBytes: number;
  /** What is there. */
  readonly received: Extents;
  /** What the connections that are open are about to bring. */
  readonly claimed: Extents;
  readonly connections: number;
  /** Bytes a second of one connection; 0 when not known. */
  readonly rate: number;
  /** Whether these connections are on trial: if they turn out to share what one has, they shall be free again soon. */
  readonly trying?: boolean;
  /** Parts of that size, whatever the rate; default: as is best. */
  readonly partBytes?: number | undefined;
}

/** @returns undefined where nothing is left, or the rest has to wait; with one connection, all that is missing there */
export function nextPart(situation: Situation): Extent | undefined {
  const { sizeBytes, received, claimed, connections } = situation;
  const taken = claimed.reduce((all, [from, to]) => addExtent(all, from, to), received);
  const free = gaps(taken, sizeBytes);
  const [first] = free;
  if (first === undefined || connections === 1) return first;
  const most = partSize(situation);
  if (first[0] >= beginning(received) + windowParts * connections * most) return undefined;
  const leftBytes = gaps(received, sizeBytes).reduce((sum, [from, to]) => sum + to - from, 0);
  const fair = Math.max(Math.min(leastPartBytes, most), Math.ceil(leftBytes / connections));
  return [first[0], Math.min(first[1], first[0] + Math.min(most, fair))];
}

function partSize({ connections, rate, trying = false, partBytes }: Situation): number {
  if (partBytes !== undefined) return partBytes;
  const wanted = Math.ceil((rate * partMs) / 1_000);
  return trying
    ? within(leastPartBytes, Math.ceil(wanted / connections), smallPartBytes)
    : within(smallPartBytes, wanted, largePartBytes);
}

const within = (least: number, value: number, most: number): number => Math.min(most, Math.max(least, value));

/** What one connection is about. */
export interface Bringing {
  readonly at: number;
  readonly to: number;
  /** How long it has been at it, in milliseconds, and what it has brought in that time. */
  readonly elapsedMs: number;
  readonly bytes: number;
  /** Whether another one brings the same already. */
  readonly hedged: boolean;
}

// A connection that has only begun is not slow yet; and another one takes some time to begin, too.
const patienceMs = 500;

/**
 * The one whose rest another connection should bring too, if any.
 * @param rate bytes a second that a connection brings as a rule
 */
export function slowest<T extends Bringing>(all: readonly T[], rate: number): T | undefined {
  const left = (one: T) => one.to - one.at;
  const leftMs = (one: T) => (one.bytes === 0 ? Number.POSITIVE_INFINITY : (left(one) / one.bytes) * one.elapsedMs);
  const [worst] = all
    .filter((one) => !one.hedged && left(one) > 0 && one.elapsedMs >= patienceMs)
    .sort((a, b) => leftMs(b) - leftMs(a));
  if (worst === undefined || rate <= 0) return undefined;
  return leftMs(worst) > patienceMs + 2 * (left(worst) / rate) * 1_000 ? worst : undefined;
}
