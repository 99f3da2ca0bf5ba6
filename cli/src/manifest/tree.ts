// Questions to a parsed document: what is there, and where exactly its text begins and ends.
import {
  type Alias,
  type CST,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';

export type Tree = Node | null;

/** The entry of a mapping that stands there itself, not brought in by `<<`. */
export function entryOf(map: YAMLMap, key: string): Pair<Node, Tree> | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key) as Pair<Node, Tree> | undefined;
}

/** What a key stands for, aliases followed and `<<` heeded; undefined where it is not there. */
export function lookup(document: Document, tree: Tree | undefined, key: string): Node | undefined {
  const map = follow(document, tree);
  if (!isMap(map)) return undefined;
  const own = entryOf(map, key);
  if (own !== undefined) return follow(document, own.value);
  const merged = follow(document, entryOf(map, '<<')?.value);
  const sources = isSeq(merged) ? (merged.items as Tree[]) : [merged ?? null];
  return sources.map((source) => (source === map ? undefined : lookup(document, source, key))).find((node) => node);
}

/** The node that an alias stands for, or the node itself. */
export function follow(document: Document, tree: Tree | undefined): Node | undefined {
  return isAlias(tree) ? tree.resolve(document) : (tree ?? undefined);
}

/** The text of a scalar under a key, as written. */
export function textAt(document: Document, tree: Tree | undefined, key: string): string | undefined {
  const node = lookup(document, tree, key);
  return isScalar(node) && typeof node.value === 'string' ? node.value : undefined;
}

/** The items under a key, aliases followed; none where there is no list. */
export function itemsAt(document: Document, tree: Tree | undefined, key: string): Node[] {
  const node = lookup(document, tree, key);
  return isSeq(node) ? node.items.flatMap((item) => follow(document, item as Tree) ?? []) : [];
}

/** How a value that is nothing is written: empty, `~` or a spelling of null; undefined for any other. */
export function nothingText(tree: Tree | undefined): string | undefined {
  if (tree === null || tree === undefined) return '';
  if (!isScalar(tree) || (tree.type !== undefined && tree.type !== 'PLAIN')) return undefined;
  const text = String(tree.value ?? '');
  return /^(?:|~|null|Null|NULL)$/.test(text) ? text : undefined;
}

/** Where the text of an entry begins: its key, or what marks the key. */
export function entryStart(pair: Pair<Node, Tree>): number {
  return firstToken(pair.srcToken as CST.CollectionItem | undefined) ?? pair.key.range?.[0] ?? 0;
}

/** Where the text of an item of a list begins: its dash in block style, else its anchor, tag or value. */
export function itemStart(seq: YAMLSeq, index: number): number {
  const node = seq.items[index] as Node;
  const items = (seq.srcToken as CST.BlockSequence | CST.FlowCollection | undefined)?.items ?? [];
  // a value of its own token; an empty one has none, and stands where its place in the list says
  const token = node.srcToken;
  const owner = token === undefined ? undefined : items.find(({ value, key }) => value === token || key === token);
  return firstToken(owner ?? items[index]) ?? node.range?.[0] ?? 0;
}

function firstToken(item: CST.CollectionItem | undefined): number | undefined {
  const blank = new Set(['space', 'newline', 'comment', 'comma', 'flow-error-end']);
  return item?.start?.find(({ type }) => !blank.has(type))?.offset ?? item?.key?.offset ?? item?.value?.offset;
}

/** Where the text of a value ends, without the space and comments behind it. */
export function contentEnd(node: Node | Pair<Node, Tree>): number {
  if (isPair(node)) return entryEnd(node as Pair<Node, Tree>);
  if (isCollection(node) && node.flow !== true) {
    const last = node.items.at(-1);
    if (isPair(last)) return entryEnd(last as Pair<Node, Tree>);
    if (last !== undefined && last !== null) {
      const index = node.items.length - 1;
      const end = contentEnd(last as Node);
      // an item that is nothing ends with its dash
      return isEmpty(last as Node) ? itemStart(node as YAMLSeq, index) + 1 : end;
    }
  }
  return node.range?.[1] ?? 0;
}

function entryEnd(pair: Pair<Node, Tree>): number {
  if (pair.value !== null && !isEmpty(pair.value)) return contentEnd(pair.value);
  return valueStart(pair);
}

/** Where the value of an entry may begin: behind the colon, and behind an anchor or tag that stands there. */
export function valueStart(pair: Pair<Node, Tree>): number {
  const separators = (pair.srcToken as CST.CollectionItem | undefined)?.sep ?? [];
  const last = separators.findLast(({ type }) => type === 'map-value-ind' || type === 'anchor' || type === 'tag');
  return last === undefined ? (pair.key.range?.[1] ?? 0) : last.offset + last.source.length;
}

const isEmpty = (node: Node) => isScalar(node) && node.range?.[0] === node.range?.[1];

/** Every alias of a document, by the name of its anchor. Made once a document. */
export function aliasesOf(document: Document): ReadonlyMap<string, Alias> {
  const found = new Map<string, Alias>();
  const walk = (tree: unknown): void => {
    if (isAlias(tree)) found.set(tree.source, tree);
    else if (isPair(tree)) {
      walk(tree.key);
      walk(tree.value);
    } else if (isCollection(tree)) for (const item of tree.items) walk(item);
  };
  walk(document.contents);
  return found;
}
