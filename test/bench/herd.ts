// Ten thousand pods, and a hundred thousand, that start together: what a service, the name servers, a web server and
// the API server have to bear, and how late the pods are. Rewrites herd.md, herd.svg and lateness.svg.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeDuration } from '../../helper/src/core/duration.ts';
import { limited, protocols } from '../../helper/src/wait/protocols.ts';
import { markdownTable } from '../support/generated-section.ts';
import { drawChart } from './chart.ts';
import { type Crowd, type Load, peakPerSecond, simulateCrowd, simulateWatches } from './crowd.ts';
import { fetchPolicies, ours, policies, quantile } from './schedules.ts';
import { latenessTable, measureLateness, waitsMs } from './wait-curve.ts';

const readyAtMs = 30_000;
const crowd = (pods: number): Crowd => ({ pods, startsWithinMs: 250, readyAtMs });

// three search domains and the name itself, A and AAAA of each
const queriesOfShortName = 8;
const queriesOfFullName = 2;

/** A row: who waits, and what that is for so many pods. */
type Row = readonly [name: string, simulate: (crowd: Crowd) => Load];

const slower = ours(limited(protocols.tcp.pauses, 2_000));

const service: readonly Row[] = [
  ['greenroom tcp', (them) => simulateCrowd(policies['greenroom tcp'], them)],
  ['greenroom tcp --splay 20s', (them) => simulateCrowd(policies['greenroom tcp'], them, { splayMs: 20_000 })],
  ['greenroom tcp --interval 2s', (them) => simulateCrowd(slower, them)],
  ['busybox loop, 2s', (them) => simulateCrowd(policies['busybox loop, 2s'], them)],
  ['wait4x, dockerize, 1s', (them) => simulateCrowd(policies['wait4x, dockerize, 1s'], them)],
  ['initium, 1s to 30s', (them) => simulateCrowd(policies['initium, 1s to 30s'], them)],
];

const names: readonly Row[] = [
  [
    'greenroom dns, short name',
    (them) => simulateCrowd(policies['greenroom dns'], them, { requests: queriesOfShortName }),
  ],
  [
    'greenroom dns, full name with a dot',
    (them) => simulateCrowd(policies['greenroom dns'], them, { requests: queriesOfFullName }),
  ],
  [
    'until nslookup; sleep 2',
    (them) => simulateCrowd(policies['busybox loop, 2s'], them, { requests: queriesOfShortName }),
  ],
];

const origin: readonly Row[] = Object.entries(fetchPolicies).map(([name, policy]) => [
  name,
  (them) => simulateCrowd(policy, them),
]);

const api: readonly Row[] = [
  ['greenroom k8s, watched', simulateWatches],
  ['greenroom k8s, where it may not watch', (them) => simulateCrowd(policies['greenroom dns'], them)],
  ['kubectl loop, 2s', (them) => simulateCrowd(policies['busybox loop, 2s'], them)],
];

const rate = (perSecond: number) => Math.round(perSecond).toLocaleString('en');

/** Over moments of readiness through two seconds: loops that ask in step are early for some and late for others. */
function lateness(simulate: Row[1]): { medianMs: number; p95Ms: number } {
  const moments = Array.from({ length: 20 }, (_, index) => readyAtMs + 100 * index);
  const late = moments.flatMap((at) => simulate({ ...crowd(200), readyAtMs: at }).lateMs).toSorted((a, b) => a - b);
  return { medianMs: quantile(late, 0.5), p95Ms: quantile(late, 0.95) };
}

function table(rows: readonly Row[], pods: number): string {
  return markdownTable(
    ['', 'most at once, per second', 'most in the last 5 s before it is up', 'in all', 'late, median', 'late, p95'],
    rows.map(([name, simulate]) => {
      const load = simulate(crowd(pods));
      const before = peakPerSecond(load, readyAtMs - 5_000, readyAtMs);
      const { medianMs, p95Ms } = lateness(simulate);
      return [
        ...[name, rate(peakPerSecond(load)), rate(before), rate(load.total)],
        ...[describeDuration(medianMs), describeDuration(p95Ms)],
      ];
    }),
  );
}

/** The table that helper/targets.md has, for 10,000 pods against one service. */
export const herdTable = (): string => table(service, 10_000);

