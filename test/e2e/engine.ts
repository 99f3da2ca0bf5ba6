// Finds a Docker engine; as root on a Debian machine that has none, installs and starts one. Says all that it changes.

import { spawn } from 'node:child_process';
import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { output, run, say } from './processes.ts';

const log = '/var/log/dockerd.log';
const daemonSettings = '/etc/docker/daemon.json';
const runtime = '/usr/local/sbin/runc-bounded';

export const engineRuns = async (): Promise<boolean> =>
  (await output('docker', ['version', '--format', '{{.Server.Version}}'])) !== undefined;

/** Cgroup v1 decides against kind's own node images: their systemd no longer boots there. */
export const engineHasCgroup2 = async (): Promise<boolean> =>
  (await output('docker', ['info', '--format', '{{.CgroupVersion}}']))?.trim() === '2';

/** What keeps this machine from getting an engine by `ensureEngine`; undefined: nothing does. */
export function whyNoEngineHere(): string | undefined {
  if (process.platform !== 'linux' || !existsSync('/etc/debian_version')) return 'this is not a Debian machine';
  if (process.getuid?.() !== 0) return 'that takes root';
  return undefined;
}

/** @throws Error that says what to do, where no engine runs and none can be started */
export async function ensureEngine(signal: AbortSignal): Promise<void> {
  if (await engineRuns()) return;
  const why = whyNoEngineHere();
  if (why !== undefined)
    throw new Error(`No Docker engine answers, and none can be installed here (${why}): start one.`);
  await ensurePackages({ dockerd: 'docker.io', iptables: 'iptables', mmdebstrap: 'mmdebstrap', jq: 'jq' }, signal);
  if (!hasCapability('CapBnd', sysResource)) boundRuntime();
  await startDaemon(signal);
}

/** Installs what is missing. @param packages by a program of theirs */
export async function ensurePackages(packages: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
  const missing: string[] = [];
  for (const [program, name] of Object.entries(packages)) {
    if ((await output('sh', ['-c', `command -v ${program}`])) === undefined) missing.push(name);
  }
  if (missing.length === 0) return;
  say(`Installing Debian's ${missing.join(', ')} …`);
  const quiet = { signal, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, quiet: true };
  await run('apt-get', ['update', '-q'], quiet);
  await run('apt-get', ['install', '-qy', '--no-install-recommends', ...missing], quiet);
}

const sysResource = 24n; // capabilities(7): CAP_SYS_RESOURCE

function hasCapability(set: 'CapBnd', bit: bigint): boolean {
  const mask = new RegExp(`^${set}:\\s*([0-9a-f]+)`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return mask === undefined || ((BigInt(`0x${mask}`) >> bit) & 1n) === 1n;
}

/** Without the capability runc starts no privileged container, which asks for all: the wrapper takes it off the list. */
function boundRuntime(): void {
  if (existsSync(daemonSettings)) return; // somebody's own settings: theirs to change
  say(`This machine lacks CAP_SYS_RESOURCE: Docker gets a runtime that does not ask for it (${runtime}).`);
  copyFileSync(join(import.meta.dirname, 'runc-bounded'), runtime);
  mkdirSync('/etc/docker', { recursive: true });
  writeFileSync(
    daemonSettings,
    `${JSON.stringify({ 'default-runtime': 'bounded', runtimes: { bounded: { path: runtime } } }, null, 2)}\n`,
  );
}

async function startDaemon(signal: AbortSignal): Promise<void> {
  const file = openSync(log, 'a');
  const daemon = spawn('dockerd', [], { detached: true, stdio: ['ignore', file, file] });
  closeSync(file);
  const ended = new Promise<string>((resolve) => {
    daemon.on('error', (error) => resolve(error.message));
    daemon.on('exit', (code) => resolve(`exit code ${code}`));
  });
  daemon.unref();
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(60_000)]);
  while (!(await engineRuns())) {
    // the socket's file says nothing of who listens: asking is the only way to know
    const end = await Promise.race([ended, delay(200, undefined)]);
    if (end !== undefined || deadline.aborted)
      throw new Error(`dockerd does not start (${end ?? 'no answer'}): see ${log}`);
  }
  say(`Started dockerd (process ${daemon.pid}, log ${log}); it stays, for the next run.`);
}
