// Archives over a link of 100 MiB/s: unpacked while they come, beside the archive alone and beside curl and tar.
// Rewrites unpack.md. BENCH_MIB: of the large file (default 300); BENCH_ROUNDS: default 5; BENCH_BEFORE: the
// greenroom-helper.js of another build, measured in turn with this one.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { markdownTable } from '../support/generated-section.ts';
import { tarOf } from '../support/raw-archives.ts';
import { root } from '../support/read-imports.ts';
import { helperProgram } from '../support/run-helper.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { asInImage } from './as-in-image.ts';
import { firstLine, median, type Sample, timed } from './download-race.ts';

const megabytes = Number(process.env.BENCH_MIB ?? 300);
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const before = process.env.BENCH_BEFORE;
const loadBefore = loadavg()[0] ?? 0;

type Words = (url: string, folder: string, digest: string) => readonly string[];

const helper =
  (program: string, ...also: string[]): Words =>
  (url, folder, digest) => [
    ...[...asInImage, program, 'fetch', url, join(folder, 'out'), '--sha256', digest],
    ...['--connections', '1', '--log-level', 'error', ...also],
  ];
const shell =
  (script: string): Words =>
  (url, folder, digest) => ['sh', '-ec', `cd ${folder}; ${script}`, 'sh', url, digest];
const checked =
  'curl -fsS -o archive "$1"; echo "$2  archive" | sha256sum -c --quiet; mkdir out; tar -xf archive -C out';

const racers: Readonly<Record<string, Words>> = {
  'greenroom-helper --unpack': helper(helperProgram, '--unpack'),
  ...(before !== undefined && { 'the build to compare with': helper(before, '--unpack') }),
  'greenroom-helper, the archive alone': helper(helperProgram),
  'curl, sha256sum, tar -x': shell(checked),
  'the same, flushed': shell(`${checked}; find out -type f -exec sync {} +`),
};

const archives: Readonly<Record<string, () => Buffer>> = {
  [`tar of one file of ${megabytes} MiB`]: () => tarOf({ name: 'model', content: randomBytes(megabytes << 20) }),
  [`tar.gz of one file of ${megabytes} MiB that does not compress`]: () =>
    gzipSync(tarOf({ name: 'model', content: randomBytes(megabytes << 20) }), { level: 1 }),
  'tar.zst of 2,000 files of 40 KiB': () =>
    zstdCompressSync(
      tarOf(
        ...Array.from({ length: 2_000 }, (_, at) => ({
          name: `site/d${at % 40}/f${at}`,
          content: randomBytes(10 << 10)
            .toString('hex')
            .repeat(2),
        })),
      ),
    ),
};

async function measure(title: string, archive: Buffer): Promise<string> {
  using folder = createTempDir();
  const server = fileURLToPath(new URL('./download-server.ts', import.meta.url));
  // 1 MiB every 10 ms
  const child = spawn(process.execPath, [server, 'http', '1', '1024', '10'], {
    env: { ...process.env, BENCH_FILE: folder.write('archive', archive) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const { port, digest } = await firstLine(child);
    const samples = new Map<string, Sample[]>(Object.keys(racers).map((name) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [name, words] of Object.entries(racers)) {
        using place = createTempDir();
        samples.get(name)?.push(await timed(words(`http://localhost:${port}/file`, place.path, digest)));
      }
    }
    const [first] = [...samples.values()].map((list) => median(list.map(({ seconds }) => seconds)));
    const rows = [...samples].map(([name, list]) => {
      const times = list.map(({ seconds }) => seconds);
      return [
        name,
        `${median(times).toFixed(1)} (${Math.min(...times).toFixed(1)} to ${Math.max(...times).toFixed(1)})`,
        (median(times) / (first ?? 1)).toFixed(2),
        `${median(list.map(({ cpuSeconds }) => cpuSeconds)).toFixed(1)} s`,
        `${Math.round(Math.max(...list.map(({ residentMiB }) => residentMiB)))} MiB`,
      ];
    });
    const size = `${Math.round(archive.length / (1 << 20))} MiB`;
    const head = ['client', 'seconds, median and range', 'time, of that of the first', 'processor', 'memory'];
    return `## ${title} (${size})\n\n${markdownTable(head, rows)}`;
  } finally {
    child.kill();
    await once(child, 'exit');
  }
}

const tables: string[] = [];
for (const [title, make] of Object.entries(archives)) {
  tables.push(await measure(title, make()));
  process.stderr.write(`${tables.at(-1)}\n`);
}
const page = `# Archives, measured

\`npm run bench -- unpack\` rewrites this page. Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, ${rounds} rounds in turn. Load of the machine when it began: ${loadBefore.toFixed(1)}, when it ended: ${(loadavg()[0] ?? 0).toFixed(1)}.

Over one connection on which the server sends 1 MiB every 10 ms. The helper verifies SHA-256 and flushes every file
before the folder appears; the others do so only where it is said. *The archive alone* is the same download without
\`--unpack\`: what it takes less is what unpacking adds.${before === undefined ? '' : ' *The build to compare with* unpacks when the archive is whole and verified (`BENCH_BEFORE`).'}

${tables.join('\n\n')}
`;
writeFileSync(join(root, 'test/bench/unpack.md'), page);
process.stderr.write(page);
