// [ … ], test and [[ … ]] in a world. A status that curl prints is an ask; so is a file that is waited for.
import { curlStatus } from '../programs/web.ts';
import { expandText, expandWords, onlyCommand } from './expand.ts';
import { type Placed, Unsure, type Word } from './syntax.ts';
import type { World } from './world.ts';

/** Whether a test holds; the words are those between the brackets. */
export function holds(words: readonly Word[], at: Placed, world: World): boolean {
  const texts = words.map((word) => plainText(word));
  const or = texts.findIndex((text) => text === '||' || text === '-o');
  if (or !== -1) return holds(words.slice(0, or), at, world) || holds(words.slice(or + 1), at, world);
  const and = texts.findIndex((text) => text === '&&' || text === '-a');
  if (and !== -1) return holds(words.slice(0, and), at, world) && holds(words.slice(and + 1), at, world);
  if (texts[0] === '!') return !holds(words.slice(1), at, world);
  const [one, two, three, ...others] = words;
  if (others.length > 0 || one === undefined) throw new Unsure('a test that is not read', at.offset);
  if (two === undefined) return value(one, world) !== '';
  if (three === undefined) return unary(texts[0] ?? '', two, at, world);
  return binary(one, texts[1] ?? '', three, at, world);
}

/** The text of a word without quotes or anything to expand. */
function plainText({ parts }: Word): string | undefined {
  const [part, ...others] = parts;
  return part?.kind === 'text' && !part.quoted && others.length === 0 ? part.text : undefined;
}

const value = (word: Word, world: World): string => {
  const text = expandText(word, world);
  if (/[\uE000\uE002\uE003]/.test(text)) world.trust(text);
  return text;
};

function unary(operator: string, word: Word, at: Placed, world: World): boolean {
  switch (operator) {
    case '-z':
      return value(word, world) === '';
    case '-n':
      return value(word, world) !== '';
    case '-f':
    case '-s': {
      const path = expandText(word, world);
      if (!/^\/[\w./-]+$/.test(path)) throw new Unsure('a path that is not plain', at.offset);
      // where no loop asks again, it is a question of what is there already
      if (world.loops.length === 0) throw new Unsure(`whether ${path} is there decides what is done`, at.offset);
      const options = operator === '-s' ? ['--min-size', '1'] : [];
      return world.ask({ kind: 'wait', targets: [`file://${path}`], options, lastsS: 0 }, at);
    }
    default:
      throw new Unsure(`[ ${operator} … ]: no target asks so`, at.offset);
  }
}

const numeric: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '-eq': (a, b) => a === b,
  '-ne': (a, b) => a !== b,
  '-lt': (a, b) => a < b,
  '-le': (a, b) => a <= b,
  '-gt': (a, b) => a > b,
  '-ge': (a, b) => a >= b,
};

function binary(left: Word, operator: string, right: Word, at: Placed, world: World): boolean {
  const isEqual = ['=', '==', '-eq'].includes(operator);
  if (isEqual || operator === '!=' || operator === '-ne') {
    const answered = status(left, right, at, world) ?? status(right, left, at, world);
    if (answered !== undefined) return answered === isEqual;
  }
  const [a, b] = [expandText(left, world), expandText(right, world)];
  if (/[\uE000\uE002\uE003]/.test(a + b)) throw new Unsure('a test of what is not known before it runs', at.offset);
  const compare = numeric[operator];
  if (compare !== undefined) {
    if (!/^-?\d{1,15}$/.test(a) || !/^-?\d{1,15}$/.test(b))
      throw new Unsure('a test of numbers that are none', at.offset);
    return compare(Number(a), Number(b));
  }
  if (operator !== '=' && operator !== '==' && operator !== '!=')
    throw new Unsure(`the test ${operator} is not read`, at.offset);
  if (right.parts.some((part) => part.kind === 'text' && !part.quoted && /[*?[]/.test(part.text)))
    throw new Unsure('a test by a pattern', at.offset);
  return (a === b) === isEqual;
}

/** Whether `$(curl -w '%{http_code}' …)` is the status on the other side; undefined where this is none. */
function status(word: Word, other: Word, at: Placed, world: World): boolean | undefined {
  const [part, ...others] = word.parts.filter((each) => each.kind !== 'text' || each.text !== '');
  if (part?.kind !== 'command' || others.length > 0) return undefined;
  const placed = onlyCommand(part.list);
  if (placed?.command.kind !== 'simple') return undefined;
  const [program = '', ...args] = expandWords(placed.command.words, world);
  if (program.replace(/^.*\//, '') !== 'curl') return undefined;
  for (const { target } of placed.redirections)
    if (!/^(?:\/dev\/null|\d)$/.test(expandText(target, world)))
      throw new Unsure('what curl prints goes elsewhere', at.offset);
  const wanted = expandText(other, world);
  if (!/^[1-5]\d\d$/.test(wanted)) throw new Unsure('curl -w is held against what is no status', at.offset);
  const doing = curlStatus(args, wanted);
  if (doing?.asks[0] === undefined) throw new Unsure('what curl prints decides', at.offset);
  return world.ask(doing.asks[0], placed);
}
