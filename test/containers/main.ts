// The containers tier: the built image under plain Docker, among real servers. `node test/containers/main.ts [FILE…]`
// runs some of its files only. Pulls nothing, and installs an engine only where CI is set; removes what it made, also
// after Ctrl-C.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { engineRuns, ensureEngine, ensurePackages, whyNoEngineHere } from '../e2e/engine.ts';
import { attempt, output, run, say } from '../e2e/processes.ts';
import type { Readiness } from '../support/tier.ts';
import { removeAll, runLabel } from './docker.ts';

const here = import.meta.dirname;

const isCi = (process.env.CI ?? '') !== '';

/** Cheap: looks for an engine, and for what the servers' image is made with. Where CI is set, the tier brings both. */
export async function canRun(): Promise<Readiness> {
  if (isCi && whyNoEngineHere() === undefined) return { ready: true };
  const again = 'node test/containers/main.ts (2 min, the first time 2 more for the image of the servers)';
  if (!(await engineRuns())) {
    return { ready: false, reason: 'no Docker engine runs', cure: `start one (npm run e2e does), then ${again}` };
  }
  if ((await output('mmdebstrap', ['--version'])) === undefined) {
    const reason = 'mmdebstrap, which makes the image of the servers, is not here';
    return { ready: false, reason, cure: `on Debian or Ubuntu: apt-get install mmdebstrap, then ${again}` };
  }
  return { ready: true };
}

async function main(words: readonly string[]): Promise<number> {
  const readiness = await canRun();
  if (!readiness.ready) {
    say(`The containers tier cannot run: ${readiness.reason}. ${readiness.cure}`);
    return 1;
  }
  const files = globSync('*.test.ts', { cwd: here }).filter(
    (file) => words.length === 0 || words.some((word) => file.startsWith(word)),
  );
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(new Error(name)));
  const { signal } = stop;
  const tag = `greenroom-test/helper:${process.pid}`;
  const label = `${runLabel}=${process.pid}`;
  try {
    if (isCi) {
      await ensureEngine(signal);
      await ensurePackages({ mmdebstrap: 'mmdebstrap' }, signal);
    }
    say('Making the images (the servers’ takes two and a half minutes the first time) …');
    const servers = (await run(join(here, 'servers/build'), [], { signal })).trim();
    await run(process.execPath, [join(here, '../../images/helper/build.ts'), '--tag', tag], { signal, quiet: true });
    const env = {
      ...process.env,
      // it would pull an image that cleans up; the labels do
      TESTCONTAINERS_RYUK_DISABLED: 'true',
      CONTAINERS_HELPER: tag,
      CONTAINERS_SERVERS: servers,
      CONTAINERS_LABEL: label,
    };
    const args = ['--test', '--test-concurrency=2', ...files.toSorted().map((file) => join(here, file))];
    return (await attempt(process.execPath, args, { signal, env, show: true })).code;
  } finally {
    await removeAll(label);
    await attempt('docker', ['image', 'rm', tag], { quiet: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = await main(process.argv.slice(2)).catch((error: Error) => {
    say(error.message);
    return 1;
  });
}
