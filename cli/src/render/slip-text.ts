// What yargs complains about, in our words, with what would have been right.
import { stepKinds, stepOptions, suggest } from '../../../helper/src/contract/index.ts';
import { type Command, nameOf } from '../command.ts';
import { operandWords } from './help-text.ts';

/** @param words those of the command line, as yargs read them */
export function slipText(message: string, command: Command, words: readonly string[]): string {
  const where = `${nameOf(command)}: `;
  const [, unknown] = /^Unknown arguments?: (.*)$/s.exec(message) ?? [];
  if (unknown !== undefined) {
    const texts = unknown.split(', ').map((name) => unknownText(name, command, words));
    return where + texts.join('; ');
  }
  const [, hungry] = /^Not enough arguments following: (.*)$/s.exec(message) ?? [];
  if (hungry !== undefined) return `${where}--${hungry} needs a value`;
  if (/^(Not enough non-option arguments|Missing required argument)/.test(message)) {
    // an option that yargs does not know has taken an operand for its value
    const option = unknownOption(command, words);
    return where + (option === undefined ? `takes ${operandWords(command)}` : unknownText(option, command, words));
  }
  const [, flag, given, choices] = /Argument: (\S+), Given: (.*), Choices: (.*)/.exec(message) ?? [];
  if (flag !== undefined && given !== undefined && choices !== undefined) {
    const nearest = suggest(JSON.parse(given) as string, JSON.parse(`[${choices}]`) as string[]);
    const cure = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    const word = flag in command.positionals ? flag.toUpperCase() : `--${flag}`;
    return `${where}${word} is one of ${choices.replaceAll('"', '')}, not ${given}${cure}`;
  }
  return where + message;
}

const optionOf = (word: string) => /^--?([^-=][^=]*)/.exec(word)?.[1];

function unknownOption({ flags }: Command, words: readonly string[]): string | undefined {
  const known = Object.entries(flags).flatMap(([name, { alias }]) => [name, alias]);
  return words.flatMap((word) => optionOf(word) ?? []).find((name) => !known.includes(name));
}

function unknownText(name: string, { flags }: Command, words: readonly string[]): string {
  const option = words.find((word) => optionOf(word) === name)?.split('=')[0];
  const kind = stepKinds.find(
    (one) =>
      words.some((word) => word.startsWith(`--${one}=`)) &&
      Object.values(stepOptions[one]).some(({ flag }) => flag === name),
  );
  if (kind !== undefined) return `--${name} belongs into the step: --${kind} '… --${name} …'`;
  const nearest = suggest(name, Object.keys(flags));
  if (nearest !== undefined) return `unknown option --${name}; did you mean --${nearest}?`;
  if (option !== undefined) return `unknown option ${option}`;
  return /^[a-z]/.test(name)
    ? `${JSON.stringify(name)} is not an option, or one operand too many`
    : `unknown option ${JSON.stringify(name)}`;
}
