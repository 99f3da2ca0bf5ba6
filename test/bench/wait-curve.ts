// How late is a pod, and how often did it ask? The pauses of the helper beside those of other tools, simulated:
// attempts take no time, and what is waited for becomes ready at a random moment near the time given.
// `npm run bench -- herd` writes the table and the picture; helper/targets.md has the table too, held by a test.
import { describeDuration } from '../../helper/src/core/duration.ts';
import { markdownTable } from '../support/generated-section.ts';
import { attemptsMs, policies, quantile, seeded } from './schedules.ts';

export const waitsMs = [1_000, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000];

export interface Lateness {
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly attempts: number;
}

/** @param waitMs what is waited for becomes ready around this, from 30 % before to 30 % after */
export function measureLateness(policyName: keyof typeof policies, waitMs: number, samples = 400): Lateness {
  const policy = policies[policyName];
  const random = seeded(1);
  const waits = Array.from({ length: samples }, () => {
    const readyAtMs = waitMs * (0.7 + 0.6 * random());
    const times = attemptsMs(policy, readyAtMs, random);
    return { lateMs: (times.at(-1) ?? 0) - readyAtMs, attempts: times.length };
  });
  const late = waits.map(({ lateMs }) => lateMs).toSorted((a, b) => a - b);
  return {
    medianMs: quantile(late, 0.5),
    p95Ms: quantile(late, 0.95),
    attempts: Math.round(waits.reduce((sum, { attempts }) => sum + attempts, 0) / samples),
  };
}

/** Lateness against attempts, one row a tool. */
export function latenessTable(): string {
  const rows = (Object.keys(policies) as (keyof typeof policies)[]).map((name) => [
    name,
    ...waitsMs.map((waitMs) => {
      const { medianMs, p95Ms, attempts } = measureLateness(name, waitMs);
      return `${describeDuration(medianMs)} / ${describeDuration(p95Ms)} (${attempts})`;
    }),
  ]);
  return markdownTable(['', ...waitsMs.map(describeDuration)], rows);
}
