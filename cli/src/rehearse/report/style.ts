// How lines are drawn on this terminal: colours, signs, width. Pure.

export type Colour = 'green' | 'red' | 'yellow' | 'cyan' | 'dim' | 'bold';

export interface Style {
  paint(colour: Colour, text: string): string;
  readonly signs: Readonly<Record<SignName, string>>;
  /** Columns; undefined where lines are not broken (a file, a pipe). */
  readonly columns: number | undefined;
}

const unicode = {
  start: '▶',
  done: '✓',
  failed: '✗',
  waits: '…',
  app: '●',
  note: '!',
  barDone: '█',
  barFailed: '▒',
  barSidecar: '━',
  barPause: '·',
  arrow: '→',
} as const;

export type SignName = keyof typeof unicode;

const ascii: Readonly<Record<SignName, string>> = {
  start: '>',
  done: '+',
  failed: 'x',
  waits: '-',
  app: '*',
  note: '!',
  barDone: '#',
  barFailed: 'x',
  barSidecar: '=',
  barPause: '.',
  arrow: '->',
};

// ECMA-48 §8.3.117
const codes: Readonly<Record<Colour, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

export function createStyle(options: {
  readonly colours: boolean;
  readonly columns: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Style {
  const { LC_ALL, LC_CTYPE, LANG } = options.env;
  // the first that is set and not empty counts: locale(7)
  const speaksUnicode = /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '');
  return {
    columns: options.columns,
    signs: speaksUnicode ? unicode : ascii,
    paint(colour, text) {
      const [on, off] = codes[colour];
      return options.colours ? `\x1b[${on}m${text}\x1b[${off}m` : text;
    },
  };
}

/** Breaks a text at spaces; a word that is longer than a line stays whole. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && [...last, ...word].length + 1 <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
