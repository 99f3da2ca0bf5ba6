// Words and operators → commands: lists, loops, conditions. Functions, `case`, `&` and the like are refused.
import {
  type AndOr,
  type Command,
  type List,
  type Pipeline,
  type Placed,
  type Redirection,
  Unsure,
  type Word,
} from './syntax.ts';
import { Source, type Token } from './tokens.ts';

/**
 * Parses a script.
 * @throws Unsure where it is not of the part of the language that is read
 */
export function parseScript(text: string): List {
  return parseList(new Source(text, parseList), '');
}

/** A list up to a closer, which is taken: `)`, `}`, `done` … or, where it is empty, the end. */
function parseList(source: Source, closer: string): List {
  const list = parseCommands(source, closer === '' ? [] : [closer]);
  take(source, closer);
  return list;
}

const reserved = ['then', 'else', 'elif', 'fi', 'do', 'done', '}', 'esac'];
const refused: Readonly<Record<string, string>> = {
  case: '`case` is not read',
  function: 'a function is not read',
  select: '`select` is not read',
  coproc: '`coproc` is not read',
  time: '`time` is not read',
};

/** The text of a token that may be a reserved word or an operator. */
function textOf(token: Token): string | undefined {
  if (token.kind === 'operator') return token.text;
  if (token.kind === 'end') return undefined;
  const [part, ...others] = token.word.parts;
  return part?.kind === 'text' && !part.quoted && others.length === 0 ? part.text : undefined;
}

const offsetOf = (token: Token) => (token.kind === 'word' ? token.word.offset : token.offset);

function parseCommands(source: Source, closers: readonly string[]): List {
  const list: AndOr[] = [];
  for (;;) {
    skip(source, ['\n', ';']);
    const token = source.peek();
    if (token.kind === 'end') return list;
    const text = textOf(token);
    if (text !== undefined && closers.includes(text)) return list;
    if (text === ')' || (text !== undefined && reserved.includes(text)))
      throw new Unsure(`${text} stands where none is expected`, offsetOf(token));
    list.push(parseAndOr(source));
    const after = source.peek();
    const separator = textOf(after);
    if (after.kind === 'operator' && separator === '&')
      throw new Unsure('a command in the background', offsetOf(after));
    if (after.kind !== 'end' && separator !== ';' && separator !== '\n' && !closers.includes(separator ?? ''))
      throw new Unsure(`${separator ?? 'a word'} stands where none is expected`, offsetOf(after));
  }
}

function skip(source: Source, operators: readonly string[]): void {
  for (;;) {
    const token = source.peek();
    if (token.kind !== 'operator' || !operators.includes(token.text)) return;
    source.next();
  }
}

function take(source: Source, text: string): void {
  const token = source.next();
  if (text === '' ? token.kind === 'end' : textOf(token) === text) return;
  throw new Unsure(`${text === '' ? 'the end' : text} is missing`, offsetOf(token));
}

function parseAndOr(source: Source): AndOr {
  const first = parsePipeline(source);
  const rest: AndOr['rest'][number][] = [];
  for (;;) {
    const token = source.peek();
    if (token.kind !== 'operator' || (token.text !== '&&' && token.text !== '||')) return { first, rest };
    source.next();
    skip(source, ['\n']);
    rest.push({ operator: token.text, pipeline: parsePipeline(source) });
  }
}

function parsePipeline(source: Source): Pipeline {
  const offset = offsetOf(source.peek());
  let negated = false;
  while (textOf(source.peek()) === '!') {
    source.next();
    negated = !negated;
  }
  const commands = [parseCommand(source)];
  while (textOf(source.peek()) === '|') {
    source.next();
    skip(source, ['\n']);
    commands.push(parseCommand(source));
  }
  return { negated, commands, offset };
}

function parseCommand(source: Source): Placed {
  const token = source.peek();
  const offset = offsetOf(token);
  const text = textOf(token);
  const why = token.kind === 'word' && text !== undefined && Object.hasOwn(refused, text) ? refused[text] : undefined;
  if (why !== undefined) throw new Unsure(why, offset);
  const command = parseCompound(source, token, text);
  if (command === undefined) return parseSimple(source, offset);
  const redirections: Redirection[] = [];
  for (;;) {
    const redirection = parseRedirection(source);
    if (redirection === undefined) return { command, redirections, offset };
    redirections.push(redirection);
  }
}

function parseCompound(source: Source, token: Token, text: string | undefined): Command | undefined {
  if (token.kind === 'operator') {
    if (/^[<>&]*[<>][<>&]*$/.test(text ?? '')) return undefined;
    if (text !== '(')
      throw new Unsure(`${text === '\n' ? 'a line end' : text} stands where none is expected`, token.offset);
    source.next();
    if (source.text[source.at] !== '(') return { kind: 'group', body: parseList(source, ')'), subshell: true };
    source.at++;
    return { kind: 'arithmetic', text: source.until('))') };
  }
  switch (text) {
    case '{':
      source.next();
      return { kind: 'group', body: parseList(source, '}'), subshell: false };
    case 'until':
    case 'while': {
      source.next();
      const condition = parseList(source, 'do');
      return { kind: 'loop', until: text === 'until', condition, body: parseList(source, 'done') };
    }
    case 'for':
      source.next();
      return parseFor(source);
    case 'if':
      source.next();
      return parseIf(source);
    case '[[':
      source.next();
      return { kind: 'test', words: parseTest(source) };
    default:
      return undefined;
  }
}

