// The CLI within this process: no start, no stream of the machine; what it said and how it ended.
import { run } from '../../cli/src/cli.ts';
import type { Writer } from '../../cli/src/streams.ts';
import type { Terminal } from '../../cli/src/terminal.ts';

export interface ShellOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly folder?: string;
  readonly programName?: string;
  /** The width of the terminal; by default there is none. */
  readonly columns?: number;
  /** Somebody who can be asked; by default nobody. */
  readonly openTerminal?: () => Promise<Terminal>;
}

export interface ShellEnd {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command line. The version is `test`. */
export async function runInShell(argv: readonly string[], options: ShellOptions = {}): Promise<ShellEnd> {
  const printed = { out: '', err: '' };
  const writer = (name: 'out' | 'err'): Writer => ({
    write: (text) => {
      printed[name] += text;
    },
    columns: options.columns,
    colours: false,
  });
  async function* input() {
    yield Buffer.from(options.input ?? '');
  }
  const exitCode = await run(argv, {
    programName: options.programName ?? 'greenroom',
    version: 'test',
    env: options.env ?? {},
    folder: options.folder ?? '/',
    streams: {
      in: input(),
      out: writer('out'),
      err: writer('err'),
      openTerminal: options.openTerminal,
    },
    stopSignal: () => new AbortController().signal,
  });
  return { exitCode, stdout: printed.out, stderr: printed.err };
}
