// The text of manifests → Kubernetes objects, as kubectl reads them. Nothing of the text is kept.
import { readDocuments } from '../../manifest/values.ts';
import { Fields, isMapping } from './fields.ts';

/** A Kubernetes object that stands in one of the files. */
export interface ManifestObject {
  readonly kind: string;
  readonly name: string;
  /** Undefined where the manifest names none. */
  readonly namespace: string | undefined;
  readonly fields: Fields;
}

/**
 * Reads every object of a text; a List gives those in it. What has no kind is none.
 * @param file the name for messages
 * @throws Fault input, with line and column where the text is no YAML
 */
export const readObjects = (file: string, text: string): ManifestObject[] =>
  readDocuments(file, text).flatMap((value) => objectsOf(value, file));

function objectsOf(value: unknown, file: string): ManifestObject[] {
  if (!isMapping(value) || typeof value.kind !== 'string') return [];
  if (value.kind.endsWith('List') && Array.isArray(value.items)) {
    return value.items.flatMap((item) => objectsOf(item, file));
  }
  const metadata = new Fields(value.metadata ?? {}, `${value.kind} in ${file}, metadata`);
  const name = metadata.text('name') ?? metadata.text('generateName') ?? '';
  const fields = new Fields(value, name === '' ? `${value.kind} in ${file}` : `${value.kind} ${name}`);
  return [{ kind: value.kind, name, namespace: metadata.text('namespace'), fields }];
}
