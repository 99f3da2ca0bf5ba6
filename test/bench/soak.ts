// A long run in one process: fetches and waits, one round after the other, under faults, stops and restarts; does what
// the process holds stay level? Rewrites soak.md. GREENROOM_SOAK_MINUTES: for how long (default 60). Node has to be
// started as in the image: with V8's own choice, which follows the machine's memory, its young generation took up to
// 131 MB, more and more of them touched for hours.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from '../../helper/src/ports/clock.ts';
import { systemClock } from '../../helper/src/system/clock.ts';
import { markdownTable } from '../support/generated-section.ts';
import { seeded } from './schedules.ts';
import { prepareField } from './soak-round.ts';
import { type Level, type Sample, slopes } from './soak-slope.ts';

const minutes = Number(process.env.GREENROOM_SOAK_MINUTES ?? 60);
const seed = Number(process.env.GREENROOM_SEED ?? Date.now() % 2 ** 31);
const chance = seeded(seed);
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

// pauses and timeouts pass twenty times as fast: more rounds in the same time
const haste = 20;
const clock: Clock = {
  now: () => systemClock.now() * haste,
  wallTime: systemClock.wallTime,
  sleep: (ms, signal) => systemClock.sleep(ms / haste, signal),
};

const field = await prepareField(chance, clock);
const counts = { done: 0, stopped: 0, failed: 0 };

/** What the process holds when it has nothing to do. */
async function look(atRound: number): Promise<Sample> {
  field.forget();
  // what was given up closes after the round that gave it up
  await sleep(300);
  for (let times = 0; times < 3; times++) {
    collect();
    await sleep(20);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    atRound,
    descriptors: readdirSync('/proc/self/fd').length,
    heapBytes: heapUsed,
    externalBytes: external,
    residentBytes: rss,
    listeners: process.getActiveResourcesInfo().length,
    files: field.files().length,
  };
}

const startMs = systemClock.now();
const passedMs = () => systemClock.now() - startMs;
const lengthMs = minutes * 60_000;
const samples: Sample[] = [];
let rounds = 0;
process.stderr.write(`soak of ${minutes} min, seed ${seed}\n`);
for (let nextMs = 0; passedMs() < lengthMs; ) {
  counts[await field.round(rounds++)]++;
  if (passedMs() < nextMs) continue;
  samples.push(await look(rounds));
  nextMs = passedMs() + lengthMs / 40;
}

const rows = slopes(samples).map(({ name, start, end, slope, verdict }: Level) => [name, start, end, slope, verdict]);
const model = cpus()[0]?.model ?? '';
const temporary = field.files().filter((name) => /\.(?:part|tree|trash|files)$/.test(name)).length;
writeFileSync(
  join(import.meta.dirname, 'soak.md'),
  `# Wear, measured

\`npm run bench -- soak\` rewrites this page. ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} × ${model}, ${process.platform}.

This run lasted ${minutes} minutes and says nothing about a longer one (\`GREENROOM_SOAK_MINUTES\`, 60 where it is not set). Seed ${seed}. Node is started as in the image: \`MALLOC_ARENA_MAX=${process.env.MALLOC_ARENA_MAX ?? ''} node ${process.execArgv.join(' ')}\`.

${rounds} rounds in one process, of the helper's own code against servers on loopback, each of a kind that chance chooses: ${field.kinds.join('; ')}. Up to three answers of a round go wrong (connections cut, reset and hung up, silence, 503; SERVFAIL, silence, truncation, refusal and "no such name" from the name server; watches that end, are cut or are too old), and one in six is stopped at a point that chance chooses, to be gone on with by a later one. The helper's clock runs ${haste} times as fast. ${counts.done} rounds were done, ${counts.stopped} were stopped, ${counts.failed} failed.

The process is looked at ${samples.length} times, at rest and after garbage collection. The first quarter, in which the caches of V8 fill, is left out; start and end are the medians of the first and the last third of the rest. The slope is the median of those between all pairs of looks (Theil-Sen); it counts as level while what it would add over the whole of the rest is less than what stands in the last column.

${markdownTable(['at rest', 'at the start', 'at the end', 'slope', 'verdict'], rows)}

Partial files and folders on the volume at the end, left by rounds that were stopped, for the next to go on with: ${temporary}. Memory holds the servers and the rounds' logs as well: it is the slope that counts.
`,
);
process.stderr.write(readFileSync(join(import.meta.dirname, 'soak.md'), 'utf8'));
process.exit(counts.failed === 0 ? 0 : 1);
