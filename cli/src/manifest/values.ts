// The text of manifests → plain data, as kubectl reads it. Nothing of the text is kept.
import { type Document, parseAllDocuments, type ScalarTag, type Tags } from 'yaml';
import { Fault } from '../fault.ts';
import { brokenYaml, refuseTemplates } from './parse.ts';
import { Lines } from './place.ts';
import { readPlain } from './plain-scalar.ts';

/** Every scalar without quotes or tag: what kubectl makes of it, which is neither YAML 1.1 nor 1.2. */
const plainScalar: ScalarTag = {
  tag: 'tag:greenroom.dev,2026:plain',
  default: true,
  test: /^/,
  resolve(text) {
    const plain = readPlain(text);
    return plain.kind === 'nothing' ? null : plain.value;
  },
};

// the tags of YAML 1.1 are for whoever writes one, but for these, which would give what is no JSON
const unknownTags = ['timestamp', 'binary', 'omap', 'pairs', 'set'].map((name) => `tag:yaml.org,2002:${name}`);
// the first that fits the form of a scalar is taken
const customTags = (tags: Tags): Tags => [
  plainScalar,
  ...tags.filter((tag) => typeof tag === 'string' || !unknownTags.includes(tag.tag)),
];

export type Values = { readonly [key: string]: unknown };

export const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Every object of a text; a List gives those in it.
 * @throws Fault input where the text is no YAML
 */
export const readValues = (file: string, text: string): Values[] => readDocuments(file, text).flatMap(objectsOf);

/**
 * Every document of a text that is not empty.
 * @param file the name for messages
 * @throws Fault input, with line and column where the text is no YAML
 */
export function readDocuments(file: string, text: string): unknown[] {
  const documents = parseAllDocuments(text, { version: '1.1', customTags, prettyErrors: false, logLevel: 'silent' });
  if ('empty' in documents) return [];
  const lines = new Lines(file, text);
  refuseTemplates(text, documents, (offset) => lines.placeAt(offset));
  return documents
    .map((document) => {
      const [error] = document.errors;
      if (error === undefined) return plainValue(document, file);
      throw brokenYaml(error, lines.placeAt(Math.min(error.pos[0], text.length)));
    })
    .filter((value) => value !== null && value !== undefined);
}

/**
 * A document as a value. What its aliases stand for is counted: a small text can make it more than any memory holds.
 * @throws Fault input
 */
function plainValue(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 1_000 });
  } catch (error) {
    // of an alias too many, one that stands for nothing, or a merge (<<) of what is no mapping
    if (!(error instanceof Error) || ![ReferenceError, Error].some((kind) => error.constructor === kind)) throw error;
    throw new Fault('input', `${file}: ${error.message}`, { cause: error });
  }
}

function objectsOf(value: unknown): Values[] {
  if (!isValues(value)) return [];
  if (String(value.kind).endsWith('List') && Array.isArray(value.items)) return value.items.flatMap(objectsOf);
  return [value];
}

/** What a path leads to. */
export function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let found = value;
  for (const key of path) {
    found = Array.isArray(found) ? found[Number(key)] : isValues(found) ? found[key] : undefined;
  }
  return found;
}
