// Whether what a process holds stays level, from looks at it over time. Pure.

export interface Sample {
  readonly atRound: number;
  /** Entries of /proc/self/fd. */
  readonly descriptors: number;
  readonly heapBytes: number;
  readonly externalBytes: number;
  readonly residentBytes: number;
  /** Timers, sockets, requests: whatever would keep the process alive. */
  readonly listeners: number;
  /** On the volume. */
  readonly files: number;
}

export interface Level {
  readonly name: string;
  readonly start: string;
  readonly end: string;
  readonly slope: string;
  readonly verdict: string;
}

const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
const count = (number: number) => String(Math.round(number));

// name, what of a sample, how it is written, how much more at the end is still level
const measures: readonly [string, (sample: Sample) => number, (value: number) => string, number][] = [
  ['descriptors', (one) => one.descriptors, count, 3],
  ['heap', (one) => one.heapBytes, mb, 2e6],
  ['memory outside of the heap', (one) => one.externalBytes, mb, 4e6],
  ['resident (RSS)', (one) => one.residentBytes, mb, 24e6],
  ['timers, sockets, requests', (one) => one.listeners, count, 3],
  ['files on the volume', (one) => one.files, count, 8],
];

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
};

/** The median of the slopes between all pairs (Theil-Sen), a round: a single outlier moves it little. */
export function slopeOf(points: readonly (readonly [atRound: number, value: number])[]): number {
  const all = points.flatMap(([fromAt, from], index) =>
    points.slice(index + 1).flatMap(([toAt, to]) => (toAt > fromAt ? [(to - from) / (toAt - fromAt)] : [])),
  );
  return median(all);
}

/** One row for each thing that is watched; the first quarter of the looks is left out. */
export function slopes(samples: readonly Sample[]): Level[] {
  const rest = samples.slice(Math.floor(samples.length / 4));
  const third = Math.max(1, Math.floor(rest.length / 3));
  const spanRounds = (rest.at(-1)?.atRound ?? 0) - (rest[0]?.atRound ?? 0);
  return measures.map(([name, of, write, tolerance]) => {
    const slope = slopeOf(rest.map((one) => [one.atRound, of(one)]));
    const start = median(rest.slice(0, third).map(of));
    const end = median(rest.slice(-third).map(of));
    const level = slope * spanRounds < tolerance;
    const sign = slope < 0 ? '-' : '+';
    const perThousand = Math.abs(slope * 1_000);
    return {
      name,
      start: write(start),
      end: write(end),
      slope: `${sign}${write(perThousand)} in 1,000 rounds`,
      verdict: `${level ? 'level' : 'GROWS'} (less than ${write(tolerance)})`,
    };
  });
}
