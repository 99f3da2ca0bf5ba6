// The helper beside curl, wget and aria2: what becomes of a download when things go wrong, and how fast it is when
// they don't. Rewrites downloads.md. BENCH_MIB: how large the file of the race is (default 1024).
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { markdownTable } from '../support/generated-section.ts';
import { root } from '../support/read-imports.ts';
import { clients } from './download-clients.ts';
import { measureFaults } from './download-faults.ts';
import { measureRace } from './download-race.ts';

const versionOf = (command: readonly string[]) => {
  const [program = '', ...args] = command;
  const { stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return /\d+\.\d+(?:\.\d+)?/.exec(stdout ?? '')?.[0];
};
const tools = { curl: ['curl', '--version'], wget: ['wget', '--version'], aria2: ['aria2c', '--version'] };
const versions = Object.entries(tools).map(([name, command]) => [name, versionOf(command)] as const);
const missing = versions.filter(([, version]) => version === undefined).map(([name]) => name);
if (missing.length > 0) {
  process.stderr.write(`not installed: ${missing.join(', ')}; on Debian: apt-get install curl wget aria2 time\n`);
  process.exit(1);
}

const megabytes = Number(process.env.BENCH_MIB ?? 1024);
const faults = await measureFaults();
const race = await measureRace(megabytes, 3);
const page = `# Downloads, measured

\`npm run bench -- downloads\` rewrites this page. Node ${process.versions.node}, ${versions.map(([name, version]) => `${name} ${version}`).join(', ')}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, over loopback.

## When things go wrong

An object of 8 MiB; the first answer is cut after 3 MiB where nothing else is said. *ok*: the whole of one version.
**MIX**: success reported, the right length, bytes of two versions. *short*: success reported, a part of the file. A
number: the exit code of a failure, with nothing wrong in place. \`left\`: the same, and a part of the file, or an error
page, under the file's name. Commands that resume in a second run get three of them.

${markdownTable(['what happens', ...clients.map(({ name }) => name)], faults)}

${clients.map(({ name, shown }) => `- **${name}**: \`${shown}\``).join('\n')}

## When nothing goes wrong

${megabytes} MiB to disk, three rounds in turn; the median of each. The helper computes SHA-256 and flushes to disk
before it is done; the others do so only where it is said. Ratios are of the time of curl in the same run; on a
machine that does other things meanwhile, the processor's time says more than the clock's.

${race}
`;
writeFileSync(join(root, 'test/bench/downloads.md'), page);
process.stderr.write(page);
