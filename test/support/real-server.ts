// Real servers from Debian's packages, started by the test on a free port of loopback, with a folder of their own.
// Where one is not installed, its tests are left out and say by name what would bring them.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** Where Debian puts servers that are not for every user's PATH. */
const serverFolders = [
  '/usr/sbin',
  '/usr/lib/postgresql/17/bin',
  '/usr/lib/postgresql/15/bin',
  '/usr/lib/rabbitmq/bin',
];

/** The path of a program, if it is installed. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...serverFolders];
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Options of a test that needs a program: left out, with the cure, where it is missing. */
export function needs(program: string, debianPackage: string): { readonly skip: string | false } {
  return {
    skip: findProgram(program) === undefined && `LEFT OUT: ${program} is missing (apt-get install ${debianPackage})`,
  };
}

interface User {
  readonly uid?: number;
  readonly gid?: number;
}

/** For programs that lie in the home folder of whoever runs the tests, which nobody else may look into. */
export const whoeverRunsTests: User = {};

// most servers refuse to run as root; nobody is nobody everywhere
const nobody: User = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** Gives a folder to the user that servers run as. */
export function giveToServer(folder: string): void {
  if (nobody.uid !== undefined && nobody.gid !== undefined) chownSync(folder, nobody.uid, nobody.gid);
}

/** Runs a program of a server package to its end, as the user that servers run as. */
export async function runTool(program: string, args: readonly string[], user: User = nobody): Promise<void> {
  await promisify(execFile)(findProgram(program) ?? program, [...args], { ...user, cwd: '/' });
}

/** The same, with something to read from its standard input. */
export async function feedTool(program: string, args: readonly string[], input: string): Promise<void> {
  const running = promisify(execFile)(findProgram(program) ?? program, [...args], { ...nobody, cwd: '/' });
  running.child.stdin?.end(input);
  await running;
}

export interface RealServer extends AsyncDisposable {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  output(): string;
  /** Ends it, by SIGKILL unless said otherwise, and waits until it is gone. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a server; it is killed, with what it started itself, when the test is over. */
export function startServer(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  user: User = nobody,
): RealServer {
  const child = spawn(findProgram(program) ?? program, [...args], {
    ...user,
    env: { PATH: process.env.PATH, ...env },
    cwd: '/',
    // a group of its own: servers have children
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (piece: Buffer) => {
      output += piece.toString('utf8');
    });
  }
  const ended = once(child, 'exit').catch(() => {});
  const end = async (signal: NodeJS.Signals = 'SIGKILL') => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, signal);
    await ended;
  };
  return { child, output: () => output, end, [Symbol.asyncDispose]: () => end() };
}
