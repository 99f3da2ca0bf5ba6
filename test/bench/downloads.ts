// The helper beside curl, wget and aria2: what becomes of a download when things go wrong, and how fast it is when
// they don't. Rewrites downloads.md. BENCH_MIB: how large the file of the race is (default 1024); BENCH_GIB: that of the
// container with little memory (default 8); BENCH_ROUNDS: default 5.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { markdownTable } from '../support/generated-section.ts';
import { root } from '../support/read-imports.ts';
import { clients } from './download-clients.ts';
import { measureFaults } from './download-faults.ts';
import { measureMany } from './download-many.ts';
import { measureMemory } from './download-memory.ts';
import { type Link, measureRace } from './download-race.ts';

const loadBefore = loadavg()[0] ?? 0;
const versionOf = (command: readonly string[]) => {
  const [program = '', ...args] = command;
  const { stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return /\d+\.\d+(?:\.\d+)?/.exec(stdout ?? '')?.[0];
};
const tools = {
  curl: ['curl', '--version'],
  wget: ['wget', '--version'],
  aria2: ['aria2c', '--version'],
  busybox: ['busybox'],
};
const versions = Object.entries(tools).map(([name, command]) => [name, versionOf(command)] as const);
const missing = versions.filter(([, version]) => version === undefined).map(([name]) => name);
if (missing.length > 0) {
  process.stderr.write(
    `not installed: ${missing.join(', ')}; on Debian: apt-get install curl wget aria2 busybox time\n`,
  );
  process.exit(1);
}

const megabytes = Number(process.env.BENCH_MIB ?? 1024);
const gibibytes = Number(process.env.BENCH_GIB ?? 8);
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const pacedMegabytes = Math.min(megabytes, 256);
const links: readonly Link[] = [
  { title: 'http', scheme: 'http', megabytes },
  { title: 'https', scheme: 'https', megabytes },
  {
    title: 'A link that gives each connection 20 MiB/s',
    scheme: 'http',
    megabytes: pacedMegabytes,
    pace: { kibibytes: 205, everyMs: 10 },
  },
  {
    title: 'A link of 40 ms, with a window of 1 MiB',
    scheme: 'http',
    megabytes: pacedMegabytes,
    pace: { kibibytes: 1024, everyMs: 40 },
  },
];
const races: string[] = [];
for (const link of links) {
  races.push(await measureRace(link, rounds));
  process.stderr.write(`${races.at(-1)}\n`);
}
const memory = await measureMemory(gibibytes);
process.stderr.write(`${memory}\n`);
const many = await measureMany(10_000, rounds);
process.stderr.write(`${many}\n`);
const faults = await measureFaults();
const busy = loadavg()[0] ?? 0;
const page = `# Downloads, measured

\`npm run bench -- downloads\` rewrites this page. Node ${process.versions.node}, ${versions.map(([name, version]) => `${name} ${version}`).join(', ')}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}. Load of the machine when it began: ${loadBefore.toFixed(1)}, when it ended: ${busy.toFixed(1)}; on one that does other things meanwhile, ratios and processor seconds say more than speeds.

## When things go wrong

An object of 8 MiB; the first answer is cut after 3 MiB where nothing else is said. *ok*: the whole of one version.
**MIX**: success reported, the right length, bytes of two versions. *short*: success reported, a part of the file. A
number: the exit code of a failure, with nothing wrong in place. \`left\`: the same, and a part of the file, or an error
page, under the file's name. Commands that resume in a second run get three of them.

${markdownTable(['what happens', ...clients.map(({ name }) => name)], faults)}

${clients.map(({ name, shown }) => `- **${name}**: \`${shown}\``).join('\n')}

## When nothing goes wrong

To disk, ${rounds} rounds in turn; ${megabytes} MiB over loopback, ${pacedMegabytes} MiB over the slow links. The helper
computes SHA-256 and flushes to disk before it is done; the others do so only where it is said. Ratios are of the time of
curl in the same run. The slow links are the server's doing: on each connection it sends a burst in every interval, the
first one an interval after the request. The kernel's own (tc netem) would take a module that not every machine has, and
would slow the handshake too.

${races.join('\n\n')}

${many}

## Little memory

${memory}
`;
writeFileSync(join(root, 'test/bench/downloads.md'), page);
process.stderr.write(page);
