// A large file in the helper's own image, under a memory limit far below the file's size: whether it ends, and how much
// memory the process itself had at its peak (the rest of the limit is page cache, which the kernel takes back).
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createTempDir } from '../support/temp-dir.ts';
import { firstLine } from './download-race.ts';

const limit = '128m';

/** @returns a sentence for the page */
export async function measureMemory(gibibytes: number): Promise<string> {
  if (spawnSync('docker', ['info'], { stdio: 'ignore' }).status !== 0)
    return 'Not measured: there was no Docker engine.';
  execFileSync('npm', ['run', 'image', '--', '--tag', 'greenroom-test/bench:1'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  using folder = createTempDir();
  chmodSync(folder.path, 0o777);
  const server = fileURLToPath(new URL('./download-server.ts', import.meta.url));
  const child = spawn(process.execPath, [server, 'http', String(gibibytes * 1024)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const docker = (...words: readonly string[]) => execFileSync('docker', words, { encoding: 'utf8' }).trim();
  let container = '';
  try {
    const { port, digest } = await firstLine(child);
    container = docker(
      ...['run', '-d', '--network=host', `--memory=${limit}`, `--memory-swap=${limit}`, '-v', `${folder.path}:/data`],
      ...['greenroom-test/bench:1', 'fetch', `http://localhost:${port}/file`, '/data/file'],
      ...['--sha256', digest, '--deadline', '1h'],
    );
    const pid = docker('inspect', '-f', '{{.State.Pid}}', container);
    const startMs = performance.now();
    let peakMiB = 0;
    for (;;) {
      const peak = peakOf(pid);
      if (peak === undefined) break;
      peakMiB = Math.max(peakMiB, peak);
      await sleep(100);
    }
    const seconds = (performance.now() - startMs) / 1_000;
    const [exitCode, killed] = docker('inspect', '-f', '{{.State.ExitCode}} {{.State.OOMKilled}}', container).split(
      ' ',
    );
    const ended =
      exitCode === '0' ? 'ended well' : `ended with ${exitCode}${killed === 'true' ? ', out of memory' : ''}`;
    const speed = Math.round((gibibytes * 1024) / seconds);
    return `${gibibytes} GiB in a container with ${limit} of memory and no swap, digest and flush included: ${ended}, at ${speed} MiB/s; the
process itself had ${Math.round(peakMiB)} MiB at its peak.`;
  } finally {
    if (container !== '') spawnSync('docker', ['rm', '-f', container], { stdio: 'ignore' });
    child.kill();
    await once(child, 'exit');
  }
}

/** What the kernel says of a process, in MiB; undefined when it is over. */
function peakOf(pid: string): number | undefined {
  try {
    const peak = /VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return peak === undefined ? undefined : Number(peak) / 1024;
  } catch {
    return undefined;
  }
}
