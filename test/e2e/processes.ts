// Runs other programs for the harness: each in a process group of its own, so that Ctrl-C reaches the harness alone,
// which then ends them in order.
import { type SpawnOptions, spawn } from 'node:child_process';
import { constants } from 'node:os';

export const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** What the program says is shown only if it fails. */
  readonly quiet?: boolean;
  /** Its stdout is passed on as it comes, not returned. */
  readonly show?: boolean;
}

export interface Outcome {
  /** 128 and more: ended by a signal. */
  readonly code: number;
  readonly stdout: string;
  /** What it said on stderr, where that was not passed on. */
  readonly stderr: string;
}

/** Runs a program to its end. Its stdout is returned; its stderr passed on, or held back if quiet. Rejects if it can't be started. */
export async function attempt(program: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  options.signal?.throwIfAborted();
  const settings: SpawnOptions = {
    detached: true,
    stdio: [
      options.input === undefined ? 'ignore' : 'pipe',
      options.show === true ? 'inherit' : 'pipe',
      options.quiet === true ? 'pipe' : 'inherit',
    ],
    ...(options.env === undefined ? {} : { env: options.env }),
  };
  const child = spawn(program, args, settings);
  const stop = () => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch {
      // it has ended meanwhile
    }
  };
  options.signal?.addEventListener('abort', stop);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin?.on('error', () => {}); // it may end without reading
  child.stdin?.end(options.input);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (exitCode, signal) => resolve(exitCode ?? 128 + constants.signals[signal ?? 'SIGKILL']));
    });
    options.signal?.throwIfAborted();
    return { code, stdout, stderr };
  } finally {
    options.signal?.removeEventListener('abort', stop);
  }
}

/** As `attempt`, and an exit code other than 0 is an error. @returns its stdout */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await attempt(program, args, options);
  if (code === 0) return stdout;
  const words = [stdout, stderr].map((text) => text.trim()).filter((text) => text !== '');
  throw new Error([`${program} ${args.join(' ')}: exit code ${code}`, ...words].join('\n'));
}

/** The stdout of a program that is asked something; undefined if it isn't there or fails. */
export async function output(
  program: string,
  args: readonly string[],
  timeoutMs = 20_000,
): Promise<string | undefined> {
  try {
    return await run(program, args, { quiet: true, signal: AbortSignal.timeout(timeoutMs) });
  } catch {
    return undefined;
  }
}
