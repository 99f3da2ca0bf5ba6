// npm run e2e [-- CASE...]: the cases of cases/ on a real cluster, set up from nothing. CASE: the beginning of a name.
// KEEP=1 keeps the cluster for the next run; GREENROOM_E2E_KUBERNETES=1.34 takes another version.
import { globSync, mkdtempSync, readdirSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Readiness } from '../support/tier.ts';
import { Cluster, keep } from './cluster.ts';
import { engineRuns, ensureEngine, ensurePackages, whyNoEngineHere } from './engine.ts';
import { ensureNodeImage, kubernetes, nodeImageIsAtHand } from './node-image.ts';
import { attempt, run, say } from './processes.ts';

const root = join(import.meta.dirname, '../..');

/** Cheap: installs, builds and pulls nothing. Where CI is set, the tier runs whatever it has to make first. */
export async function canRun(): Promise<Readiness> {
  const cure = 'npm run e2e (the first time about 15 min on two cores: it builds what no registry gives; then 5)';
  const isCi = (process.env.CI ?? '') !== '';
  if (!(await engineRuns())) {
    const why = whyNoEngineHere();
    if (isCi && why === undefined) return { ready: true };
    return {
      ready: false,
      reason: 'no Docker engine runs',
      cure: why === undefined ? cure : `start one (${why}), then ${cure}`,
    };
  }
  if (isCi || (await nodeImageIsAtHand())) return { ready: true };
  return { ready: false, reason: 'the node image is neither here nor to be pulled', cure };
}

async function ensureImages(signal: AbortSignal): Promise<{ stage: string; helper: string }> {
  await ensurePackages({ mmdebstrap: 'mmdebstrap' }, signal);
  const stage = await run(join(import.meta.dirname, 'stage/build'), [process.execPath], { signal });
  await run(process.execPath, [join(root, 'images/helper/build.ts')], { signal, quiet: true });
  const { version } = (await import(join(root, 'package.json'), { with: { type: 'json' } })).default as {
    version: string;
  };
  return { stage: stage.trim(), helper: `greenroom/helper:${version}` };
}

/** @returns the exit code */
async function runCases(
  files: readonly string[],
  atOnce: number,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<number> {
  if (files.length === 0) return 0;
  const args = ['--test', `--test-concurrency=${atOnce}`, '--test-reporter=spec', ...files];
  const { code } = await attempt(process.execPath, args, { signal, env: environment, show: true });
  return code;
}

async function main(words: readonly string[], signal: AbortSignal): Promise<number> {
  // what only measures is run when it is asked for: npm run bench -- pod-start
  const folders = words[0] === 'measure' ? 'measure/' : 'cases/{,alone/}';
  const names = words[0] === 'measure' ? words.slice(1) : words;
  const all = globSync(`${folders}*.e2e.ts`, { cwd: import.meta.dirname }).toSorted();
  const chosen = all.filter(
    (file) => names.length === 0 || names.some((word) => basename(file).startsWith(basename(word))),
  );
  if (chosen.length === 0) {
    say(
      `No case begins with ${names.join(' or ')}; there are:\n${all.map((file) => basename(file, '.e2e.ts')).join('\n')}`,
    );
    return 2;
  }
  await ensureEngine(signal);
  const node = await ensureNodeImage(signal);
  const images = await ensureImages(signal);
  const cluster = new Cluster(node);
  const failures = mkdtempSync(join(tmpdir(), 'greenroom-e2e-'));
  let code = 1;
  const timer = startTimer();
  try {
    await cluster.ensure(signal);
    await cluster.load([images.stage, images.helper], signal);
    say(`${timer()} Cluster ${cluster.name} (Kubernetes ${kubernetes}) is ready.`);
    const environment = {
      ...cluster.environment,
      GREENROOM_E2E_STAGE: images.stage,
      GREENROOM_E2E_HELPER: images.helper,
      GREENROOM_E2E_KUBERNETES: kubernetes,
      GREENROOM_E2E_NODE: cluster.node,
      GREENROOM_E2E_FAILURES: failures,
    };
    const [together = [], alone = []] = [false, true].map((isAlone) =>
      chosen.filter((file) => file.includes('/alone/') === isAlone).map((file) => join(import.meta.dirname, file)),
    );
    // most of a case is waiting for the kubelet: more at once than there are cores
    code = await runCases(together, 3 * availableParallelism(), environment, signal);
    // these would disturb the others: they take something away from the whole cluster
    code ||= await runCases(alone, 1, environment, signal);
    say(`${timer()} ${chosen.length} cases have run.`);
  } finally {
    if (code !== 0 && !signal.aborted) {
      await cluster.exportLogs(join(failures, 'cluster'));
      say(`Events, descriptions and logs of what failed: ${failures} (${readdirSync(failures).join(', ')})`);
    }
    if (keep)
      say(`Kept: export KUBECONFIG=${cluster.kubeconfig}; to remove it: kind delete cluster --name ${cluster.name}`);
    else await cluster.delete();
  }
  return code;
}

function startTimer(): () => string {
  const startMs = performance.now();
  return () => `[${Math.round((performance.now() - startMs) / 1_000)} s]`;
}

if (import.meta.main) {
  const stopped = new AbortController();
  // (npm and the shell may pass the same signal on several times; what was made is removed once)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!stopped.signal.aborted) say(`${signal}: removing what this run made …`);
      stopped.abort();
    });
  }
  try {
    process.exitCode = await main(process.argv.slice(2), stopped.signal);
  } catch (error) {
    if (stopped.signal.aborted) process.exitCode = 130;
    else {
      say(error instanceof Error ? error.message : String(error));
      process.exitCode = 1;
    }
  }
}
