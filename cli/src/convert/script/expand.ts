// Words → what they stand for in a world: variables, the namespace's file, numbers. What is not known is refused.
import { namespaceMark, unknownMark } from '../ask.ts';
import { readSeconds } from '../flags.ts';
import { computeArithmetic } from './arithmetic.ts';
import { type List, type Placed, Unsure, type Word } from './syntax.ts';
import type { World } from './world.ts';

// what makes a pattern of a word that is not quoted, or several words of it
const pattern = /[*?]|\[[^\]]+\]/;
const braces = /\{[^{}]*(?:,|\.\.)[^{}]*\}/;

/** The fields that words become. */
export function expandWords(words: readonly Word[], world: World): string[] {
  return words.flatMap((word) => expandWord(word, world));
}

/** The fields of one word; none where it is nothing and not quoted. */
export function expandWord({ parts, offset }: Word, world: World): string[] {
  const fields: string[] = [];
  let field: string | undefined;
  const split = (value: string, quoted: boolean) => {
    if (quoted || !/[\s]/.test(value)) {
      if (quoted || value !== '') field = (field ?? '') + value;
      return;
    }
    const pieces = value.split(/\s+/);
    pieces.forEach((piece, index) => {
      if (index > 0 && field !== undefined) {
        fields.push(field);
        field = undefined;
      }
      if (piece !== '') field = (field ?? '') + piece;
    });
  };
  const [only] = parts;
  if (parts.length === 1 && only?.kind === 'text' && !only.quoted) {
    const [, from, to] = /^\{(\d{1,6})\.\.(\d{1,6})\}$/.exec(only.text) ?? [];
    if (from !== undefined && to !== undefined) return sequence(Number(from), Number(to));
  }
  const isUrl = parts.some((part) => part.kind === 'text' && part.text.includes('://'));
  for (const [index, part] of parts.entries()) {
    switch (part.kind) {
      case 'text':
        if (!part.quoted && part.text !== '[' && ((!isUrl && pattern.test(part.text)) || braces.test(part.text)))
          throw new Unsure(`the pattern ${part.text} stands for what is not known`, offset);
        if (index === 0 && !part.quoted && part.text.startsWith('~')) throw new Unsure('~ is not known', offset);
        field = (field ?? '') + part.text;
        break;
      case 'variable':
        split(variable(part, world, offset), part.quoted);
        break;
      case 'command':
        split(substitute(part.list, world, offset), part.quoted);
        break;
      case 'arithmetic':
        field = (field ?? '') + String(computeArithmetic(withTime(part.text, world), strict(world)));
        break;
    }
  }
  return field === undefined ? fields : [...fields, field];
}

/** One text: a word that is not split, as in an assignment or within `[[ ]]`. */
export function expandText(word: Word, world: World): string {
  const quoted = word.parts.map((part) => ('quoted' in part ? { ...part, quoted: true } : part));
  return expandWord({ parts: quoted, offset: word.offset }, world).join(' ');
}

/** An expression with the time of day in it, as scripts that count seconds write it. */
const withTime = (text: string, world: World) =>
  text.replace(/\$\(\s*date\s+\+%s\s*\)/g, () => {
    world.readsTime = true;
    return now(world);
  });

const now = (world: World) => String(1_700_000_000 + Math.floor(world.elapsedS));

/** Variables for arithmetic: each must have been given. */
export const strict = (world: World) => ({
  get: (name: string) => world.need(name),
  set: (name: string, value: string) => world.set(name, value),
});

function variable(
  { name, preset }: { readonly name: string; readonly preset?: { readonly word: Word; readonly forEmpty: boolean } },
  world: World,
  offset: number,
): string {
  if (name === '?') return world.get('?') ?? '0';
  if (!/^[A-Za-z_]/.test(name)) throw new Unsure(`$${name} is not known`, offset);
  const value = world.get(name);
  if (preset === undefined) {
    if (value === undefined) throw new Unsure(`$${name} is not given in this container's env`, offset);
    return value;
  }
  // the image may give it as well
  if (value === undefined) throw new Unsure(`\${${name}:-…}: whether the image gives ${name} is not known`, offset);
  if (/\uE000/.test(value) && preset.forEmpty)
    throw new Unsure(`\${${name}:-…}: whether ${name} is empty is not known`, offset);
  return value === '' && preset.forEmpty ? expandText(preset.word, world) : value;
}

const namespaceFile = /^(?:\/var)?\/run\/secrets\/kubernetes\.io\/serviceaccount\/namespace$/;
const longestSequence = 100_000;

function sequence(from: number, to: number): string[] {
  const count = Math.abs(to - from) + 1;
  if (count > longestSequence) throw new Unsure('a sequence too long to be followed');
  return Array.from({ length: count }, (_, index) => String(from < to ? from + index : from - index));
}

/** The command that a substitution is, where it is one alone. */
export function onlyCommand(list: List): Placed | undefined {
  const [andOr, ...others] = list;
  const pipeline = andOr?.first;
  if (others.length > 0 || pipeline === undefined || andOr?.rest.length !== 0 || pipeline.negated) return undefined;
  return pipeline.commands.length === 1 ? pipeline.commands[0] : undefined;
}

/** What `$(…)` gives: of programs that only tell. */
export function substitute(list: List, world: World, offset: number): string {
  const placed = onlyCommand(list);
  const unsure = (what: string) => new Unsure(`$(${what}) gives what is not known`, offset);
  if (placed?.command.kind !== 'simple' || placed.command.assignments.length > 0) throw unsure('…');
  if (
    placed.redirections.some(
      ({ operator, target }) =>
        operator.includes('>') && expandText(target, world) !== '/dev/null' && !/^\d$/.test(expandText(target, world)),
    )
  )
    throw unsure('…');
  const [program = '', ...args] = expandWords(placed.command.words, world);
  switch (program.replace(/^.*\//, '')) {
    case 'cat':
      if (args.length === 1 && namespaceFile.test(args[0] ?? '')) return namespaceMark;
      throw unsure(`cat ${args.join(' ')}`);
    case 'date':
      if (args.length === 1 && args[0] === '+%s') {
        world.readsTime = true;
        return now(world);
      }
      return unknownMark;
    case 'hostname':
    case 'whoami':
    case 'id':
    case 'uname':
    case 'basename':
      return unknownMark;
    case 'echo':
      return args.join(' ');
    case 'seq': {
      const [from, to] = args.length === 1 ? ['1', args[0]] : args;
      if (args.length > 2 || !/^\d{1,6}$/.test(from ?? '') || !/^\d{1,6}$/.test(to ?? ''))
        throw unsure(`seq ${args.join(' ')}`);
      return sequence(Number(from), Number(to)).join(' ');
    }
    case 'expr':
      if (!/^[\d\s+*-]+$/.test(args.join(' '))) throw unsure(`expr ${args.join(' ')}`);
      return String(computeArithmetic(args.join(' '), strict(world)));
    default:
      throw unsure(program);
  }
}

/** Seconds of `sleep` and `timeout`. */
export const secondsOf = (text: string | undefined, what: string): number => {
  if (text === undefined) throw new Unsure(`${what} names no time`);
  return readSeconds(text, what);
};
