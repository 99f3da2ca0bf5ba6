// What a command of the CLI is made of. yargs reads the flags; the help is drawn from the same data.
import type { InferredOptionTypes, Options, PositionalOptions } from 'yargs';
import type { Shell } from './shell.ts';
import type { Terminal } from './terminal.ts';

/** What yargs knows of a flag, and how its value is called in help. */
export interface Flag extends Options {
  readonly placeholder?: string;
  /** What a shell may offer, where other values are good as well. */
  readonly completes?: readonly string[];
  /** Told by `greenroom help COMMAND` alone: what `--help` says shall fit a screen. */
  readonly rare?: boolean;
}

export type Flags = Readonly<Record<string, Flag>>;

/** What yargs knows of an operand, and what it is called in help. */
export interface Positional extends PositionalOptions {
  readonly placeholder?: string;
  /** What a shell may offer, where other words are good as well. */
  readonly completes?: readonly string[];
}

export type Positionals = Readonly<Record<string, Positional>>;

/** One call of a command. */
export interface Call<Arguments = Readonly<Record<string, unknown>>> {
  readonly args: Arguments;
  /** The words behind `--`. */
  readonly rest: readonly string[];
  /** The steps of all `--wait` and `--fetch` flags, in the order of the command line. */
  readonly steps: readonly StepFlag[];
  readonly shell: Shell;
}

/** `--wait 'tcp://db:5432 --deadline 2m'`, as it was given. */
export interface StepFlag {
  readonly kind: 'wait' | 'fetch';
  readonly text: string;
}

export interface Command {
  /** As yargs takes it, such as `inject <inputs..>`. */
  readonly usage: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Command lines that begin with `greenroom`, each with what it does; the first also stands in the program's help. */
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  readonly positionals: Positionals;
  readonly flags: Flags;
  /** Called without a word by somebody at a terminal: asks for what `run` needs, and does the work. Throws Fault. */
  ask?(shell: Shell, terminal: Terminal): Promise<number>;
  /** Does the work and answers the exit code. Throws Fault. */
  run(call: Call): Promise<number>;
}

export const nameOf = ({ usage }: Command): string => usage.split(' ')[0] ?? '';

type Given<P extends Positionals, F extends Flags> = InferredOptionTypes<P & F>;

/** A command whose `run` gets its arguments typed by the flags that it declares. */
export function defineCommand<const P extends Positionals, const F extends Flags>(
  command: Omit<Command, 'positionals' | 'flags' | 'run'> & {
    readonly positionals: P;
    readonly flags: F;
    run(call: Call<Given<P, F>>): Promise<number>;
  },
): Command {
  return command as unknown as Command;
}
