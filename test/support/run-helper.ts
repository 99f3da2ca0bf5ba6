// The built helper as a child process, as a kubelet would start it: what it printed, how it ended, what it left.
import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './read-imports.ts';

export const helperProgram = join(root, 'dist/helper/greenroom-helper.js');

export interface HelperEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** The log, whole. */
  readonly stderr: string;
  /** The lines of the log that are JSON, read. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** The termination message; undefined where none was written. */
  readonly termination: string | undefined;
}

export interface RunningHelper {
  readonly child: ChildProcess;
  /** Resolves with the first line of the log, read or yet to come, that holds the text. */
  readonly logged: (text: string) => Promise<string>;
  readonly ended: Promise<HelperEnd>;
}

/**
 * Starts the helper with these arguments, and of the environment only PATH and what is given.
 * @param user the number of another user (and group) to run as; needs root
 */
export function startHelper(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  user?: number,
): RunningHelper {
  const folder = mkdtempSync(join(tmpdir(), 'greenroom-run-'));
  if (user !== undefined) chownSync(folder, user, user);
  const terminationLog = join(folder, 'termination-log');
  const child = spawn(process.execPath, [helperProgram, ...args], {
    env: { PATH: process.env.PATH, GREENROOM_TERMINATION_LOG: terminationLog, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(user !== undefined && { uid: user, gid: user }),
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const lines: string[] = [];
  let waiting: { text: string; resolve: (line: string) => void }[] = [];
  createInterface(child.stderr).on('line', (line) => {
    lines.push(line);
    for (const { text, resolve } of waiting) if (line.includes(text)) resolve(line);
    waiting = waiting.filter(({ text }) => !line.includes(text));
  });
  const ended = new Promise<HelperEnd>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      const termination = existsSync(terminationLog) ? readFileSync(terminationLog, 'utf8') : undefined;
      rmSync(folder, { recursive: true });
      resolve({ exitCode, signal, stdout, stderr: lines.join('\n'), log: lines.flatMap(readLine), termination });
    });
  });
  const logged = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const line = lines.find((candidate) => candidate.includes(text));
      if (line !== undefined) return resolve(line);
      waiting.push({ text, resolve });
      ended.then(({ stderr }) =>
        reject(new Error(`the helper ended without saying ${JSON.stringify(text)}:\n${stderr}`)),
      );
    });
  return { child, logged, ended };
}

/** Runs the helper to its end. */
export function runHelper(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<HelperEnd> {
  return startHelper(args, env).ended;
}

function readLine(line: string): Record<string, unknown>[] {
  try {
    return [JSON.parse(line) as Record<string, unknown>];
  } catch {
    return [];
  }
}
