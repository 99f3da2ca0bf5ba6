// A script → its words and operators, by the rules of POSIX shells; what is not known for sure is refused.
// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
import { type List, type Part, Unsure, type Word } from './syntax.ts';

export type Token =
  | { readonly kind: 'word'; readonly word: Word; readonly end: number }
  | { readonly kind: 'operator'; readonly text: string; readonly offset: number; readonly end: number }
  | { readonly kind: 'end'; readonly offset: number; readonly end: number };

const operators = ['&&', '||', ';;', '&>', '>>', '>&', '<&', '<>', '<<', ';', '&', '|', '(', ')', '<', '>', '\n'];

/** Parses what stands in a substitution; given by the parser, so that the two need not import each other. */
export type ParseList = (source: Source, closer: string) => List;

/** A script and how far it is read. */
export class Source {
  readonly text: string;
  at = 0;
  readonly #parseList: ParseList;

  constructor(text: string, parseList: ParseList) {
    this.text = text;
    this.#parseList = parseList;
  }

  /** The next token, which stays the next. */
  peek(): Token {
    const before = this.at;
    const token = this.next();
    this.at = before;
    return token;
  }

  next(): Token {
    this.#skipBlanks();
    const offset = this.at;
    if (offset >= this.text.length) return { kind: 'end', offset, end: offset };
    const operator = operators.find((each) => this.text.startsWith(each, offset));
    if (operator !== undefined) {
      if (operator === '<<') throw new Unsure('a here-document or here-string is not read', offset);
      this.at += operator.length;
      return { kind: 'operator', text: operator, offset, end: this.at };
    }
    return { kind: 'word', word: this.#word(), end: this.at };
  }

  /** The text up to a closer, such as that of `((` or `$((`; the parentheses in it are balanced. */
  until(closer: string): string {
    const from = this.at;
    let depth = 0;
    for (; this.at < this.text.length; this.at++) {
      if (depth === 0 && this.text.startsWith(closer, this.at)) {
        const inner = this.text.slice(from, this.at);
        this.at += closer.length;
        return inner;
      }
      const character = this.text[this.at];
      if (character === '(') depth++;
      if (character === ')') depth--;
      if (character === "'" || character === '"' || character === '`') break;
    }
    throw new Unsure(`${closer} is missing, or an expression is not known`, from);
  }

  #skipBlanks(): void {
    const { text } = this;
    for (;;) {
      if (text[this.at] === ' ' || text[this.at] === '\t') this.at++;
      else if (text.startsWith('\\\n', this.at)) this.at += 2;
      else if (text.startsWith('\\\r\n', this.at)) this.at += 3;
      else if (text[this.at] === '\r' && text[this.at + 1] === '\n') this.at++;
      else if (text[this.at] === '#') {
        const end = text.indexOf('\n', this.at);
        this.at = end === -1 ? text.length : end;
      } else return;
    }
  }

  #word(): Word {
    const { text } = this;
    const offset = this.at;
    const parts: Part[] = [];
    const add = (piece: string, quoted: boolean) => {
      const last = parts.at(-1);
      if (last?.kind === 'text' && last.quoted === quoted)
        parts[parts.length - 1] = { ...last, text: last.text + piece };
      else parts.push({ kind: 'text', text: piece, quoted });
    };
    while (this.at < text.length) {
      const character = text[this.at] ?? '';
      // a carriage return is a letter like any other, but before the end of a line
      if (/[ \t\n;&|()<>]/.test(character) || text.startsWith('\r\n', this.at)) break;
      if (character === "'") {
        const end = text.indexOf("'", this.at + 1);
        if (end === -1) throw new Unsure("a quote (') is not closed", this.at);
        add(text.slice(this.at + 1, end), true);
        this.at = end + 1;
      } else if (character === '"') this.#doubleQuoted(parts, add);
      else if (character === '\\') {
        const next = text[this.at + 1];
        if (next === undefined) throw new Unsure('nothing follows the last backslash', this.at);
        if (next !== '\n') add(next, true);
        this.at += 2;
      } else if (character === '$' || character === '`') this.#dollar(parts, add, false);
      else {
        add(character, false);
        this.at++;
      }
    }
    return { parts, offset };
  }

  #doubleQuoted(parts: Part[], add: (piece: string, quoted: boolean) => void): void {
    const { text } = this;
    const from = this.at++;
    add('', true);
    for (;;) {
      const character = text[this.at];
      if (character === undefined) throw new Unsure('a quote (") is not closed', from);
      if (character === '"') break;
      if (character === '\\') {
        const next = text[this.at + 1] ?? '';
        // within double quotes a backslash is itself, except before these
        if (next !== '\n') add('$`"\\'.includes(next) ? next : character + next, true);
        this.at += 2;
      } else if (character === '$' || character === '`') this.#dollar(parts, add, true);
      else {
        add(character, true);
        this.at++;
      }
    }
    this.at++;
  }

  #dollar(parts: Part[], add: (piece: string, quoted: boolean) => void, quoted: boolean): void {
    const { text } = this;
    const from = this.at;
    if (text[from] === '`') {
      const end = text.indexOf('`', from + 1);
      const inner = text.slice(from + 1, end);
      if (end === -1 || inner.includes('\\')) throw new Unsure('backquotes that are not read', from);
      const source = new Source(inner, this.#parseList);
      parts.push({ kind: 'command', list: this.#parseList(source, ''), quoted });
      this.at = end + 1;
      return;
    }
    if (text.startsWith('$((', from)) {
      this.at += 3;
      parts.push({ kind: 'arithmetic', text: this.until('))') });
      return;
    }
    if (text[from + 1] === '(') {
      this.at += 2;
      parts.push({ kind: 'command', list: this.#parseList(this, ')'), quoted });
      return;
    }
    const [plain, name] = /^\$([A-Za-z_]\w*|[?#@*!$0-9-])/.exec(text.slice(from, from + 200)) ?? [];
    if (plain !== undefined && name !== undefined) {
      this.at += plain.length;
      parts.push({ kind: 'variable', name, quoted });
      return;
    }
    if (text[from + 1] !== '{') {
      if (/["'\\]/.test(text[from + 1] ?? '') && !quoted) throw new Unsure(`$${text[from + 1]} is not read`, from);
      add('$', quoted);
      this.at++;
      return;
    }
    const [braced, inner = '', operator = ''] = /^\$\{([A-Za-z_]\w*)(:?-)?/.exec(text.slice(from, from + 200)) ?? [];
    if (braced === undefined) throw new Unsure('an expansion that is not read', from);
    this.at += braced.length;
    if (operator === '') {
      if (text[this.at] !== '}') throw new Unsure('an expansion that is not read', from);
      this.at++;
      parts.push({ kind: 'variable', name: inner, quoted });
      return;
    }
    const end = text.indexOf('}', this.at);
    const preset = text.slice(this.at, end);
    if (end === -1 || /["'`$\\{]/.test(preset)) throw new Unsure('a default that is not plain', from);
    const word: Word = { parts: [{ kind: 'text', text: preset, quoted: true }], offset: this.at };
    parts.push({ kind: 'variable', name: inner, quoted, preset: { word, forEmpty: operator === ':-' } });
    this.at = end + 1;
  }
}
