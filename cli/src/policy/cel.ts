// Texts and trees as CEL (https://github.com/google/cel-spec/blob/master/doc/langdef.md): written, never read.
import type { NewNode } from '../manifest/node.ts';

/** A text as a literal that means the same text. */
export function celText(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r');
  return `'${escaped}'`;
}

export const celTexts = (texts: readonly string[]): string => `[${texts.map(celText).join(', ')}]`;

/** A part of an object that is no fixed text: CEL that gives it. */
export interface CelPart {
  readonly cel: string;
}

/**
 * A tree as the typed literal that a JSON patch of a MutatingAdmissionPolicy takes: `Object.spec.initContainers{…}`.
 * @param parts values that stand for what the tree has not: by key, of the outermost mapping
 */
export function celObject(tree: NewNode, type: string, parts: Readonly<Record<string, CelPart>> = {}): string {
  switch (tree.kind) {
    case 'scalar':
      return typeof tree.value === 'string' ? celText(tree.value) : String(tree.value);
    case 'literal':
      return celText(tree.text);
    case 'list':
      return `[${tree.items.map((item) => celObject(item, type)).join(', ')}]`;
    case 'map': {
      const own = tree.entries.map(({ key, value }) => `${key}: ${celObject(value, `${type}.${key}`)}`);
      const others = Object.entries(parts).map(([key, { cel }]) => `${key}: ${cel}`);
      return `${type}{\n${indent([...own, ...others].join(',\n'))}\n}`;
    }
  }
}

/** All lines two columns to the right. */
export const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ');

/** The lines of an annotation, without the space around them; none where the pod has no such annotation. */
export const linesOf = (annotations: string, key: string): string =>
  `${annotations}.filter(key, key == ${celText(key)}).map(key, ${annotations}[key].split('\\n')).flatten().map(line, line.trim()).filter(line, line != '')`;
