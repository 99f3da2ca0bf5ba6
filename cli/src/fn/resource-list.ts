// A ResourceList, what a KRM function reads and writes:
// https://github.com/kubernetes-sigs/kustomize/blob/master/cmd/config/docs/api-conventions/functions-spec.md
import { isMap, isSeq, type YAMLMap } from 'yaml';
import { Fault } from '../fault.ts';
import { Edits } from '../manifest/edits.ts';
import { list, map, type NewNode } from '../manifest/node.ts';
import { type ManifestDocument, parseSlice } from '../manifest/parse.ts';
import { Lines } from '../manifest/place.ts';
import { cutEntries, type Entry, insertEntry } from '../manifest/splice.ts';
import { entryOf, lookup, type Tree, textAt } from '../manifest/tree.ts';
import { objectsOf } from '../manifest/workload.ts';

/** An item, so far as a result names it. */
export interface ItemReference {
  /** The lines it stands on in the ResourceList, from 1. */
  readonly fromLine: number;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  /** The file that it came from, and its place in there, where the caller said so. */
  readonly path: string | undefined;
  readonly index: string | undefined;
}

export interface ResourceList {
  readonly items: readonly ItemReference[];
  /** As data; every scalar is a text. */
  readonly functionConfig: unknown;
}

const name = '-';

/** @throws Fault input */
export function readResourceList(text: string): ResourceList {
  const { document, root, lines } = parse(text);
  const items = objectsOf(document).map(({ tree, offset }): ItemReference => {
    const metadata = lookup(document, tree, 'metadata');
    const annotation = (key: string) =>
      textAt(document, lookup(document, metadata, 'annotations'), `internal.config.kubernetes.io/${key}`) ??
      textAt(document, lookup(document, metadata, 'annotations'), `config.kubernetes.io/${key}`);
    return {
      fromLine: lines.lineAt(offset),
      apiVersion: textAt(document, tree, 'apiVersion') ?? '',
      kind: textAt(document, tree, 'kind') ?? '',
      name: textAt(document, metadata, 'name') ?? '',
      namespace: textAt(document, metadata, 'namespace'),
      path: annotation('path'),
      index: annotation('index'),
    };
  });
  return { items, functionConfig: configOf(document, root) };
}

/** The list with these results in place of those that it had. */
export function withResults(text: string, results: readonly NewNode[]): string {
  const { root } = parse(text);
  const isResults = (entry: Entry) => entry === entryOf(root, 'results');
  const cut = new Edits(text);
  if (entryOf(root, 'results') !== undefined) cutEntries(cut, root, isResults);
  const bare = cut.apply();
  if (results.length === 0) return bare;
  const again = parse(bare);
  const edits = new Edits(bare);
  const entry = { key: 'results', value: list(results) };
  const style = { step: 2, dash: 0, gap: 2, json: text.trimStart().startsWith('{') };
  insertEntry(edits, again.root, again.root.items.at(-1) as Entry, 1, entry, style);
  return edits.apply();
}

/** @throws Fault input for aliases that stand for too much */
function configOf(document: ManifestDocument, root: YAMLMap): unknown {
  try {
    return lookup(document, root, 'functionConfig')?.toJS(document);
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw new Fault('input', `fn: the functionConfig: ${error.message}`, { cause: error });
  }
}

function parse(text: string): { document: ManifestDocument; root: YAMLMap; lines: Lines } {
  const lines = new Lines(name, text);
  const documents = parseSlice({ text, offset: 0 }, lines);
  const [document] = documents;
  const root: Tree = document?.contents ?? null;
  if (document === undefined || !isMap(root) || textAt(document, root, 'kind') !== 'ResourceList') {
    throw new Fault('input', 'fn: standard input holds no ResourceList', {
      cure: 'kustomize and kpt give one; by hand: greenroom inject takes manifests as they are',
    });
  }
  const items = entryOf(root, 'items')?.value;
  if (documents.length > 1 || (items !== undefined && items !== null && !isSeq(items))) {
    throw new Fault('input', 'fn: the ResourceList is not one document with a list of items');
  }
  return { document, root, lines };
}

export type Severity = 'error' | 'warning' | 'info';

export interface Result {
  readonly severity: Severity;
  readonly message: string;
  readonly item: ItemReference | undefined;
  readonly field?: { readonly path: string; readonly currentValue?: string; readonly proposedValue?: string | NewNode };
}

/** A result as the specification has it. */
export function resultNode({ severity, message, item, field }: Result): NewNode {
  return map({
    message,
    severity,
    resourceRef:
      item === undefined
        ? undefined
        : map({ apiVersion: item.apiVersion, kind: item.kind, name: item.name, namespace: item.namespace }),
    field: field === undefined ? undefined : map({ ...field }),
    file:
      item?.path === undefined
        ? undefined
        : map({ path: item.path, index: item.index === undefined ? undefined : Number(item.index) }),
  });
}
