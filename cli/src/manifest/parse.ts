// Text → documents, each with its place in the file. Broken YAML and templates that are not rendered are refused here.
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  type ParsedNode,
  parseAllDocuments,
  visit,
  type YAMLError,
} from 'yaml';
import { Fault, type Place } from '../fault.ts';
import type { Lines } from './place.ts';

/** One or more documents that lie together: what stands between two `---`. */
export interface Slice {
  readonly text: string;
  /** Where it begins in its file. */
  readonly offset: number;
}

export type ManifestDocument = Document.Parsed<ParsedNode>;

/** Cuts a file before each `---`: the marker ends whatever came before it, quotes included (YAML 1.2.2 §9.1.2). */
export function sliceDocuments(text: string): Slice[] {
  const slices: Slice[] = [];
  const marker = /^---(?=[ \t\r\n]|$)/gm;
  let offset = 0;
  let cut = marker.exec(text);
  // what comes before the first marker is a document only if something stands there
  if (cut !== null && /^\uFEFF?(?:[ \t]*(?:#.*|%.*)?\r?\n)*$/.test(text.slice(0, cut.index))) cut = marker.exec(text);
  for (; cut !== null; cut = marker.exec(text)) {
    slices.push({ text: text.slice(offset, cut.index), offset });
    offset = cut.index;
  }
  slices.push({ text: text.slice(offset), offset });
  return slices;
}

/**
 * Parses a slice. Scalars stay as they are written (`0644`, `on`), and every node knows its offsets in the slice.
 * @param splices whether something shall be put in or taken out: the tokens, half of the memory, are kept for that alone
 * @throws Fault input, with the place and the cure
 */
export function parseSlice(slice: Slice, lines: Lines, splices = true): ManifestDocument[] {
  const documents = parseAllDocuments(slice.text, {
    schema: 'failsafe',
    keepSourceTokens: splices,
    prettyErrors: false,
    logLevel: 'silent',
  });
  if ('empty' in documents) return [];
  const error = documents.flatMap(({ errors }) => errors)[0];
  refuseTemplates(slice.text, documents, (offset) => lines.placeAt(slice.offset + offset));
  if (error !== undefined) {
    throw brokenYaml(error, lines.placeAt(slice.offset + Math.min(error.pos[0], slice.text.length)));
  }
  const alias = slice.text.includes('*') ? documents.flatMap((document) => lostAlias(document) ?? [])[0] : undefined;
  if (alias !== undefined) {
    throw new Fault('input', `broken YAML: *${alias.source} stands for nothing`, {
      place: lines.placeAt(slice.offset + (alias.range?.[0] ?? 0)),
      cure: `write &${alias.source} before what it shall stand for, further above in the same document`,
    });
  }
  return documents;
}

/** The first alias without an anchor before it. */
function lostAlias(document: ManifestDocument): Alias | undefined {
  const anchors = new Set<string>();
  let found: Alias | undefined;
  visit(document, {
    Node(_, node) {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor);
        return undefined;
      }
      if (anchors.has(node.source)) return undefined;
      found = node;
      return visit.BREAK;
    },
  });
  return found;
}

export const brokenYaml = (error: YAMLError, place: Place): Fault =>
  new Fault('input', `broken YAML: ${lowerFirst(error.message)}`, { place, cause: error, ...cureOf(error.code) });

const lowerFirst = (text: string) => (/^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text);

function cureOf(code: string): { cure?: string } {
  switch (code) {
    case 'TAB_AS_INDENT':
      return { cure: 'indent with spaces' };
    case 'DUPLICATE_KEY':
      return { cure: 'only the last of them would count: keep one' };
    case 'BAD_INDENT':
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'BLOCK_IN_FLOW':
    case 'MULTILINE_IMPLICIT_KEY':
      return { cure: 'look at the indentation of this line and of the one above' };
    default:
      return {};
  }
}

/** @throws Fault input for a text that is a template, broken as YAML or not */
export function refuseTemplates(
  text: string,
  documents: readonly ManifestDocument[],
  placeAt: (offset: number) => Place,
): void {
  const offset = templateOffset(
    text,
    documents,
    documents.some(({ errors }) => errors.length > 0),
  );
  if (offset === undefined) return;
  throw new Fault('input', 'this is a template, not YAML', {
    place: placeAt(offset),
    cure: 'render it first, and give the result: helm template … | greenroom COMMAND -',
  });
}

/**
 * Where a Go template shows: `{{` in a text that is broken, or `{{ … }}` that YAML reads as a mapping whose key is one.
 * In a quoted or block scalar `{{` is anybody's right.
 */
function templateOffset(text: string, documents: readonly ManifestDocument[], broken: boolean): number | undefined {
  if (!text.includes('{{')) return undefined;
  // in a comment it breaks nothing
  if (broken) {
    const line = /^(?!\s*#).*?(?<!\s#.*)\{\{/m.exec(text);
    return line === null ? undefined : line.index + line[0].length - 2;
  }
  let found: number | undefined;
  for (const document of documents) {
    visit(document, {
      Map(_, map) {
        const key = map.items[0]?.key;
        if (map.flow !== true || !isMap(key) || key.flow !== true) return undefined;
        found = map.range?.[0];
        return visit.BREAK;
      },
    });
  }
  return found;
}
