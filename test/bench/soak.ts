// A long run in one process: fetches and waits, one round after the other, under faults, stops and restarts; does what
// the process holds stay level? Rewrites soak.md. GREENROOM_SOAK_MINUTES: for how long (default 60).
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseStep } from '../../helper/src/contract/step.ts';
import { Failure } from '../../helper/src/core/failure.ts';
import { fetch } from '../../helper/src/fetch/fetch.ts';
import type { Clock } from '../../helper/src/ports/clock.ts';
import { systemClock } from '../../helper/src/system/clock.ts';
import { wait } from '../../helper/src/wait/wait.ts';
import { type DnsReply, startDnsServer } from '../support/dns-server.ts';
import { markdownTable } from '../support/generated-section.ts';
import { type Reply, serveObject, startOrigin } from '../support/http-origin.ts';
import { memoryLog } from '../support/memory-log.ts';
import { startTcpListener } from '../support/tcp-listener.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { seeded } from './schedules.ts';
import { type Level, type Sample, slopes } from './soak-slope.ts';

const minutes = Number(process.env.GREENROOM_SOAK_MINUTES ?? 60);
const seed = Number(process.env.GREENROOM_SEED ?? Date.now() % 2 ** 31);
const chance = seeded(seed);
const oneOf = <T>(values: readonly T[]): T => values[Math.floor(chance() * values.length)] as T;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

// pauses and timeouts pass twenty times as fast: more rounds in the same time
const haste = 20;
const clock: Clock = {
  now: () => systemClock.now() * haste,
  wallTime: systemClock.wallTime,
  sleep: (ms, signal) => systemClock.sleep(ms / haste, signal),
};

const bodies = [20_000, 400_000, 3_000_000].map((size) => randomBytes(size));
let body = bodies[0] as Buffer;
let faults = 0;
// so many answers of a round go wrong; after them the weather is fine
const spoil = (right: Reply, size: number): Reply => {
  if (faults-- <= 0) return right;
  const at = Math.floor(chance() * size);
  return oneOf<() => Reply>([
    () => ({ ...right, cutAt: at }),
    () => ({ ...right, cutAt: at, reset: true }),
    () => ({ ...right, stallAt: at }),
    () => ({ hangUp: true }),
    () => ({ status: 503, headers: { 'retry-after': '1' } }),
    () => ({ ...right, contentLength: 'chunked', cutAt: at }),
    () => right,
  ])();
};
await using origin = await startOrigin((request) =>
  spoil(serveObject({ body, etag: `"${body.length}"` }, request), body.length),
);
const troubles: readonly DnsReply[] = ['SERVFAIL', 'silence', 'NXDOMAIN', 'REFUSED', 'truncated'];
await using dns = await startDnsServer(({ type, over }) => {
  if (faults-- > 0) return over === 'tcp' ? 'SERVFAIL' : oneOf(troubles);
  return type === 'A' ? [{ type: 'A', name: 'web.test', ttl: 1, data: '127.0.0.1' }] : [];
});
await using listener = await startTcpListener(undefined, { host: '0.0.0.0' });
using folder = createTempDir();
const env = {
  GREENROOM_RESOLV_CONF: folder.write('resolv.conf', `nameserver ${dns.nameserver}\n`),
  GREENROOM_HOSTS_FILE: folder.write('hosts', ''),
};
const volume = join(folder.path, 'volume');
const counts = { done: 0, stopped: 0, failed: 0 };

async function round(number: number): Promise<void> {
  faults = Math.floor(chance() * 4);
  body = oneOf(bodies);
  const path = join(volume, String(number % 8));
  const url = `http://web.test:${origin.port}`;
  const words = oneOf([
    ['fetch', `${url}/f`, path, '--connections', oneOf(['1', 'auto', '4'])],
    ['wait', `${url}/ready`, `tcp://web.test:${origin.port}`, 'dns://web.test'],
    ['wait', ...Array.from({ length: 40 }, (_, index) => `tcp://127.2.0.${index}:${listener.port}`), `${url}/`],
  ]);
  // silence of five seconds ends an attempt, here a quarter of one
  const step = parseStep([...words, '--timeout', '5s', '--deadline', '20m']);
  const stop = new AbortController();
  const { signal } = stop;
  const runtime = { clock, random: { next: chance }, log: memoryLog(), env, signal };
  const running = step.kind === 'wait' ? wait(step, runtime) : fetch(step, runtime);
  running.catch(() => {});
  // one in six is stopped, at any point
  if (chance() < 1 / 6) {
    await Promise.race([sleep(chance() * 60), running.catch(() => {})]);
    stop.abort(new Failure('TERMINATED', 'stopped'));
  }
  await running.then(
    () => counts.done++,
    (failure: Failure) => {
      if (failure.code === 'TERMINATED') {
        orphan();
        return counts.stopped++;
      }
      process.stderr.write(`round ${number} (${words[0]}): ${failure.code}: ${failure.message.slice(0, 200)}\n`);
      return counts.failed++;
    },
  );
}

