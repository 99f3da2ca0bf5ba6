// One process of a rehearsal, with everything that it starts itself: a group that is ended as a whole.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface ChildOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onLine: (line: string) => void;
}

export interface Child {
  /** The exit code, as Kubernetes writes it: 128 + number for a signal. Never rejects. */
  readonly ended: Promise<{ readonly exitCode: number; readonly fault: string | undefined }>;
  /** SIGTERM now, and SIGKILL after the grace period. */
  stop(graceMs: number): void;
}

const running = new Set<number>();

/** Kills what still runs, whatever went wrong before. */
export function killEveryChild(): void {
  for (const pid of running) signalGroup(pid, 'SIGKILL');
}

export function startChild({ program, args, folder, env, onLine }: ChildOptions): Child {
  const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const { pid } = child;
  if (pid !== undefined) running.add(pid);
  const lines = [child.stdout, child.stderr].map((stream) => readLines(stream, onLine));
  let killer: NodeJS.Timeout | undefined;

  const exited = new Promise<{ exitCode: number; fault: string | undefined }>((resolve) => {
    // what could not be started at all: as a shell says it
    child.once('error', (error) => resolve({ exitCode: 127, fault: error.message }));
    child.once('exit', (code, signal) =>
      resolve({ exitCode: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), fault: undefined }),
    );
  });
  const ended = exited.then(async (end) => {
    clearTimeout(killer);
    if (pid !== undefined) {
      // the container is gone with its process 1, and all that it started
      signalGroup(pid, 'SIGKILL');
      running.delete(pid);
    }
    await Promise.all(lines);
    return end;
  });
  return {
    ended,
    stop(graceMs) {
      if (pid === undefined || !running.has(pid)) return;
      signalGroup(pid, 'SIGTERM');
      killer ??= setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
    },
  };
}

/** Resolves when the stream has ended; what a handler throws is not caught here. */
function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine);
  return new Promise((resolve) => lines.once('close', resolve));
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // it is gone already
  }
}
