// The built CLI as a child process: what it printed on which stream, and how it ended.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './read-imports.ts';

export const cliProgram = join(root, 'dist/cli/greenroom.js');

export interface CliOptions {
  /** What it reads from standard input. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Its current folder; default: the repository. */
  readonly folder?: string;
}

export interface CliEnd {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly child: ChildProcess;
  /** Resolves with the first line on stderr, read or yet to come, that holds the text. */
  readonly said: (text: string) => Promise<string>;
  readonly ended: Promise<CliEnd>;
}

export function startCli(
  args: readonly string[],
  { input = '', env = {}, folder = root }: CliOptions = {},
): RunningCli {
  const child = spawn(process.execPath, [cliProgram, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // it may end without having read all
  child.stdin.on('error', () => {}).end(input);
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const lines: string[] = [];
  const waiting: { readonly text: string; readonly resolve: (line: string) => void }[] = [];
  createInterface(child.stderr).on('line', (line) => {
    lines.push(line);
    for (const { text, resolve } of waiting) if (line.includes(text)) resolve(line);
  });
  const ended = new Promise<CliEnd>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
  const said = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const line = lines.find((candidate) => candidate.includes(text));
      if (line !== undefined) return resolve(line);
      waiting.push({ text, resolve });
      ended.then(() => reject(new Error(`the CLI ended without saying ${JSON.stringify(text)}:\n${stderr}`)));
    });
  return { child, said, ended };
}

/** Runs the CLI to its end. */
export function runCli(args: readonly string[], options?: CliOptions): Promise<CliEnd> {
  return startCli(args, options).ended;
}
