// The text of manifests → documents as values, as kubectl reads them. Nothing of the text is kept.
import { LineCounter, parseAllDocuments, type Tags } from 'yaml';
import { Fault } from '../../fault.ts';
import { plainValue } from '../../manifest/values.ts';
import { Fields, isMapping } from './fields.ts';

/** A Kubernetes object that stands in one of the files. */
export interface ManifestObject {
  readonly kind: string;
  readonly name: string;
  /** Undefined where the manifest names none. */
  readonly namespace: string | undefined;
  readonly fields: Fields;
}

// kubectl reads YAML 1.1 (0644 is octal, `on` is true), but knows none of its times, dates and rarer tags
const unknownTags = ['timestamp', 'binary', 'omap', 'pairs', 'set'].map((name) => `tag:yaml.org,2002:${name}`);
const customTags = (tags: Tags): Tags =>
  tags.filter((tag) => typeof tag === 'string' || (tag.format !== 'TIME' && !unknownTags.includes(tag.tag)));

/**
 * Reads every object of a text; a List gives those in it.
 * @param file the name for messages
 * @throws Fault input, with line and column where the text is no YAML
 */
export function readObjects(file: string, text: string): ManifestObject[] {
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, { version: '1.1', customTags, lineCounter });
  const objects: ManifestObject[] = [];
  for (const document of Array.isArray(documents) ? documents : []) {
    const [error] = document.errors;
    if (error !== undefined) {
      const { line, col } = lineCounter.linePos(error.pos[0]);
      const message = error.message.split(' at line ')[0] ?? error.message;
      const place = { file, line, column: col, text: text.split(/\r?\n/)[line - 1] ?? '' };
      throw new Fault('input', `is not valid YAML: ${message}`, { place });
    }
    const value = plainValue(document, file);
    if (value !== null && value !== undefined) objects.push(...objectsOf(value, file));
  }
  return objects;
}

function objectsOf(value: unknown, file: string): ManifestObject[] {
  if (!isMapping(value) || typeof value.kind !== 'string') {
    throw new Fault('input', `${file}: holds a document that is no Kubernetes object: it has no kind`);
  }
  if (value.kind.endsWith('List') && Array.isArray(value.items)) {
    return value.items.flatMap((item) => objectsOf(item, file));
  }
  const metadata = new Fields(value.metadata ?? {}, `${value.kind} in ${file}, metadata`);
  const name = metadata.text('name') ?? metadata.text('generateName') ?? '';
  const fields = new Fields(value, name === '' ? `${value.kind} in ${file}` : `${value.kind} ${name}`);
  return [{ kind: value.kind, name, namespace: metadata.text('namespace'), fields }];
}
