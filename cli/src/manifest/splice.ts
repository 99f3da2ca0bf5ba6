// Puts items and entries into a parsed document's text and takes them out again, in block and in flow style.
// Every way in has its way out: what was put in and is taken out leaves the bytes that were there before.
import type { Node, Pair, YAMLMap, YAMLSeq } from 'yaml';
import type { Edits } from './edits.ts';
import { formatEntry, formatFlow, formatItem, formatPretty, type Style } from './format.ts';
import type { NewEntry, NewNode } from './node.ts';
import { contentEnd, entryStart, itemStart, nothingText, type Tree, valueStart } from './tree.ts';

export type Entry = Pair<Node, Tree>;

/** Thrown where the text is laid out in a way that lines cannot be put into. */
export class LayoutError extends Error {
  readonly offset: number;

  constructor(offset: number) {
    super('this layout cannot be extended');
    this.name = 'LayoutError';
    this.offset = offset;
  }
}

// Of insertions at one place, what ends the part above comes before what begins the part below,
// and what lies deeper comes before what lies around it.
const deepest = 1_000;
const rankBehind = (indent: number) => deepest - indent;
const rankBefore = (indent: number) => 2 * deepest - indent;

// How a list that was there and held nothing is known afterwards. In block style a comment says it; in flow style
// a space: `[item ]` was [], `[ item]` was null, `[item]` was not there.
const emptyMark = '# greenroom: was ';
const emptyPattern = /# greenroom: was (empty|~|null|Null|NULL|\[[ \t]*\])/y;

/** Puts items into a list that has some, so that the first of them gets the index. */
export function insertItems(edits: Edits, seq: YAMLSeq, index: number, items: readonly NewNode[], style: Style): void {
  if (seq.flow === true) {
    const members = seq.items.map((item, at) => ({ start: itemStart(seq, at), end: contentEnd(item as Node) }));
    insertFlow(edits, members, index, (indent, step) => items.map((item) => formatMember(item, indent, step, style)));
    return;
  }
  const dash = columnOf(edits, itemStart(seq, 0));
  const lines = items.flatMap((item) => formatItem(item, dash, style));
  if (index < seq.items.length) {
    const floor = index === 0 ? 0 : edits.lineAfter(endOfItem(seq, index - 1));
    edits.insertLines(aboveComments(edits, itemStart(seq, index), floor), lines, rankBefore(dash));
  } else {
    const end = edits.lineAfter(endOfItem(seq, index - 1));
    edits.insertLines(belowComments(edits, end, dash + 1), lines, rankBehind(dash));
  }
}

/** Writes an item of a list anew. */
export function replaceItem(edits: Edits, seq: YAMLSeq, index: number, item: NewNode, style: Style): void {
  const start = itemStart(seq, index);
  const end = contentEnd(seq.items[index] as Node);
  const lineEnd = edits.lineEndAt(end);
  if (seq.flow === true) {
    const { indent, step } = flowIndent(edits, start);
    edits.replace(start, end, formatMember(item, indent, step, style).join(lineEnd));
    return;
  }
  const [head = '', ...tail] = formatItem(item, columnOf(edits, start), style);
  // a block scalar ends behind its line
  const text = edits.text;
  const last = text[end - 1] !== '\n' ? end : text[end - 2] === '\r' ? end - 2 : end - 1;
  edits.replace(start, last, [head.trimStart(), ...tail].join(lineEnd));
}

/** Takes items out of a list that keeps others. */
export function cutItems(edits: Edits, seq: YAMLSeq, isCut: (index: number) => boolean): void {
  if (seq.flow === true) {
    const members = seq.items.map((item, at) => ({ start: itemStart(seq, at), end: contentEnd(item as Node) }));
    cutFlow(edits, members, isCut);
    return;
  }
  seq.items.forEach((_, index) => {
    if (isCut(index)) cutItemLines(edits, seq, index);
  });
}

