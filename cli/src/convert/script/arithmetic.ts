// What stands in $((…)) and ((…)): whole numbers and variables. Refuses what it does not know.
import { Unsure } from './syntax.ts';

export interface Variables {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
}

const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/', '%'],
];

const compute: Readonly<Record<string, (a: number, b: number) => number>> = {
  '||': (a, b) => Number(a !== 0 || b !== 0),
  '&&': (a, b) => Number(a !== 0 && b !== 0),
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '<=': (a, b) => Number(a <= b),
  '>=': (a, b) => Number(a >= b),
  '<': (a, b) => Number(a < b),
  '>': (a, b) => Number(a > b),
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => Math.trunc(a / b),
  '%': (a, b) => a % b,
};

// each may be a level of depth; scripts of manifests count and compare
const mostTokens = 200;

/**
 * Computes an expression; an empty one is 0. Assignments are made.
 * @throws Unsure
 */
export function computeArithmetic(text: string, variables: Variables): number {
  const tokens =
    text
      .match(/\s+|\$?\{?[A-Za-z_]\w*\}?|\d+|\+\+|--|\+=|-=|\|\||&&|==|!=|<=|>=|[-+*/%<>=()!]|./g)
      ?.filter((each) => each.trim() !== '') ?? [];
  // of && and || only one side may be computed
  const lazy =
    tokens.some((each) => each === '&&' || each === '||') && tokens.some((each) => /^(?:\+\+|--|=|[-+]=)$/.test(each));
  const unsure = () => new Unsure(`the arithmetic ((${text.trim()})) is not read`);
  let at = 0;
  const number = (name: string): number => {
    const value = variables.get(name) ?? '';
    if (!/^-?\d{1,15}$/.test(value === '' ? '0' : value)) throw unsure();
    return Number(value);
  };
  const put = (name: string, value: number): number => {
    variables.set(name, String(value));
    return value;
  };
  const atom = (): number => {
    const token = tokens[at++];
    if (token === undefined) throw unsure();
    if (/^(?:0|[1-9]\d{0,14})$/.test(token)) return Number(token);
    if (token === '(') {
      const value = binary(0);
      if (tokens[at++] !== ')') throw unsure();
      return value;
    }
    if (token === '!') return Number(atom() === 0);
    if (token === '-') return -atom();
    const name = nameOf(token);
    if (token === '++' || token === '--') {
      const after = nameOf(tokens[at++] ?? '');
      if (after === undefined) throw unsure();
      return put(after, number(after) + (token === '++' ? 1 : -1));
    }
    if (name === undefined) throw unsure();
    const next = tokens[at];
    if (next === '++' || next === '--') {
      at++;
      const before = number(name);
      put(name, before + (next === '++' ? 1 : -1));
      return before;
    }
    if (next === '=' || next === '+=' || next === '-=') {
      at++;
      const value = binary(0);
      return put(name, next === '=' ? value : number(name) + (next === '+=' ? value : -value));
    }
    return number(name);
  };
  const binary = (level: number): number => {
    const own = levels[level];
    if (own === undefined) return atom();
    let value = binary(level + 1);
    for (;;) {
      const operator = tokens[at];
      if (operator === undefined || !own.includes(operator)) return value;
      at++;
      const other = binary(level + 1);
      if ((operator === '/' || operator === '%') && other === 0) throw unsure();
      value = compute[operator]?.(value, other) ?? value;
    }
  };
  if (lazy || tokens.length > mostTokens) throw unsure();
  if (tokens.length === 0) return 0;
  const value = binary(0);
  if (at < tokens.length) throw unsure();
  return value;
}

const nameOf = (token: string): string | undefined =>
  /^(?:\$\{[A-Za-z_]\w*\}|\$?[A-Za-z_]\w*)$/.test(token) ? token.replace(/[${}]/g, '') : undefined;
