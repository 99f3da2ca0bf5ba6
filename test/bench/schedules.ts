// When a wait asks: the helper's own pauses, by the functions that its loop uses (a test holds the two together), and
// those of other tools, as their sources and documents have them. Pure.
import { backoffDelayMs } from '../../helper/src/core/backoff.ts';
import { backoff as fetchBackoff } from '../../helper/src/fetch/asking/patience.ts';
import { pauseMs } from '../../helper/src/wait/long-wait.ts';
import { type Pauses, protocols } from '../../helper/src/wait/protocols.ts';

/** The pause after so many failed attempts, when so much time has passed. */
export type Policy = (failures: number, elapsedMs: number, random: () => number) => number;

/** The helper's own, with these pauses. */
export const ours =
  (pauses: Pauses): Policy =>
  (failures, elapsedMs, random) =>
    pauseMs(backoffDelayMs(failures, pauses.backoff, random()), elapsedMs, pauses);

// initium src/retry.rs: doubles from 1 s to 30 s, then chance adds up to a tenth
const initium: Policy = (failures, _, random) => Math.min(30_000, 1_000 * 2 ** failures) * (1 + 0.1 * random());

export const policies = {
  'greenroom tcp': ours(protocols.tcp.pauses),
  'greenroom http': ours(protocols.http.pauses),
  'greenroom dns': ours(protocols.dns.pauses),
  // `until nc -z db 5432; do sleep 2; done`, as most documentation has it
  'busybox loop, 2s': () => 2_000,
  'wait4x, dockerize, 1s': () => 1_000,
  'initium, 1s to 30s': initium,
} satisfies Record<string, Policy>;

/** What asks a web server for a file that is not served yet. */
export const fetchPolicies = {
  'greenroom fetch': (failures, _, random) => backoffDelayMs(failures, fetchBackoff, random()),
  'wget loop, 2s': () => 2_000,
  'initium fetch': initium,
} satisfies Record<string, Policy>;

/** The same numbers each time (mulberry32), so that a document does not change by itself. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** When one wait asks, up to the attempt that finds it ready. Attempts take no time. */
export function attemptsMs(policy: Policy, readyAtMs: number, random: () => number): number[] {
  const times = [0];
  for (let atMs = 0; atMs < readyAtMs; times.push(atMs)) atMs += policy(times.length, atMs, random);
  return times;
}

/** The value below which that share of sorted numbers lies. */
export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
