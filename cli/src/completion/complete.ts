// What may stand next on a command line, told as kubectl's plugins and cobra's programs tell it: a candidate and its
// meaning a line, and at the end a number (https://github.com/spf13/cobra/blob/main/site/content/completions/_index.md).
import { sourceSchemes, stepKinds, targetSchemes } from '../../../helper/src/contract/index.ts';
import { type Command, type Flag, nameOf, type Positional } from '../command.ts';

/** cobra's ShellCompDirective: files may stand here, too. */
const files = 0;
const noSpace = 2;
const noFiles = 4;

interface Candidate {
  readonly text: string;
  readonly meaning: string;
}

interface Offer {
  readonly candidates: readonly Candidate[];
  readonly directive: number;
}

const nothing: Offer = { candidates: [], directive: noFiles };

/**
 * The candidates for the last word.
 * @param words behind the program's name; the last is the one that is being written, and may be empty
 */
export function complete(words: readonly string[], commands: readonly Command[]): string {
  const { candidates, directive } = offer(words, commands);
  const last = words.at(-1) ?? '';
  const lines = candidates
    .filter(({ text }) => text.startsWith(last))
    .map(({ text, meaning }) => (meaning === '' ? text : `${text}\t${meaning}`));
  return [...lines, `:${directive}`, ''].join('\n');
}

function offer(words: readonly string[], commands: readonly Command[]): Offer {
  const before = words.slice(0, -1);
  const last = words.at(-1) ?? '';
  const names = commands.map((command) => ({ text: nameOf(command), meaning: command.summary }));
  const [name] = before;
  if (name === undefined) {
    const own = [
      { text: 'help', meaning: 'Say how a command is used' },
      { text: 'version', meaning: 'Tell the version' },
    ];
    return {
      candidates: last.startsWith('-') ? plain(['--help', '--version']) : [...names, ...own],
      directive: noFiles,
    };
  }
  if (name === 'help') return { candidates: topics(names, before.slice(1)), directive: noFiles };
  const command = commands.find((one) => nameOf(one) === name);
  // behind -- the words are another program's
  if (command === undefined || before.includes('--'))
    return command === undefined ? nothing : { ...nothing, directive: files };

  const [, written, value] = /^--([^=]+)=(.*)$/s.exec(last) ?? [];
  if (written !== undefined && value !== undefined) {
    const { candidates, directive } = valuesOf(written, flagOf(written, command));
    return { candidates: candidates.map((one) => ({ ...one, text: `--${written}=${one.text}` })), directive };
  }
  const [, asked] = /^--?([\w-]+)$/.exec(before.at(-1) ?? '') ?? [];
  const flag = asked === undefined ? undefined : flagOf(asked, command);
  if (asked !== undefined && flag !== undefined && flag.type !== 'boolean') return valuesOf(asked, flag);
  if (last.startsWith('-')) return { candidates: flagsOf(command, before), directive: noFiles };
  return operandsOf(command, before);
}

/** What `help` tells of: commands, steps, and the kinds of target of a wait. */
function topics(names: readonly Candidate[], before: readonly string[]): readonly Candidate[] {
  if (before.length === 0)
    return [...names, ...stepKinds.map((kind) => ({ text: kind, meaning: 'What such a step can say' }))];
  return before.length === 1 && before[0] === 'wait' ? plain(Object.keys(targetSchemes)) : [];
}

const plain = (texts: readonly string[]): Candidate[] => texts.map((text) => ({ text, meaning: '' }));

function flagOf(name: string, { flags }: Command): Flag | undefined {
  return flags[name] ?? Object.values(flags).find(({ alias }) => alias === name);
}

/** The flags that are not given yet, or may be again. */
function flagsOf({ flags }: Command, before: readonly string[]): Candidate[] {
  const own = Object.entries(flags).filter(([name, { array }]) => {
    const given = before.some((word) => word === `--${name}` || word.startsWith(`--${name}=`));
    return array === true || !given;
  });
  return [
    ...own.map(([name, { describe }]) => ({ text: `--${name}`, meaning: describe || '' })),
    { text: '--help', meaning: 'Say how it is used' },
  ];
}

/** The values of a flag: those that it is one of, or what they begin with. */
function valuesOf(name: string, flag: Flag | undefined): Offer {
  if (flag === undefined) return nothing;
  if (stepKinds.some((kind) => kind === name)) {
    const begins = Object.entries(name === 'wait' ? targetSchemes : sourceSchemes);
    const candidates = begins.map(([scheme, example]) => ({ text: `${scheme}://`, meaning: example }));
    return { candidates, directive: noFiles | noSpace };
  }
  if (name === 'mount') return { candidates: plain(['secret/', 'configmap/']), directive: noFiles | noSpace };
  const { choices, placeholder = '', completes } = flag;
  const listed = /^[\w.-]+(?:\|[\w.-]+)+$/.test(placeholder) ? placeholder.split('|') : [];
  const texts = completes ?? choices?.map(String) ?? listed;
  if (texts.length > 0) return { candidates: plain(texts), directive: noFiles };
  return { candidates: [], directive: /^(?:FILE|FOLDER|PATH)$/.test(placeholder) ? files : noFiles };
}

/** Operands that are words are offered; all others are files. */
function operandsOf(command: Command, before: readonly string[]): Offer {
  const places = command.usage.split(' ').slice(1);
  const count = operandsIn(command, before.slice(1));
  const place = places[Math.min(count, places.length - 1)];
  const [, name = '', more] = /^[<[]([\w-]+)(\.\.)?[>\]]$/.exec(place ?? '') ?? [];
  const positional: Positional | undefined = command.positionals[name];
  if (positional === undefined || (count >= places.length && more === undefined)) return nothing;
  const { completes, choices } = positional;
  const texts = completes ?? choices?.map(String);
  if (texts !== undefined) return { candidates: plain(texts), directive: noFiles };
  // a list of inputs; a single word is a name that nobody knows but the user
  return { candidates: [], directive: more === undefined ? noFiles : files };
}

function operandsIn(command: Command, words: readonly string[]): number {
  let count = 0;
  for (let i = 0; i < words.length; i++) {
    const [, name] = /^--?([\w-]+)$/.exec(words[i] ?? '') ?? [];
    const flag = name === undefined ? undefined : flagOf(name, command);
    if (flag !== undefined && flag.type !== 'boolean') i++;
    else if (words[i] === '-' || !words[i]?.startsWith('-')) count++;
  }
  return count;
}
