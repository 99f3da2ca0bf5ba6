// The whole command line of the helper ⇄ what it asks for.
import { Failure } from '../core/failure.ts';
import { suggest } from '../core/suggest.ts';
import { checkVariables, type Environment } from './environment.ts';
import type { OptionTable } from './option.ts';
import { formatOptions, parseOptions } from './options.ts';
import { type ProcessOptions, processOptions } from './process-options.ts';
import { formatStep, parseStep, type Step, stepKinds, stepOptions } from './step.ts';

export type HelperCommand =
  | { readonly kind: 'step'; readonly step: Step; readonly process: ProcessOptions }
  /** Without a path the plan is in GREENROOM_PLAN. */
  | { readonly kind: 'run'; readonly planPath: string | undefined; readonly process: ProcessOptions }
  | { readonly kind: 'help'; readonly topic: 'wait' | 'fetch' | 'run' | undefined }
  | { readonly kind: 'version' };

const commands = [...stepKinds, 'run', 'help', 'version'] as const;

/**
 * Reads the helper's arguments.
 * @param argv without the program's own name
 * @param env gives what the arguments leave open
 * @throws Failure USAGE, naming the word and what would have been right
 */
export function parseArgs(argv: readonly string[], env: Environment = {}): HelperCommand {
  const [command, ...rest] = argv;
  const asked = rest.includes('--help') || rest.includes('-h');
  switch (command) {
    case undefined:
      throw new Failure('USAGE', `no command; it is one of ${commands.join(', ')}`);
    case 'help':
    case '--help':
    case '-h':
      return { kind: 'help', topic: topicOf(rest[0]) };
    case 'version':
    case '--version':
      return { kind: 'version' };
    case 'wait':
    case 'fetch': {
      if (asked) return { kind: 'help', topic: command };
      checkVariables(env);
      const { own, others } = separate(rest, stepOptions[command]);
      const { values } = parseOptions(command, processOptions, own, env);
      return { kind: 'step', step: parseStep([command, ...others], env), process: values };
    }
    case 'run': {
      if (asked) return { kind: 'help', topic: command };
      checkVariables(env);
      const { operands, values } = parseOptions(command, processOptions, rest, env);
      if (operands.length > 1) throw new Failure('USAGE', 'run: takes one plan');
      return { kind: 'run', planPath: operands[0], process: values };
    }
    default: {
      const nearest = suggest(command, commands);
      const cure = nearest === undefined ? `it is one of ${commands.join(', ')}` : `did you mean ${nearest}?`;
      throw new Failure('USAGE', `unknown command ${JSON.stringify(command)}; ${cure}`);
    }
  }
}

/** Writes a command so that `parseArgs` reads the same one back. */
export function formatArgs(command: HelperCommand): string[] {
  switch (command.kind) {
    case 'step': {
      const [kind = '', ...words] = formatStep(command.step);
      return [kind, ...formatOptions(processOptions, command.process, []), ...words];
    }
    case 'run':
      return [
        'run',
        ...formatOptions(processOptions, command.process, command.planPath === undefined ? [] : [command.planPath]),
      ];
    case 'help':
      return command.topic === undefined ? ['help'] : ['help', command.topic];
    case 'version':
      return ['version'];
  }
}

/**
 * The options of the process alone, however faulty the rest is: a fault, too, is logged in the format asked for.
 * What is faulty in these options themselves counts as not given; `parseArgs` names it.
 */
export function readProcessOptions(argv: readonly string[], env: Environment): ProcessOptions {
  const table = argv[0] === 'wait' || argv[0] === 'fetch' ? stepOptions[argv[0]] : {};
  const { own } = separate(argv.slice(1), table);
  for (const [words, variables] of [
    [own, env],
    [own, {}],
    [[], env],
  ] as const) {
    try {
      return parseOptions('', processOptions, words, variables).values;
    } catch {
      // the next is less particular
    }
  }
  return parseOptions('', processOptions, [], {}).values;
}

function topicOf(word: string | undefined): 'wait' | 'fetch' | 'run' | undefined {
  return word === 'wait' || word === 'fetch' || word === 'run' ? word : undefined;
}

/** Takes the options of the process out of a step's words. */
function separate(words: readonly string[], table: OptionTable): { own: string[]; others: string[] } {
  const own: string[] = [];
  const others: string[] = [];
  const ownFlags = new Set<string>(Object.values(processOptions).map(({ flag }) => flag));
  const valued = new Set(Object.values(table).flatMap(({ flag, kind }) => (kind === 'flag' ? [] : [flag])));
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') {
      others.push(...words.slice(i));
      break;
    }
    const [, flag = '', equals] = /^--([^=]*)(=.*)?$/s.exec(word) ?? [];
    const into = ownFlags.has(flag) ? own : others;
    into.push(word);
    // the value goes where its option goes, whatever it looks like
    const next = words[i + 1];
    if ((ownFlags.has(flag) || valued.has(flag)) && equals === undefined && next !== undefined) {
      into.push(next);
      i++;
    }
  }
  return { own, others };
}