/** Rounds share a process, which is alive: makes what they left that of a dead one, for the next to go on with. */
function orphan(): void {
  const room = join(volume, '.greenroom');
  if (!existsSync(room)) return;
  for (const name of readdirSync(room).filter((one) => /\.[0-9a-f]{12}\.json$/.test(one))) {
    const state = JSON.parse(readFileSync(join(room, name), 'utf8'));
    writeFileSync(join(room, name), JSON.stringify({ ...state, owner: { ...state.owner, started: 'over' } }));
  }
}

/** What the process holds when it has nothing to do. */
async function look(atRound: number): Promise<Sample> {
  // what the servers remember
  for (const memory of [origin.requests, dns.questions]) (memory as unknown[]).length = 0;
  // what was given up closes after the round that gave it up
  await sleep(300);
  for (let times = 0; times < 3; times++) {
    collect();
    await sleep(20);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  const files = existsSync(volume) ? readdirSync(volume, { recursive: true }) : [];
  return {
    atRound,
    descriptors: readdirSync('/proc/self/fd').length,
    heapBytes: heapUsed,
    externalBytes: external,
    residentBytes: rss,
    listeners: process.getActiveResourcesInfo().length,
    files: files.length,
  };
}

const startMs = systemClock.now();
const passedMs = () => systemClock.now() - startMs;
const lengthMs = minutes * 60_000;
const samples: Sample[] = [];
let rounds = 0;
process.stderr.write(`soak of ${minutes} min, seed ${seed}\n`);
for (let nextMs = 0; passedMs() < lengthMs; ) {
  await round(rounds++);
  if (passedMs() < nextMs) continue;
  samples.push(await look(rounds));
  nextMs = passedMs() + lengthMs / 40;
}

const rows = slopes(samples).map(({ name, start, end, slope, verdict }: Level) => [name, start, end, slope, verdict]);
const model = cpus()[0]?.model ?? '';
const left = existsSync(volume) ? readdirSync(volume, { recursive: true }).map(String) : [];
const temporary = left.filter((name) => name.endsWith('.part')).length;
writeFileSync(
  join(import.meta.dirname, 'soak.md'),
  `# Wear, measured

\`npm run bench -- soak\` rewrites this page. ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} × ${model}, ${process.platform}.

This run lasted ${minutes} minutes and says nothing about a longer one (\`GREENROOM_SOAK_MINUTES\`, 60 where it is not set). Seed ${seed}.

${rounds} rounds in one process, of the helper's own code against servers on loopback: downloads over one and several connections, waits for up to 41 targets. Up to three answers of a round go wrong (connections cut, reset and hung up, silence, 503; SERVFAIL, silence, truncation, refusal and "no such name" from the name server), and one in six is stopped at a point that chance chooses, to be gone on with by a later one. The helper's clock runs ${haste} times as fast. ${counts.done} rounds were done, ${counts.stopped} were stopped, ${counts.failed} failed.

The process is looked at ${samples.length} times, at rest and after garbage collection. The first quarter, in which the caches of V8 fill, is left out; start and end are the medians of the first and the last third of the rest. The slope is the median of those between all pairs of looks (Theil-Sen); it counts as level while what it would add over the whole of the rest is less than what stands in the last column.

${markdownTable(['at rest', 'at the start', 'at the end', 'slope', 'verdict'], rows)}

Partial files on the volume at the end, left by rounds that were stopped, for the next to go on with: ${temporary}. Memory holds the servers and the rounds' logs as well: it is the slope that counts.
`,
);
process.stderr.write(readFileSync(join(import.meta.dirname, 'soak.md'), 'utf8'));
process.exit(counts.failed === 0 ? 0 : 1);