/** Puts an entry before (0) or behind (1) one that is there. */
export function insertEntry(
  edits: Edits,
  map: YAMLMap,
  beside: Entry,
  side: 0 | 1,
  entry: NewEntry,
  style: Style,
): void {
  const entries = map.items as Entry[];
  const index = entries.indexOf(beside) + side;
  if (map.flow === true) {
    const members = entries.map((each) => ({ start: entryStart(each), end: contentEnd(each) }));
    insertFlow(edits, members, index, (indent, step) => [
      prefixed(
        `${formatFlow({ kind: 'scalar', value: entry.key }, style)}: `,
        formatMember(entry.value, indent, step, style),
      ),
    ]);
    return;
  }
  const column = columnOf(edits, entryStart(beside), side === 1);
  const [head = '', ...tail] = formatEntry(entry, column, style);
  const lines = [' '.repeat(column) + head, ...tail];
  if (side === 1) {
    // behind the last entry, a comment in the same column can belong to nothing else
    const margin = index === entries.length ? column : column + 1;
    const at = belowComments(edits, edits.lineAfter(contentEnd(beside)), margin);
    edits.insertLines(at, lines, rankBehind(column));
  } else {
    const above = entries[index - 1];
    const floor = above === undefined ? 0 : edits.lineAfter(contentEnd(above));
    edits.insertLines(aboveComments(edits, entryStart(beside), floor), lines, rankBefore(column));
  }
}

/** Gives items to an entry that is there and holds nothing: `[]`, null, or not even that. */
export function fillEntry(edits: Edits, map: YAMLMap, entry: Entry, items: readonly NewNode[], style: Style): void {
  const { value } = entry;
  const nothing = nothingText(value);
  const start = value?.range?.[0] ?? 0;
  const end = value?.range?.[1] ?? 0;
  if (map.flow === true) {
    const text = items.map((item) => formatFlow(item, style)).join(', ');
    if (nothing === 'null') edits.replace(start, end, `[ ${text}]`);
    else if (nothing === undefined) edits.replace(start + 1, start + 1, `${text} `);
    else throw new LayoutError(entryStart(entry));
    return;
  }
  const was = nothing === undefined ? edits.text.slice(start, end) : nothing === '' ? 'empty' : nothing;
  const column = columnOf(edits, entryStart(entry), true);
  const dash = column + style.dash;
  if (!/^(?:empty|~|null|Null|NULL|\[[ \t]*\])$/.test(was)) throw new LayoutError(start);
  if (nothing === '') {
    const at = valueStart(entry);
    edits.replace(at, at, ` ${emptyMark}${was}`);
    edits.insertLines(
      edits.lineAfter(at),
      items.flatMap((item) => formatItem(item, dash, style)),
      rankBehind(dash),
    );
  } else {
    edits.replace(start, end, emptyMark + was);
    edits.insertLines(
      edits.lineAfter(end),
      items.flatMap((item) => formatItem(item, dash, style)),
      rankBehind(dash),
    );
  }
}

/** Takes entries out whose lists hold nothing but what shall go; one that held nothing before holds nothing again. */
export function cutEntries(edits: Edits, map: YAMLMap, isCut: (entry: Entry) => boolean): void {
  const entries = map.items as Entry[];
  const gone = new Set(entries.filter(isCut));
  for (const entry of gone) if (emptyEntry(edits, map, entry)) gone.delete(entry);
  if (map.flow === true) {
    const members = entries.map((each) => ({ start: entryStart(each), end: contentEnd(each) }));
    cutFlow(edits, members, (index) => gone.has(entries[index] as Entry));
    return;
  }
  for (const entry of gone) {
    const start = entryStart(entry);
    columnOf(edits, start);
    const seq = entry.value as YAMLSeq;
    if (seq.flow === true) edits.cutLines(edits.lineStart(start), edits.lineAfter(contentEnd(entry)));
    else {
      edits.cutLines(edits.lineStart(start), edits.lineAfter(valueStart(entry)));
      // comments between the items are the user's
      seq.items.forEach((_, index) => {
        cutItemLines(edits, seq, index);
      });
    }
  }
}

/** Gives an entry back the nothing that it held; false where nothing says that it held any. */
function emptyEntry(edits: Edits, map: YAMLMap, entry: Entry): boolean {
  const seq = entry.value as YAMLSeq;
  const { text } = edits;
  if (seq.flow === true) {
    if (map.flow !== true) return false;
    const start = seq.range?.[0] ?? 0;
    const end = seq.range?.[1] ?? 0;
    const first = itemStart(seq, 0);
    const last = contentEnd(seq.items.at(-1) as Node);
    if (text.slice(start, first) === '[ ' && last === end - 1) edits.replace(start, end, 'null');
    else if (text.slice(start, first) === '[' && text[last] === ' ') edits.replace(first, last + 1, '');
    else return false;
    return true;
  }
  // on the line of the key, or on one of its own as the empty list was
  const mark = text.indexOf(emptyMark, valueStart(entry));
  emptyPattern.lastIndex = mark;
  const match = mark !== -1 && mark < itemStart(seq, 0) ? emptyPattern.exec(text) : null;
  if (match === null) return false;
  const [whole, was = ''] = match;
  if (was === 'empty') edits.replace(mark - 1, mark + whole.length, '');
  else edits.replace(mark, mark + whole.length, was);
  seq.items.forEach((_, index) => {
    cutItemLines(edits, seq, index);
  });
  return true;
}

