// Very many pods that start together and wait for the same thing: what it has to bear, and how late they are.
import { attemptsMs, type Policy, seeded } from './schedules.ts';

export interface Crowd {
  readonly pods: number;
  /** They start within this, in milliseconds, by chance. */
  readonly startsWithinMs: number;
  /** When what they wait for is up. */
  readonly readyAtMs: number;
}

export interface Load {
  /** Requests in each tenth of a second, from the start. */
  readonly tenths: readonly number[];
  readonly total: number;
  /** How much later than what they wait for each pod knows, in milliseconds. */
  readonly lateMs: readonly number[];
}

/**
 * @param requests what one attempt costs
 * @param splayMs of each pod, by chance up to this
 */
export function simulateCrowd(policy: Policy, crowd: Crowd, { requests = 1, splayMs = 0 } = {}): Load {
  const random = seeded(2);
  const tenths: number[] = [];
  const late: number[] = [];
  let total = 0;
  for (let pod = 0; pod < crowd.pods; pod++) {
    const startMs = crowd.startsWithinMs * random() + (splayMs > 0 ? splayMs * random() : 0);
    const times = attemptsMs(policy, crowd.readyAtMs - startMs, random);
    for (const atMs of times) add(tenths, startMs + atMs, requests);
    total += times.length * requests;
    late.push(Math.max(0, startMs + (times.at(-1) ?? 0) - crowd.readyAtMs));
  }
  return { tenths: filled(tenths), total, lateMs: late };
}

// of what an API server has to bear for a watch: see helper/src/wait/kubernetes/k8s-list.ts
const watchEndsAfterMs = [300_000, 600_000] as const;

/** One list and one watch a pod, and another watch when the server has ended it; changes are told at once. */
export function simulateWatches(crowd: Crowd): Load {
  const random = seeded(2);
  const tenths: number[] = [];
  let total = 0;
  const [least, most] = watchEndsAfterMs;
  for (let pod = 0; pod < crowd.pods; pod++) {
    const startMs = crowd.startsWithinMs * random();
    add(tenths, startMs, 1);
    total++;
    for (let atMs = startMs; atMs < crowd.readyAtMs; atMs += least + (most - least) * random(), total++)
      add(tenths, atMs, 1);
  }
  return { tenths: filled(tenths), total, lateMs: [0] };
}

const filled = (tenths: number[]): number[] => Array.from(tenths, (count) => count ?? 0);

function add(tenths: number[], atMs: number, requests: number): void {
  const index = Math.floor(atMs / 100);
  tenths[index] = (tenths[index] ?? 0) + requests;
}

/** The most in a tenth of a second of some span, as a rate per second. */
export function peakPerSecond({ tenths }: Load, fromMs = 0, toMs = Number.POSITIVE_INFINITY): number {
  const span = tenths.slice(fromMs / 100, toMs === Number.POSITIVE_INFINITY ? undefined : toMs / 100);
  return span.reduce((most, count) => Math.max(most, count), 0) * 10;
}
