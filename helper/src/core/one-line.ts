// Text that a server, a file or an archive may have a hand in, as it may be shown: it moves no cursor and begins no line.

// C0, C1 and what terminals turn writing round with; not \p{Cc}, which makes every start read the tables of Unicode
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const moving = /[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** On one line: what ends lines, and whatever else moves the cursor, becomes a blank. */
export function oneLine(text: string): string {
  return text.replace(moving, ' ');
}

const escaped = (one: string) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A line of JSON with its line end, which says the same: JSON itself leaves C1 and what ends lines elsewhere as they are. */
export function plainJson(line: string): string {
  return line.replace(moving, (one) => (one === '\n' ? one : escaped(one)));
}

/** For people, over several lines: those after the first are indented, the rest of what moves the cursor is written out. */
export function indented(text: string, indent: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(moving, escaped))
    .join(`\n${indent}`);
}
