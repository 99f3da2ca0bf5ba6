// New YAML, as data that still knows how it shall look. Nothing here comes from the user's file.

export type NewNode =
  | { readonly kind: 'scalar'; readonly value: string | number | bigint | boolean | null }
  /** Text of several lines; a block literal where the style allows it. */
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly NewNode[]; readonly flow: boolean }
  | { readonly kind: 'map'; readonly entries: readonly NewEntry[]; readonly flow: boolean };

export interface NewEntry {
  readonly key: string;
  readonly value: NewNode;
  /** A comment behind the value, without `#`; left out in flow style. */
  readonly comment?: string | undefined;
}

type Plain = string | number | boolean | NewNode | Remarked;

/** A value with a comment behind it. */
interface Remarked {
  readonly kind: 'remarked';
  readonly comment: string;
  readonly value: NewNode;
}

export const remark = (comment: string, value: string | number | boolean | NewNode): Remarked => ({
  kind: 'remarked',
  comment,
  value: nodeOf(value),
});

function nodeOf(value: Plain): NewNode {
  if (typeof value !== 'object') return { kind: 'scalar', value };
  return value.kind === 'remarked' ? value.value : value;
}

const commentOf = (value: Plain) =>
  typeof value === 'object' && value.kind === 'remarked' ? value.comment : undefined;

const entriesOf = (values: Readonly<Record<string, Plain | undefined>>): NewEntry[] =>
  Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: nodeOf(value), comment: commentOf(value) }],
  );

/** A mapping, an entry a line; undefined values are left out. */
export const map = (values: Readonly<Record<string, Plain | undefined>>): NewNode => ({
  kind: 'map',
  entries: entriesOf(values),
  flow: false,
});

/** A mapping on one line: `{a: 1}`. */
export const flowMap = (values: Readonly<Record<string, Plain | undefined>>): NewNode => ({
  kind: 'map',
  entries: entriesOf(values),
  flow: true,
});

/** A list, an item a line. */
export const list = (items: readonly Plain[]): NewNode => ({ kind: 'list', items: items.map(nodeOf), flow: false });

/** A list on one line: `[a, b]`. */
export const flowList = (items: readonly Plain[]): NewNode => ({ kind: 'list', items: items.map(nodeOf), flow: true });

export const literal = (text: string): NewNode => ({ kind: 'literal', text });

/** What a parser gives for a node: every scalar as text. For comparing with what is there. */
export type Texts = string | readonly Texts[] | { readonly [key: string]: Texts };

export function textsOf(node: NewNode): Texts {
  switch (node.kind) {
    case 'scalar':
      return String(node.value);
    case 'literal':
      return node.text;
    case 'list':
      return node.items.map(textsOf);
    case 'map':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, textsOf(value)]));
  }
}
