// The same file to disk by each client in turn: over loopback as fast as it goes, and over links that are slow.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { makeCertificate } from '../support/certificate.ts';
import { markdownTable } from '../support/generated-section.ts';
import { helperProgram } from '../support/run-helper.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { asInImage } from './as-in-image.ts';

interface Racer {
  readonly name: string;
  /** Whether it checks no certificates. */
  readonly plainOnly?: boolean;
  /** Whether it may use several connections. */
  readonly parallel?: boolean;
  readonly words: (url: string, path: string, ca: string, digest: string) => readonly string[];
}

const checked = (fetching: string, path: string, digest: string, after = 'true') => [
  ...['sh', '-c', `${fetching} && echo "${digest}  ${path}" | sha256sum -c --quiet && ${after}`],
];

const racers: readonly Racer[] = [
  {
    name: 'greenroom-helper, SHA-256 and flushed',
    parallel: true,
    words: (url, path, ca, digest) => [
      ...[...asInImage, helperProgram, 'fetch', url, path, '--sha256', digest],
      ...['--log-level', 'error', '--ca-file', ca],
    ],
  },
  { name: 'curl', words: (url, path, ca) => ['curl', '-fsS', '--cacert', ca, '-o', path, url] },
  {
    name: 'curl, then sha256sum',
    words: (url, path, ca, digest) => checked(`curl -fsS --cacert ${ca} -o ${path} ${url}`, path, digest),
  },
  {
    name: 'curl, then sha256sum, then sync',
    words: (url, path, ca, digest) =>
      checked(`curl -fsS --cacert ${ca} -o ${path} ${url}`, path, digest, `sync ${path}`),
  },
  { name: 'wget', words: (url, path, ca) => ['wget', '-q', `--ca-certificate=${ca}`, '-O', path, url] },
  { name: 'busybox wget', plainOnly: true, words: (url, path) => ['busybox', 'wget', '-q', '-O', path, url] },
  {
    name: 'aria2c -x16 -s16 -k1M',
    parallel: true,
    words: (url, path, ca) => [
      ...['aria2c', '-q', `--ca-certificate=${ca}`, '-x16', '-s16', '-k1M'],
      ...['-d', dirname(path), '-o', basename(path), url],
    ],
  },
];

/** What lies between server and client. */
export interface Link {
  readonly title: string;
  readonly scheme: 'http' | 'https';
  readonly megabytes: number;
  /** On each connection so many KiB every so many milliseconds. */
  readonly pace?: { readonly kibibytes: number; readonly everyMs: number };
}

export interface Sample {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly residentMiB: number;
}

/** @returns a table for the page, under its title */
export async function measureRace({ title, scheme, megabytes, pace }: Link, rounds: number): Promise<string> {
  using folder = createTempDir();
  const { cert, key } = makeCertificate(['localhost']);
  const ca = folder.write('ca.pem', cert);
  const server = fileURLToPath(new URL('./download-server.ts', import.meta.url));
  const words = [scheme, megabytes, pace?.kibibytes ?? 0, pace?.everyMs ?? 0].map(String);
  const child = spawn(process.execPath, [server, ...words], {
    env: { ...process.env, BENCH_CERT: cert, BENCH_KEY: key },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const { port, digest } = await firstLine(child);
    const url = `${scheme}://localhost:${port}/file`;
    // on a slow link one that fetches over one connection takes as long as any other
    const running = racers.filter(
      ({ plainOnly, parallel, name }) =>
        (scheme === 'http' || !plainOnly) && (pace === undefined || parallel || name === 'curl'),
    );
    const samples = new Map<string, Sample[]>(running.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const { name, words } of running) {
        using place = createTempDir();
        samples.get(name)?.push(await timed(words(url, join(place.path, 'file'), ca, digest)));
      }
    }
    return `### ${title}\n\n${table(samples, megabytes)}`;
  } finally {
    child.kill();
    await once(child, 'exit');
  }
}

function table(samples: ReadonlyMap<string, readonly Sample[]>, megabytes: number): string {
  const curl = median(samples.get('curl')?.map(({ seconds }) => seconds) ?? []);
  const rows = [...samples].map(([name, list]) => {
    const times = list.map((one) => one.seconds);
    const seconds = median(times);
    const perGiB = (median(list.map((one) => one.cpuSeconds)) * 1024) / megabytes;
    const resident = Math.max(...list.map((one) => one.residentMiB));
    return [
      name,
      `${Math.round(megabytes / seconds)} MiB/s`,
      `${seconds.toFixed(1)} (${Math.min(...times).toFixed(1)} to ${Math.max(...times).toFixed(1)})`,
      (seconds / curl).toFixed(2),
      perGiB.toFixed(2),
      `${Math.round(resident)} MiB`,
    ];
  });
  const head = [
    'client',
    'speed',
    'seconds, median and range',
    'time, of that of curl',
    'processor, seconds a GiB',
    'memory',
  ];
  return markdownTable(head, rows);
}

export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** Runs a command under time(1), which knows what its children used. */
export async function timed(words: readonly string[]): Promise<Sample> {
  const child = spawn('/usr/bin/time', ['-f', '%e %U %S %M', ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}: ${text}`);
  const [seconds = 0, user = 0, system = 0, kilobytes = 0] =
    text.trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
  return { seconds, cpuSeconds: user + system, residentMiB: kilobytes / 1024 };
}

export async function firstLine(child: ChildProcess): Promise<{ port: number; digest: string }> {
  if (child.stdout === null) throw new Error('no stdout');
  const [line] = await once(createInterface(child.stdout), 'line');
  return JSON.parse(line);
}