function parseFor(source: Source): Command {
  const token = source.next();
  if (textOf(token) === '(' && source.text[source.at] === '(') {
    source.at++;
    const [first = '', second = '', third, ...others] = source.until('))').split(';');
    if (third === undefined || others.length > 0) throw new Unsure('a `for` that is not read', offsetOf(token));
    skip(source, [';', '\n']);
    take(source, 'do');
    return { kind: 'count', header: [first, second, third], body: parseList(source, 'done') };
  }
  const name = textOf(token);
  if (name === undefined || !/^[A-Za-z_]\w*$/.test(name)) throw new Unsure('a `for` that is not read', offsetOf(token));
  take(source, 'in');
  const words: Word[] = [];
  for (let next = source.next(); ; next = source.next()) {
    if (next.kind === 'word') words.push(next.word);
    else if (textOf(next) === ';' || textOf(next) === '\n') break;
    else throw new Unsure('a `for` that is not read', offsetOf(next));
  }
  skip(source, ['\n']);
  take(source, 'do');
  return { kind: 'for', name, words, body: parseList(source, 'done') };
}

function parseIf(source: Source): Command {
  const branches: { condition: List; body: List }[] = [];
  for (;;) {
    const condition = parseList(source, 'then');
    const body = parseCommands(source, ['elif', 'else', 'fi']);
    branches.push({ condition, body });
    const token = source.next();
    switch (textOf(token)) {
      case 'elif':
        continue;
      case 'else':
        return { kind: 'if', branches, otherwise: parseList(source, 'fi') };
      case 'fi':
        return { kind: 'if', branches, otherwise: undefined };
      default:
        throw new Unsure('fi is missing', offsetOf(token));
    }
  }
}

/** The words up to `]]`; its own operators are words here. */
function parseTest(source: Source): Word[] {
  const words: Word[] = [];
  for (;;) {
    const token = source.next();
    if (token.kind === 'end') throw new Unsure(']] is missing', token.offset);
    if (textOf(token) === ']]') return words;
    if (token.kind === 'word') words.push(token.word);
    else if (token.text === '&&' || token.text === '||')
      words.push({ parts: [{ kind: 'text', text: token.text, quoted: false }], offset: token.offset });
    else throw new Unsure(`${token.text} within [[ ]] is not read`, token.offset);
  }
}

function parseSimple(source: Source, offset: number): Placed {
  const assignments: { name: string; value: Word }[] = [];
  const words: Word[] = [];
  const redirections: Redirection[] = [];
  for (;;) {
    const redirection = parseRedirection(source);
    if (redirection !== undefined) {
      redirections.push(redirection);
      continue;
    }
    const token = source.peek();
    if (token.kind !== 'word') {
      if (token.kind === 'operator' && token.text === '(' && words.length > 0)
        throw new Unsure('a function, or parentheses that are not read', token.offset);
      break;
    }
    source.next();
    const assignment = words.length === 0 ? assignmentOf(token.word) : undefined;
    if (assignment === undefined) words.push(token.word);
    else assignments.push(assignment);
  }
  if (words.length + assignments.length + redirections.length === 0)
    throw new Unsure('a command is missing', source.peek().end);
  return { command: { kind: 'simple', assignments, words }, redirections, offset };
}

function assignmentOf({ parts, offset }: Word): { name: string; value: Word } | undefined {
  const [first, ...rest] = parts;
  if (first?.kind !== 'text' || first.quoted) return undefined;
  const [head, name] = /^([A-Za-z_]\w*)(?:\+|\[[^\]]*\])?=/.exec(first.text) ?? [];
  if (head === undefined || name === undefined) return undefined;
  if (head !== `${name}=`) throw new Unsure(`the assignment ${head} is not read`, offset);
  return { name, value: { parts: [{ ...first, text: first.text.slice(head.length) }, ...rest], offset } };
}

function parseRedirection(source: Source): Redirection | undefined {
  const before = source.at;
  let descriptor = '';
  const token = source.next();
  const text = textOf(token);
  let operator = token;
  // a number right before the operator, with nothing in between
  if (token.kind === 'word' && /^\d$/.test(text ?? '') && /[<>]/.test(source.text[source.at] ?? '')) {
    descriptor = text ?? '';
    operator = source.next();
  }
  if (operator.kind !== 'operator' || !/^(?:[<>]|>>|[<>]&|<>|&>)$/.test(operator.text)) {
    source.at = before;
    return undefined;
  }
  const target = source.next();
  if (target.kind !== 'word') throw new Unsure(`nothing follows ${operator.text}`, operator.offset);
  return { operator: operator.text, descriptor, target: target.word };
}
