// What a start costs: `wait` on a target that is ready, beside Node that does nothing and what others use. Rewrites
// start.md. Each round runs all of them once, and ratios are taken within a round: other load falls on all alike.
// GREENROOM_BENCH_ROUNDS: how many rounds (default 40).
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { markdownTable } from '../support/generated-section.ts';
import { root } from '../support/read-imports.ts';
import { helperProgram } from '../support/run-helper.ts';
import { imageOptions } from './as-in-image.ts';

interface Contestant {
  readonly name: string;
  readonly command: (port: number) => readonly string[];
  /** The same while there is nothing at the port, for its memory; default: it waits by itself. */
  readonly waiting?: readonly string[];
  /** Its instructions can be counted under valgrind: it is Node. */
  readonly isNode?: boolean;
}

const node = process.execPath;
const connect = "require('node:net').connect(PORT, '127.0.0.1', () => process.exit())";
const entrypoint = [node, ...imageOptions, helperProgram];
const forever = (attempt: string) => `until ${attempt}; do sleep 1; done 2>/dev/null`;
const base: Contestant = {
  name: 'node -e 0',
  command: () => [node, '-e', '0'],
  waiting: [node, '-e', 'setInterval(() => {}, 1e6)'],
  isNode: true,
};
const contestants: readonly Contestant[] = [
  base,
  {
    name: 'node, a bare connect',
    command: (port) => [node, '-e', connect.replace('PORT', String(port))],
    waiting: [node, '-e', `setInterval(() => ${connect.replace('PORT', '9')}.on('error', () => {}), 1e3)`],
    isNode: true,
  },
  {
    name: 'greenroom-helper wait tcp://',
    command: (port) => [node, helperProgram, 'wait', `tcp://127.0.0.1:${port}`],
    isNode: true,
  },
  {
    name: 'the same with the options of the image',
    command: (port) => [...entrypoint, 'wait', `tcp://127.0.0.1:${port}`],
    isNode: true,
  },
  {
    name: 'greenroom-helper wait http://',
    command: (port) => [node, helperProgram, 'wait', `http://127.0.0.1:${port}/`],
    isNode: true,
  },
  {
    name: 'busybox nc',
    command: (port) => ['busybox', 'nc', '127.0.0.1', String(port), '-e', 'true'],
    waiting: ['busybox', 'sh', '-c', forever('busybox nc 127.0.0.1 9 -e true')],
  },
  {
    name: 'bash, /dev/tcp',
    command: (port) => ['bash', '-c', `: < /dev/tcp/127.0.0.1/${port}`],
    waiting: ['bash', '-c', forever('(: < /dev/tcp/127.0.0.1/9)')],
  },
  { name: 'wait4x tcp', command: (port) => ['wait4x', 'tcp', `127.0.0.1:${port}`, '--quiet'] },
  { name: 'dockerize -wait', command: (port) => ['dockerize', '-wait', `tcp://127.0.0.1:${port}`] },
  { name: 'initium wait-for', command: (port) => ['initium', 'wait-for', '--target', `tcp://127.0.0.1:${port}`] },
];

// nothing of this bench's own settings, which the helper would take for misspelt ones of its own
const env = { PATH: process.env.PATH };
const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const here = contestants.filter(({ command }) => has(command(0)[0] ?? ''));
const missing = contestants.filter((one) => !here.includes(one)).map(({ name }) => name);

/** A server in a thread of its own: this one is busy with waiting for the programs to end. */
async function startTarget(): Promise<{ port: number; stop: () => Promise<unknown> }> {
  const worker = new Worker(
    `const { createServer } = require('node:http');
     const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1', () =>
       require('node:worker_threads').parentPort.postMessage(server.address()));`,
    { eval: true },
  );
  const { port } = await new Promise<AddressInfo>((resolve) => worker.once('message', resolve));
  return { port, stop: () => worker.terminate() };
}

function timeMs([program = '', ...args]: readonly string[]): number {
  const startMs = performance.now();
  const { status, stderr } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', env });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - startMs;
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) * share)] ?? Number.NaN;