function cutItemLines(edits: Edits, seq: YAMLSeq, index: number): void {
  const start = itemStart(seq, index);
  columnOf(edits, start);
  edits.cutLines(edits.lineStart(start), edits.lineAfter(endOfItem(seq, index)));
}

function endOfItem(seq: YAMLSeq, index: number): number {
  const item = seq.items[index] as Node;
  return nothingText(item) === '' ? itemStart(seq, index) + 1 : contentEnd(item);
}

/**
 * The column of a text that is the first on its line.
 * @param behindDash whether the dash of a list may stand before it
 * @throws LayoutError where something else does
 */
export function columnOf(edits: Edits, offset: number, behindDash = false): number {
  const before = edits.text.slice(edits.lineStart(offset), offset);
  if (!(behindDash ? /^ *(?:- +)?$/ : /^ *$/).test(before)) throw new LayoutError(offset);
  return before.length;
}

/** The beginning of the line of a text, or of the comments right above it that are indented as it is. */
function aboveComments(edits: Edits, start: number, floor: number): number {
  let at = edits.lineStart(start);
  const margin = ' '.repeat(start - at);
  while (at > floor) {
    const above = edits.lineStart(at - 1);
    if (above < floor || !edits.text.startsWith(`${margin}#`, above)) break;
    at = above;
  }
  return at;
}

/** Behind the comments that follow a piece of text and are indented so far that they belong to it. */
function belowComments(edits: Edits, start: number, margin: number): number {
  const comment = new RegExp(` {${margin},}#[^\\n]*\\n?`, 'y');
  let at = start;
  for (comment.lastIndex = at; at < edits.text.length && comment.test(edits.text); ) at = comment.lastIndex;
  return at;
}

interface Member {
  readonly start: number;
  readonly end: number;
}

/** Before a member that is there, else behind the last: the way that `cutFlow` goes back. */
function insertFlow(
  edits: Edits,
  members: readonly Member[],
  index: number,
  write: (indent: string | undefined, step: string) => string[][],
): void {
  const next = members[index];
  const beside = next ?? (members[index - 1] as Member);
  const { indent, step } = flowIndent(edits, beside.start);
  const lineEnd = edits.lineEndAt(beside.start);
  const separator = indent === undefined ? ', ' : `,${lineEnd}${indent}`;
  const texts = write(indent, step).map((lines) => lines.join(lineEnd));
  if (next !== undefined) edits.replace(next.start, next.start, texts.map((text) => text + separator).join(''));
  else edits.replace(beside.end, beside.end, texts.map((text) => separator + text).join(''));
}

function cutFlow(edits: Edits, members: readonly Member[], isCut: (index: number) => boolean): void {
  for (let from = 0; from < members.length; from++) {
    if (!isCut(from)) continue;
    let to = from;
    while (to + 1 < members.length && isCut(to + 1)) to++;
    const [before, first, last, after] = [members[from - 1], members[from], members[to], members[to + 1]];
    const start = after === undefined && before !== undefined ? before.end : (first?.start ?? 0);
    edits.replace(start, after?.start ?? last?.end ?? 0, '');
    from = to;
  }
}

/** How members of a flow collection are indented that have lines of their own; undefined where they share one. */
function flowIndent(edits: Edits, start: number): { indent: string | undefined; step: string } {
  const indent = edits.text.slice(edits.lineStart(start), start);
  if (!/^[ \t]*$/.test(indent) || indent === '') return { indent: undefined, step: '' };
  if (indent.includes('\t')) return { indent, step: '\t' };
  // the nearest line above that is less indented opened the collection
  for (let at = edits.lineStart(start); at > 0; ) {
    at = edits.lineStart(at - 1);
    const outer = /^ */.exec(edits.text.slice(at, at + indent.length))?.[0] ?? '';
    if (outer.length < indent.length) return { indent, step: indent.slice(outer.length) };
  }
  return { indent, step: '  ' };
}

const formatMember = (node: NewNode, indent: string | undefined, step: string, style: Style): string[] =>
  indent === undefined ? [formatFlow(node, style)] : formatPretty(node, indent, step, style);

const prefixed = (prefix: string, [head = '', ...tail]: readonly string[]): string[] => [prefix + head, ...tail];
