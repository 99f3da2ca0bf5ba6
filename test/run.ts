// `npm test`: every tier that this machine can run, in order of how soon it tells; then, loudly, what was not run.
// With words behind it (`npm test -- test/unit/helper/retry`) only the test files whose path begins with one of them.
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Readiness } from './support/tier.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const only = process.argv.slice(2);
const failed: string[] = [];
const notRun: string[] = [];

const say = (line: string) => process.stderr.write(`${line}\n`);

async function run(title: string, command: string, args: readonly string[]): Promise<void> {
  say(`\n== ${title}`);
  const startMs = performance.now();
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const stop = (signal: NodeJS.Signals) => child.kill(signal);
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const code = await new Promise<number>((resolve) => {
    child.on('error', (error) => {
      say(`${command}: ${error.message}`);
      resolve(1);
    });
    child.on('exit', (exitCode) => resolve(exitCode ?? 1));
  });
  process.off('SIGINT', stop).off('SIGTERM', stop);
  if (code !== 0) failed.push(title);
  say(
    `== ${title}: ${code === 0 ? 'passed' : `failed with exit code ${code}`} in ${Math.round((performance.now() - startMs) / 1_000)} s`,
  );
}

const bin = (name: string) => join(root, 'node_modules', '.bin', name);

async function runFiles(title: string, files: readonly string[]): Promise<void> {
  // two at a time: the tests of one file share its process, and small machines are common
  await run(title, process.execPath, ['--test', '--test-concurrency=2', ...files]);
}

async function runTier(name: string, program: string): Promise<void> {
  const { canRun } = (await import(join(root, program))) as { canRun: () => Promise<Readiness> };
  const readiness = await canRun();
  if (readiness.ready) await run(name, process.execPath, [program]);
  else notRun.push(`NOT RUN: ${name}: ${readiness.reason}. To run it: ${readiness.cure}`);
}

const files = globSync('test/{unit,architecture,golden,integration}/**/*.test.ts', { cwd: root }).toSorted();

if (only.length > 0) {
  await runFiles(
    'the tests named',
    files.filter((file) => only.some((path) => file.startsWith(path))),
  );
} else {
  await run('types', bin('tsc'), []);
  await run('format and lint', bin('biome'), ['check', '--error-on-warnings']);
  if ((process.env.CI ?? '') !== '') {
    const { prepare } = await import('./prepare.ts');
    for (const name of await prepare()) notRun.push(`NOT RUN: what needs ${name}, which could not be built`);
  }
  await runFiles('unit, golden, architecture and integration tests', files);
  await runTier('containers tier', 'test/containers/main.ts');
  await runTier('cluster tier', 'test/e2e/main.ts');
}

say('');
for (const line of notRun) say(line);
for (const title of failed) say(`FAILED: ${title}`);
if (failed.length === 0) say(notRun.length === 0 ? 'Everything passed.' : 'Everything that could be run passed.');
process.exitCode = failed.length === 0 ? 0 : 1;