/** Counted, not timed: nearly the same whatever else the machine does. Undefined without valgrind. */
function millionsOfInstructions(command: readonly string[]): number | undefined {
  if (!has('valgrind')) return undefined;
  const [program = '', ...args] = command;
  const tool = ['--tool=cachegrind', '--cache-sim=no', '--smc-check=all-non-file', '--cachegrind-out-file=/dev/null'];
  // threads of V8's own would make the number swing
  const words = [...tool, program, '--v8-pool-size=0', ...args];
  const { stderr } = spawnSync('valgrind', words, { encoding: 'utf8', env });
  return Number(/I\s+refs:\s+([\d,]+)/.exec(stderr)?.[1]?.replaceAll(',', '')) / 1e6;
}

/** The most memory that a process has had (VmHWM), once that has not grown for two seconds. */
async function peakMegabytes([program = '', ...args]: readonly string[]): Promise<number> {
  const child = spawn(program, args, { stdio: 'ignore', env });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let kilobytes = 0;
  for (let steady = 0; steady < 20; steady++) {
    await sleep(100);
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    const now = Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]);
    if (now > kilobytes) steady = 0;
    kilobytes = now;
  }
  child.kill('SIGKILL');
  await ended;
  return kilobytes / 1024;
}

const rounds = Number(process.env.GREENROOM_BENCH_ROUNDS ?? 40);
const target = await startTarget();
const times = here.map(() => [] as number[]);
const say = (line: string) => process.stderr.write(`${line}\n`);
say(`${rounds} rounds …`);
for (let round = -2; round < rounds; round++) {
  for (const [index, { command }] of here.entries()) {
    const elapsedMs = timeMs(command(target.port));
    // the first rounds only fill the page cache
    if (round >= 0) times[index]?.push(elapsedMs);
  }
}
const counts = here.map(({ name, command, isNode }) => {
  if (!isNode) return undefined;
  say(`counting the instructions of ${name} …`);
  const three = [1, 2, 3].map(() => millionsOfInstructions(command(target.port)));
  const known = three.filter((one) => one !== undefined);
  return known.length === 0 ? undefined : quantile(known, 0.5);
});
await target.stop();
const memory: (number | undefined)[] = [];
for (const { name, command, waiting } of here) {
  say(`memory of ${name} …`);
  // nothing listens at the port of discard
  memory.push(process.platform === 'linux' ? await peakMegabytes(waiting ?? command(9)) : undefined);
}

const baseTimes = times[0] ?? [];
const rows = here.map(({ name }, index) => {
  const own = times[index] ?? [];
  const ratios = own.map((elapsedMs, round) => elapsedMs / (baseTimes[round] ?? Number.NaN));
  const count = counts[index];
  return [
    name,
    quantile(own, 0.5).toFixed(1),
    `${quantile(own, 0.1).toFixed(1)} to ${quantile(own, 0.9).toFixed(1)}`,
    quantile(ratios, 0.5).toFixed(2),
    count === undefined ? '' : `${count.toFixed(0)} (${(count / (counts[0] ?? Number.NaN)).toFixed(2)})`,
    memory[index]?.toFixed(0) ?? '',
  ];
});
const page = `# Starts, measured

\`npm run bench -- start\` rewrites this page. ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, ${process.platform}; ${rounds} rounds, each of which runs every program once. The target is ready, on loopback.

${markdownTable(['program', 'median, ms', 'p10 to p90, ms', 'times `node -e 0`', 'instructions, millions (times)', 'memory, MB'], rows)}

The fourth column is the median of the ratios within a round. Instructions are counted by valgrind's cachegrind (median
of three), with V8's helper threads off; they swing less than times do.${missing.length === 0 ? '' : ` Not on the PATH, so left out: ${missing.join(', ')}.`}

Memory is the most that a program has had (VmHWM) while its target is not ready; of a shell, without what it runs.

What the difference means: a pod with one init container runs its app as soon with ours as with busybox
([pod-start.md](pod-start.md)), for the kubelet's own steps vary by more. It adds up where a node starts many pods at
once, as that much of a CPU for each.
`;
writeFileSync(join(root, 'test/bench/start.md'), page);
process.stdout.write(page);
