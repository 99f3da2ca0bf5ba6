// The text of manifests → plain data, as kubectl reads it. Nothing of the text is kept.
import { type Document, parseAllDocuments, type Tags } from 'yaml';
import { Fault } from '../fault.ts';

// kubectl reads YAML 1.1 (0644 is octal, `on` is true), but knows none of its times, dates and rarer tags
const unknownTags = ['timestamp', 'binary', 'omap', 'pairs', 'set'].map((name) => `tag:yaml.org,2002:${name}`);
const customTags = (tags: Tags): Tags =>
  tags.filter((tag) => typeof tag === 'string' || (tag.format !== 'TIME' && !unknownTags.includes(tag.tag)));

export type Values = { readonly [key: string]: unknown };

export const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Every object of a text; a List gives those in it.
 * @throws Fault input where the text is no YAML
 */
export function readValues(file: string, text: string): Values[] {
  const documents = parseAllDocuments(text, { version: '1.1', customTags, logLevel: 'silent' });
  if ('empty' in documents) return [];
  return documents.flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new Fault('input', `${file} is not valid YAML: ${error.message}`);
    return objectsOf(plainValue(document, file));
  });
}

/**
 * A document as a value. What its aliases stand for is counted: a small text can make it more than any memory holds.
 * @throws Fault input
 */
export function plainValue(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 1_000 });
  } catch (error) {
    // of an alias too many, or one that stands for nothing
    if (!(error instanceof ReferenceError)) throw error;
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
