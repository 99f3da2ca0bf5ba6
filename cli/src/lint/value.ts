// A value of a manifest with its place: aliases and merges followed, nothing thrown for what has another form.
import { isMap, isScalar, isSeq, type Node } from 'yaml';
import type { ManifestDocument } from '../manifest/parse.ts';
import type { Lines } from '../manifest/place.ts';
import { type PlainValue, readPlain } from '../manifest/plain-scalar.ts';
import { follow, lookup, nothingText, type Tree } from '../manifest/tree.ts';

/** The text that a value lies in. */
export interface Origin {
  readonly document: ManifestDocument;
  /** Where the document's slice begins in its file. */
  readonly offset: number;
  readonly lines: Lines;
}

export class Value {
  readonly origin: Origin;
  readonly node: Node;

  constructor(origin: Origin, node: Node) {
    this.origin = origin;
    this.node = node;
  }

  /** Where it begins in its file. */
  get start(): number {
    return this.origin.offset + (this.node.range?.[0] ?? 0);
  }

  /** Where its text ends in its file. */
  get end(): number {
    return this.origin.offset + (this.node.range?.[1] ?? 0);
  }

  /** Whether aliases elsewhere stand for it. */
  get isAnchored(): boolean {
    return 'anchor' in this.node && this.node.anchor !== undefined;
  }

  /** What a key holds; undefined where it is not there, or nothing. */
  get(...path: readonly string[]): Value | undefined {
    let node: Node | undefined = this.node;
    for (const key of path) node = lookup(this.origin.document, node, key);
    return node === undefined || nothingText(node) !== undefined ? undefined : new Value(this.origin, node);
  }

  /** The items of a list; none where it is no list. */
  get items(): Value[] {
    if (!isSeq(this.node)) return [];
    return this.node.items.flatMap((item) => {
      const node = follow(this.origin.document, item as Tree);
      return node === undefined ? [] : [new Value(this.origin, node)];
    });
  }

  list(...path: readonly string[]): Value[] {
    return this.get(...path)?.items ?? [];
  }

  /** The entries that stand in a mapping itself. */
  get entries(): { readonly key: Value; readonly value: Value }[] {
    if (!isMap(this.node)) return [];
    return this.node.items.flatMap((pair) => {
      const value = follow(this.origin.document, pair.value as Tree);
      const key = pair.key as Tree;
      if (!isScalar(key) || value === undefined) return [];
      return [{ key: new Value(this.origin, key), value: new Value(this.origin, value) }];
    });
  }

  /** The key of an entry that stands here, for its place; else this value. */
  keyOf(name: string): Value {
    return this.entries.find(({ key }) => key.text === name)?.key ?? this;
  }

  /** A mapping of texts, such as labels; merges are followed. */
  get texts(): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const { key, value } of this.entries) {
      const name = key.text ?? '';
      if (name !== '<<') found.set(name, value.text ?? '');
      else {
        const sources = isSeq(value.node) ? value.items : [value];
        for (const [inner, text] of sources.flatMap((source) => [...source.texts])) {
          if (this.get(inner)?.node !== undefined && !found.has(inner)) found.set(inner, text);
        }
      }
    }
    return found;
  }

  /** A scalar as it is written, quotes and escapes resolved; undefined for a mapping or a list. */
  get text(): string | undefined {
    return isScalar(this.node) ? String(this.node.value ?? '') : undefined;
  }

  textAt(...path: readonly string[]): string | undefined {
    return this.get(...path)?.text;
  }

  /** What kubectl reads here; undefined for a mapping or a list. */
  get typed(): PlainValue | undefined {
    if (!isScalar(this.node)) return undefined;
    const text = String(this.node.value ?? '');
    const plain = (this.node.type === undefined || this.node.type === 'PLAIN') && this.node.tag === undefined;
    return plain ? readPlain(text) : { kind: 'text', value: text };
  }

  numberAt(...path: readonly string[]): number | undefined {
    const typed = this.get(...path)?.typed;
    return typed?.kind === 'number' ? Number(typed.value) : undefined;
  }

  flagAt(...path: readonly string[]): boolean | undefined {
    const typed = this.get(...path)?.typed;
    return typed?.kind === 'boolean' ? typed.value : undefined;
  }
}