function herdPicture(): string {
  const shown = ['greenroom tcp', 'wait4x, dockerize, 1s', 'busybox loop, 2s', 'greenroom tcp --splay 20s'];
  const endMs = 32_000;
  const series = shown.map((name) => {
    const load = service.find(([each]) => each === name)?.[1](crowd(10_000));
    const points = Array.from({ length: endMs / 100 }, (_, tenth) => ({
      x: tenth / 10,
      y: (load?.tenths[tenth] ?? 0) * 10,
    }));
    return { name, points, thin: true };
  });
  const most = Math.max(...series.flatMap(({ points }) => points.map(({ y }) => y)));
  const top = Math.ceil(most / 25_000) * 25_000;
  return drawChart({
    title: '10,000 pods start together; the service is up after 30 s',
    x: {
      title: 'seconds since the start',
      scale: 'linear',
      from: 0,
      to: endMs / 1_000,
      ticks: [0, 5, 10, 15, 20, 25, 30].map((at) => ({ at, text: `${at} s` })),
    },
    y: {
      title: 'attempts per second, in tenths of a second',
      scale: 'linear',
      from: 0,
      to: top,
      ticks: Array.from({ length: top / 25_000 + 1 }, (_, index) => ({
        at: index * 25_000,
        text: rate(index * 25_000),
      })),
    },
    series,
  });
}

function latenessPicture(): string {
  const series = (Object.keys(policies) as (keyof typeof policies)[]).map((name, index) => ({
    name,
    marks: true,
    points: waitsMs.map((waitMs) => {
      const { attempts, medianMs } = measureLateness(name, waitMs);
      return { x: attempts, y: medianMs, ...((index === 0 || index === 5) && { label: describeDuration(waitMs) }) };
    }),
  }));
  return drawChart({
    title: 'How late, for how many attempts: waits of 1 s to 10 min, medians',
    x: {
      title: 'attempts of one pod (logarithmic)',
      scale: 'log',
      from: 1,
      to: 1_000,
      ticks: [1, 3, 10, 30, 100, 300, 1_000].map((at) => ({ at, text: rate(at) })),
    },
    y: {
      title: 'later than the target (logarithmic)',
      scale: 'log',
      from: 100,
      to: 30_000,
      ticks: [100, 250, 1_000, 3_000, 10_000, 30_000].map((at) => ({ at, text: describeDuration(at) })),
    },
    series,
  });
}

const part = (title: string, what: string, rows: readonly Row[]) =>
  [`## ${title}`, what, ...[10_000, 100_000].flatMap((pods) => [`${rate(pods)} pods:`, table(rows, pods)])].join(
    '\n\n',
  );

/** The whole page. */
export function herdPage(): string {
  return `${[
    '# Many pods at once, simulated',
    `\`npm run bench -- herd\` rewrites this page and its pictures. Nothing is measured here: the moments at which each
pod asks come from the functions that the helper's loop uses (\`test/unit/helper/wait/schedules.test.ts\` holds them to the
loop itself, on virtual time), with the same chance each time. All pods start within 250 ms; what they wait for is up
after 30 s; an attempt takes no time. "Most at once" is the fullest tenth of a second, as a rate; lateness is over moments of
readiness from 30 to 32 s.`,
    '![attempts per second of 10,000 pods](herd.svg)',
    part(
      'One service',
      `A refused connection is a packet each way; where kube-proxy refuses for a Service without endpoints, it is the
pod's own node that answers, and no packet reaches the service. The early attempts are what makes half of all pods
know within a quarter of a second; \`--splay\` spreads them, and \`--interval\` makes the later ones fewer. A loop
without chance asks in step: as many at once after a minute as at its start.`,
      service,
    ),
    part(
      'The name servers',
      `A name of one label, in a pod with three search domains: eight questions an attempt while the Service is not
there. With the full name and a final dot there are two. Both begin with the same storm; the helper's thins out, and
its pauses drift apart.`,
      names,
    ),
    part('One web server', 'It answers 503 until it is up. A fetch leaves half of each pause to chance.', origin),
    part(
      'The API server',
      `One list and one watch for each pod (again every five to ten minutes, when the server has ended it), and a change
is told at once; the connections stay open. Where only \`get\` or \`list\` is granted, it is asked again.`,
      api,
    ),
    '## Late, for how many attempts',
    '![median lateness against attempts](lateness.svg)',
    'Median, and worst of twenty, later than the target; in brackets the attempts.',
    latenessTable(),
  ].join('\n\n')}\n`;
}

/** Writes the page and its pictures. */
export function writeHerd(folder = import.meta.dirname): void {
  writeFileSync(join(folder, 'herd.md'), herdPage());
  writeFileSync(join(folder, 'herd.svg'), herdPicture());
  writeFileSync(join(folder, 'lateness.svg'), latenessPicture());
}
