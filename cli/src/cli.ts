// From the words of the command line to a command and its exit code. yargs reads; it never prints and never exits.
import { prepareWords, restoreDashes } from './argv.ts';
import { type Call, type Command, nameOf } from './command.ts';
import { commandNames, findCommand } from './commands/find.ts';
import { commands } from './commands/index.ts';
import { exitCodes } from './exit-codes.ts';
import { Fault } from './fault.ts';
import { faultText } from './render/fault-text.ts';
import { commandHelp, programHelp } from './render/help-text.ts';
import type { Shell } from './shell.ts';

/** Runs one command line and answers the exit code; every fault has been told on `err` by then. */
export async function run(argv: readonly string[], shell: Shell): Promise<number> {
  try {
    return await runCommand(argv, shell);
  } catch (error) {
    const { programName, streams } = shell;
    if (error instanceof Fault) {
      streams.err.write(faultText(programName, error));
      return exitCodes[error.exit].code;
    }
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    streams.err.write(`${programName}: a bug, please report it with the input:\n${trace}\n`);
    return exitCodes.bug.code;
  }
}

async function runCommand(argv: readonly string[], shell: Shell): Promise<number> {
  if (argv[0] === '__complete') {
    const { complete } = await import('./completion/complete.ts');
    shell.streams.out.write(complete(argv.slice(1), commands));
    return exitCodes.success.code;
  }
  const { words, rest, steps } = prepareWords(argv);
  const { out, err } = shell.streams;
  const asked = words.some((word) => word === '--help' || word === '-h');
  const [first, second, third] = words.filter((word) => !word.startsWith('-'));

  if (words.length === 0) {
    err.write(programHelp(shell.programName, commands, err));
    return exitCodes.usage.code;
  }
  if (asked && first !== undefined && first !== 'help') {
    out.write(commandHelp(shell.programName, findCommand(first), out, 'usual'));
    return exitCodes.success.code;
  }
  if (asked || first === 'help') {
    out.write((await import('./help.ts')).help(shell.programName, second, third, out));
    return exitCodes.success.code;
  }
  if (words[0] === '--version' || words[0] === 'version') {
    out.write(`${shell.version}\n`);
    return exitCodes.success.code;
  }
  if (first === undefined || words[0]?.startsWith('-')) {
    throw new Fault('usage', `a command comes first: ${commandNames.join(', ')}`, {
      cure: '--help tells what they do, --version which version this is',
    });
  }

  const command = findCommand(first);
  if (argv.length === 1 && command.ask !== undefined && shell.streams.openTerminal !== undefined) {
    const terminal = await shell.streams.openTerminal();
    try {
      return await command.ask(shell, terminal);
    } finally {
      terminal.close();
    }
  }
  return command.run({ args: await parse(command, words), rest, steps, shell } satisfies Call);
}

/** The words as yargs reads them for one command, or a Fault that says what would have been right. */
async function parse(command: Command, words: readonly string[]): Promise<Call['args']> {
  const stepless = words.find((word) => word === '--wait' || word === '--fetch')?.slice(2);
  if (stepless !== undefined && command.flags[stepless] !== undefined) {
    const example = stepless === 'wait' ? "'tcp://db:5432 --deadline 2m'" : "'https://example.org/a /data/a'";
    throw new Fault('usage', `${nameOf(command)}: --${stepless} needs a step, such as ${example}`);
  }
  // help and version do without it, and start sooner
  const { default: yargs } = await import('yargs');
  let slip: string | undefined;
  // as the default command: after any other yargs draws its own help, which nobody sees
  const parser = yargs(words.slice(1))
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'short-option-groups': false,
    })
    .exitProcess(false)
    .detectLocale(false)
    .help(false)
    .version(false)
    .strict()
    .fail((message, error) => {
      if (error !== undefined && error !== null) throw error;
      slip ??= restoreDashes(message);
    })
    .command(
      ['$0', ...command.usage.split(' ').slice(1)].join(' '),
      command.summary,
      (own) => {
        for (const [name, positional] of Object.entries(command.positionals)) own.positional(name, positional);
        return own.options(command.flags);
      },
      () => {},
    );
  const { _, $0, ...given } = await parser.parseAsync();
  if (slip !== undefined) {
    const { slipText } = await import('./render/slip-text.ts');
    throw new Fault('usage', slipText(slip, command, words), {
      cure: `${nameOf(command)} --help shows how it is used`,
    });
  }
  const args = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, restoreDashes(value)]));
  for (const [name, flag] of Object.entries(command.flags)) {
    const value = args[name];
    const fault = (text: string) => new Fault('usage', `${nameOf(command)}: --${name} ${text}`);
    if (Array.isArray(value) && flag.array !== true) throw fault('is given twice');
    // yargs takes a string's missing value for an empty one
    const values = Array.isArray(value) ? value : [value];
    if (flag.type === 'string' && (values.length === 0 || values.includes(''))) throw fault('needs a value');
  }
  return args;
}
