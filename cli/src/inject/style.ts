// How a pod is written: what is put in shall look as if it had always been there.
import { isMap, isPair, isScalar, isSeq, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Style } from '../manifest/format.ts';
import { contentEnd, entryOf, entryStart, itemStart, type Tree } from '../manifest/tree.ts';
import type { PodPlace } from '../manifest/workload.ts';

const usual = { step: 2, dash: 0, gap: 2 };

/** The style of a pod's own surroundings; where it is silent, that of the document. */
export function styleOf({ document, pod, parent }: PodPlace, text: string): Style {
  const containers = entryOf(pod, 'containers');
  const json = isScalar(containers?.key) && containers.key.type === 'QUOTE_DOUBLE';
  const blockStep = pod.flow === true || parent.flow === true ? 0 : firstColumn(pod, text) - firstColumn(parent, text);
  const sample = listSample(containers?.value ?? null, containers?.key, text) ?? anyListSample(document.contents, text);
  return {
    step: blockStep > 0 ? blockStep : usual.step,
    dash: sample?.dash ?? usual.dash,
    gap: sample?.gap ?? usual.gap,
    json,
  };
}

const column = (text: string, offset: number) => offset - (text.lastIndexOf('\n', offset - 1) + 1);

function firstColumn(map: YAMLMap, text: string): number {
  const [first] = map.items;
  return first === undefined ? 0 : column(text, entryStart(first as Parameters<typeof entryStart>[0]));
}

interface ListSample {
  readonly dash: number;
  readonly gap: number;
}

/** How a list in block style lies under its key. */
function listSample(value: Tree, key: Node | undefined, text: string): ListSample | undefined {
  if (!isSeq(value) || value.flow === true || value.items.length === 0 || key?.range === undefined) return undefined;
  const dashAt = itemStart(value as YAMLSeq, 0);
  const dash = column(text, dashAt) - column(text, key?.range?.[0] ?? 0);
  const itemAt = (value.items[0] as Node | null)?.range?.[0] ?? 0;
  const gap = itemAt - dashAt;
  // an item that begins on a line of its own says nothing about the gap
  const told = gap > 1 && !text.slice(dashAt, itemAt).includes('\n') && contentEnd(value) > itemAt;
  return dash >= 0 ? { dash, gap: told && gap <= 8 ? gap : usual.gap } : undefined;
}

function anyListSample(tree: unknown, text: string): ListSample | undefined {
  if (isPair(tree)) {
    return listSample(tree.value as Tree, tree.key as Node, text) ?? anyListSample(tree.value, text);
  }
  if (!isMap(tree) && !isSeq(tree)) return undefined;
  for (const item of tree.items) {
    const sample = anyListSample(item, text);
    if (sample !== undefined) return sample;
  }
  return undefined;
}
