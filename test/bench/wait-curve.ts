// How late is a pod, and how often did it ask? The pauses of the helper beside those of other tools, simulated:
// attempts take no time, and what is waited for becomes ready at a random moment near the time given.
// `node test/bench/wait-curve.ts` prints both tables; helper/targets.md has them, held by a test.
import { pathToFileURL } from 'node:url';
import { backoffDelayMs } from '../../helper/src/core/backoff.ts';
import { describeDuration } from '../../helper/src/core/duration.ts';
import { pauseMs } from '../../helper/src/wait/long-wait.ts';
import { type Pauses, protocols } from '../../helper/src/wait/protocols.ts';
import { markdownTable } from '../support/generated-section.ts';

/** The pause after so many failed attempts, when so much time has passed. */
type Policy = (failures: number, elapsedMs: number, random: () => number) => number;

const ours =
  (pauses: Pauses): Policy =>
  (failures, elapsedMs, random) =>
    pauseMs(backoffDelayMs(failures, pauses.backoff, random()), elapsedMs, pauses);

const policies: Readonly<Record<string, Policy>> = {
  'greenroom tcp': ours(protocols.tcp.pauses),
  'greenroom http': ours(protocols.http.pauses),
  'greenroom dns': ours(protocols.dns.pauses),
  // `until nc -z db 5432; do sleep 2; done`, as most documentation has it
  'busybox loop, 2s': () => 2_000,
  'wait4x, dockerize, 1s': () => 1_000,
  // initium src/retry.rs: doubles from 1 s to 30 s, then chance adds up to a tenth
  'initium, 1s to 30s': (failures, _, random) => Math.min(30_000, 1_000 * 2 ** failures) * (1 + 0.1 * random()),
};

const waitsMs = [1_000, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000];

/** The same numbers each time (mulberry32), so that the document does not change by itself. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** When one wait asks, up to the attempt that finds it ready. */
function attemptsMs(policy: Policy, readyAtMs: number, random: () => number): number[] {
  const times = [0];
  for (let atMs = 0; atMs < readyAtMs; times.push(atMs)) atMs += policy(times.length, atMs, random);
  return times;
}

export interface Lateness {
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly attempts: number;
}

/** @param waitMs what is waited for becomes ready around this, from 30 % before to 30 % after */
export function measureLateness(policyName: string, waitMs: number, samples = 400): Lateness {
  const policy = policies[policyName] as Policy;
  const random = seeded(1);
  const waits = Array.from({ length: samples }, () => {
    const readyAtMs = waitMs * (0.7 + 0.6 * random());
    const times = attemptsMs(policy, readyAtMs, random);
    return { lateMs: (times.at(-1) ?? 0) - readyAtMs, attempts: times.length };
  });
  const late = waits.map(({ lateMs }) => lateMs).toSorted((a, b) => a - b);
  return {
    medianMs: late[Math.floor(samples / 2)] ?? 0,
    p95Ms: late[Math.floor(samples * 0.95)] ?? 0,
    attempts: Math.round(waits.reduce((sum, { attempts }) => sum + attempts, 0) / samples),
  };
}

/** Lateness against attempts, one row a tool. */
export function latenessTable(): string {
  const rows = Object.keys(policies).map((name) => [
    name,
    ...waitsMs.map((waitMs) => {
      const { medianMs, p95Ms, attempts } = measureLateness(name, waitMs);
      return `${describeDuration(medianMs)} / ${describeDuration(p95Ms)} (${attempts})`;
    }),
  ]);
  return markdownTable(['', ...waitsMs.map(describeDuration)], rows);
}

const pods = 10_000;
const startsWithinMs = 2_000;
const binMs = 100;

/** 10,000 pods that start within two seconds against one service that comes up after so long. */
export function herdTable(readyAtMs = 30_000): string {
  const rows = Object.entries(policies).map(([name, policy]) => {
    const random = seeded(2);
    const bins = new Map<number, number>();
    let afterReady = 0;
    for (let pod = 0; pod < pods; pod++) {
      const startMs = startsWithinMs * random();
      const times = attemptsMs(policy, readyAtMs - startMs, random).map((atMs) => startMs + atMs);
      for (const atMs of times) bins.set(Math.floor(atMs / binMs), (bins.get(Math.floor(atMs / binMs)) ?? 0) + 1);
      if ((times.at(-1) ?? 0) <= readyAtMs + 1_000) afterReady++;
    }
    const from = (readyAtMs - 5_000) / binMs;
    const before = [...bins].filter(([bin]) => bin >= from && bin < readyAtMs / binMs).map(([, count]) => count);
    const perSecond = (count: number) => Math.round((count * 1_000) / binMs).toLocaleString('en');
    return [
      name,
      perSecond(Math.max(...bins.values())),
      perSecond(before.reduce((sum, count) => sum + count, 0) / (5_000 / binMs)),
      `${Math.round((100 * afterReady) / pods)} %`,
    ];
  });
  return markdownTable(
    ['', 'most in a second', 'in the last 5 s before it is up', 'pods that know 1 s after it is up'],
    rows,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(`${latenessTable()}\n\n${herdTable()}\n`);
}
