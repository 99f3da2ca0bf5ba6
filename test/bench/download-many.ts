// Many small files from one origin, to disk, by each client in turn.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { markdownTable } from '../support/generated-section.ts';
import { helperProgram } from '../support/run-helper.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { asInImage } from './as-in-image.ts';

const bodyOf = (at: number) => Buffer.from(`file ${at} `.repeat(200 + (at % 500)));
const nameOf = (at: number) => `d${at % 50}/f${at}`;

interface Racer {
  readonly name: string;
  readonly words: (origin: string, folder: string) => readonly string[];
}

const racers: readonly Racer[] = [
  {
    name: 'greenroom-helper, SHA-256 and flushed',
    words: (origin, folder) => [
      ...[...asInImage, helperProgram, 'fetch', `${origin}/SHA256SUMS`, join(folder, 'out'), '--list'],
      ...['--log-level', 'error'],
    ],
  },
  { name: 'curl -Z', words: (_, folder) => ['curl', '-fsSZ', '--create-dirs', '-K', join(folder, 'curl')] },
  {
    name: 'wget -i',
    words: (_, folder) => ['wget', '-q', '-x', '-nH', '-P', join(folder, 'out'), '-i', join(folder, 'urls')],
  },
  {
    name: 'aria2c -j16',
    words: (_, folder) => ['aria2c', '-q', '-j16', '-d', join(folder, 'out'), '-i', join(folder, 'aria2')],
  },
];

/** @returns a section for the page */
export async function measureMany(count: number, rounds: number): Promise<string> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // removed at the end: ext4 passes over the inodes of removed files for a while, which whoever comes next would pay
  using folders = new DisposableStack();
  try {
    const origin = await firstLine(child);
    const samples = new Map(
      racers.map(({ name }) => [name, [] as { seconds: number; cpu: number; mebibytes: number }[]]),
    );
    for (let round = 0; round < rounds; round++) {
      for (const { name, words } of racers) {
        const folder = folders.use(createTempDir());
        writeLists(folder.path, origin, count);
        samples.get(name)?.push(await timed(words(origin, folder.path)));
      }
    }
    const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
    const rows = [...samples].map(([name, list]) => [
      name,
      `${median(list.map(({ seconds }) => seconds)).toFixed(1)} s`,
      `${median(list.map(({ cpu }) => cpu)).toFixed(1)} s`,
      `${Math.round(Math.max(...list.map(({ mebibytes }) => mebibytes)))} MiB`,
    ]);
    const head = ['client', 'time', 'processor', 'memory'];
    return `## Many small files\n\n${count} files of 1 to 7 KiB from one origin, ${rounds} rounds in turn; the median of each.\n\n${markdownTable(head, rows)}`;
  } finally {
    child.kill();
  }
}

function writeLists(folder: string, origin: string, count: number): void {
  const names = Array.from({ length: count }, (_, at) => nameOf(at));
  const lines = (line: (name: string) => string) => names.map(line).join('');
  writeFileSync(
    join(folder, 'urls'),
    lines((name) => `${origin}/${name}\n`),
  );
  writeFileSync(
    join(folder, 'aria2'),
    lines((name) => `${origin}/${name}\n out=${name}\n`),
  );
  writeFileSync(
    join(folder, 'curl'),
    lines((name) => `url = "${origin}/${name}"\noutput = "${join(folder, 'out', name)}"\n`),
  );
}

async function timed(words: readonly string[]) {
  const child = spawn('/usr/bin/time', ['-f', '%e %U %S %M', ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${words.slice(0, 2).join(' ')} … ended with ${code}: ${text.slice(-1000)}`);
  const [seconds = 0, user = 0, system = 0, kibibytes = 0] =
    text.trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
  return { seconds, cpu: user + system, mebibytes: kibibytes / 1024 };
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no stdout');
  const [line] = await once(createInterface(child.stdout), 'line');
  return line;
}

// started with a count: the origin, a process of its own
const [count] = process.argv.slice(2);
if (import.meta.main && count !== undefined) {
  const bodies = new Map(Array.from({ length: Number(count) }, (_, at) => [`/${nameOf(at)}`, bodyOf(at)]));
  const sum = (body: Buffer) => createHash('sha256').update(body).digest('hex');
  const list = [...bodies].map(([path, body]) => `${sum(body)}  ${path.slice(1)}\n`).join('');
  bodies.set('/SHA256SUMS', Buffer.from(list));
  const server = createServer(({ url = '' }, response) => {
    const body = bodies.get(url);
    response.writeHead(body === undefined ? 404 : 200, { 'content-length': body?.length ?? 0, etag: '"1"' });
    response.end(body);
  });
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
  });
}
