// Turns init containers that wait or download into the helper's, where they stand; all others stay as they are written.
import { isDeepStrictEqual } from 'node:util';
import { isAlias, isMap, isScalar, isSeq, type Node, type Scalar, visit, type YAMLSeq } from 'yaml';
import { parseArgs } from '../../../helper/src/contract/index.ts';
import { Fault, type Place } from '../fault.ts';
import { accessText, apiAccesses } from '../inject/api-access.ts';
import { stepText } from '../inject/container.ts';
import { styleOf } from '../inject/style.ts';
import type { Candidate, Transformer } from '../inject/transform.ts';
import { Edits } from '../manifest/edits.ts';
import { cutItems, replaceItem } from '../manifest/splice.ts';
import { entryOf, follow, itemStart, type Tree, textAt } from '../manifest/tree.ts';
import { objectText } from '../manifest/workload.ts';
import { isSidecar, LeftAlone, type Reading, readContainer } from './container.ts';
import { type Common, helperContainer } from './write.ts';

export interface ConvertOptions extends Common {
  /** Containers that are converted and stand in a row become one, with a plan. */
  readonly merge: boolean;
  /** Whether a container's image is the helper's. */
  readonly isHelper: (image: string) => boolean;
}

/** An init container that stays as it is, and why. */
export interface Remark {
  readonly place: Place;
  readonly container: string;
  readonly object: string;
  readonly why: string;
}

/** @param remarks what is left alone is put here, in the order of the text */
export function convert(options: ConvertOptions, remarks: Remark[]): Transformer {
  return (text, pods, parseAgain) => {
    const edits = new Edits(text);
    const skipped = new Set<Tree>();
    const plans = pods.map((pod) => planPod(pod, text, options, remarks));
    const outcomes = plans.map(({ seq, groups }, at) => {
      const pod = pods[at] as Candidate;
      const style = styleOf(pod, text);
      const details = groups.map((group) => {
        const [first = 0, ...others] = group.map(({ index }) => index);
        const list = seq as YAMLSeq;
        const part = helperContainer(
          pod,
          group.map(({ reading }) => reading),
          options,
        );
        const remarked = group.flatMap(({ index }) => commentsIn(list.items[index] as Node));
        const start = itemStart(list, first);
        replaceItem(edits, list, first, part.node, style);
        if (list.flow !== true && remarked.length > 0) {
          const margin = ' '.repeat(start - edits.lineStart(start));
          edits.insertLines(
            edits.lineStart(start),
            remarked.map((line) => `${margin}#${line}`),
            0,
          );
        }
        if (others.length > 0) cutItems(edits, list, (index) => others.includes(index));
        for (const { index } of group) skipped.add(list.items[index] as Tree);
        return describe(group.map(({ reading }) => reading));
      });
      if (details.length > 0) return { outcome: 'converted' as const, detail: details.join('; ') };
      return { outcome: 'unchanged' as const, detail: '' };
    });
    if (edits.none) return { text, outcomes };
    const changed = edits.apply();
    check(pods, parseAgain(changed), plans, skipped);
    return { text: changed, outcomes };
  };
}

interface Converted {
  readonly index: number;
  readonly reading: Reading;
}

interface Plan {
  readonly seq: YAMLSeq | undefined;
  /** Each becomes one container. */
  readonly groups: readonly (readonly Converted[])[];
}

function planPod(pod: Candidate, text: string, options: ConvertOptions, remarks: Remark[]): Plan {
  const entry = entryOf(pod.pod, 'initContainers');
  const value = entry?.value;
  if (isAlias(pod.trail.at(-1)) || !isSeq(value)) return { seq: undefined, groups: [] };
  const groups: Converted[][] = [];
  value.items.forEach((item, index) => {
    const reading = tryItem(pod, text, value as YAMLSeq, item as Tree, options, remarks);
    if (reading === undefined) return;
    const last = groups.at(-1);
    const previous = last?.at(-1);
    if (options.merge && previous?.index === index - 1 && canMerge(previous.reading, reading))
      last?.push({ index, reading });
    else groups.push([{ index, reading }]);
  });
  return { seq: value as YAMLSeq, groups };
}

/** A plan is filled in otherwise than arguments are, and has one user. */
const canMerge = (one: Reading, other: Reading) =>
  one.steps.names.length + other.steps.names.length === 0 && one.user === other.user && one.group === other.group;

function tryItem(
  pod: Candidate,
  text: string,
  seq: YAMLSeq,
  item: Tree,
  options: ConvertOptions,
  remarks: Remark[],
): Reading | undefined {
  const container = follow(pod.document, item);
  if (!isMap(container)) return undefined;
  const image = textAt(pod.document, container, 'image');
  if (isSidecar(pod, container) || (image !== undefined && options.isHelper(image))) return undefined;
  // a patch, or a part of one: it says nothing of what is run
  if (image === undefined) return undefined;
  const name = textAt(pod.document, container, 'name') ?? '';
  const leave = (why: string, node: Node, offset?: number) => {
    remarks.push({
      place: pod.placeAt(offsetOf(text, node, offset)),
      container: name,
      object: objectText(pod.object),
      why,
    });
    return undefined;
  };
  try {
    if (name === '') return leave('it has no name', container);
    pod.refuseShared([...pod.trail, seq, item]);
    return readContainer(pod, container);
  } catch (error) {
    if (error instanceof LeftAlone) return leave(error.message, error.node, error.offset);
    if (error instanceof Fault) return leave(error.message, container);
    throw error;
  }
}

/** Where a node stands in the slice; of a script, where the offset in it lies. */
function offsetOf(text: string, node: Node, offset: number | undefined): number {
  const [from = 0, to = 0] = node.range ?? [];
  if (offset === undefined || !isScalar(node)) return from;
  const value = String(node.value);
  if (node.type === 'BLOCK_LITERAL') {
    let at = from;
    for (const _ of value.slice(0, offset).split('\n')) at = text.indexOf('\n', at) + 1;
    const column = offset - value.lastIndexOf('\n', offset - 1) - 1;
    const line = value.split('\n')[value.slice(0, offset).split('\n').length - 1] ?? '';
    return text.indexOf(line, at) + column;
  }
  // quotes and folds change the text: its first words are looked for
  const [words = ''] = /^[^\n"'\\]{1,24}/.exec(value.slice(offset)) ?? [];
  const found = text.indexOf(words.trim(), from);
  return found === -1 || found >= to ? from : found;
}

/** Comments within a container, which would go with it. */
function commentsIn(container: Node): string[] {
  const lines: string[] = [];
  const add = (text: string | null | undefined) => {
    if (text) lines.push(...text.split('\n'));
  };
  visit(container, {
    Node: (_, node) => {
      // what stands before the container stays where it is
      if (node !== container && !isAlias(node)) add((node as Scalar).commentBefore);
      add((node as Scalar).comment);
    },
  });
  return lines.filter((line) => line.trim() !== '');
}

function describe(readings: readonly Reading[]): string {
  const steps = readings.flatMap(({ steps }) => [...steps.steps]);
  const names = readings.map(({ name }) => name).join(' and ');
  const [only] = readings;
  const texts = steps.map((step) => stepText(step));
  const written = readings.length === 1 ? (only?.steps.write(texts) ?? texts) : texts;
  const rights = apiAccesses(steps).map(accessText);
  return `${names} → ${written.join(', ')}${rights.length === 0 ? '' : ` (its service account must be allowed to ${rights.join(' and to ')})`}`;
}

/** Parsed again: the helper reads what was written, and nothing but those containers is different. */
function check(
  before: readonly Candidate[],
  after: readonly Candidate[],
  plans: readonly Plan[],
  skipped: Set<Tree>,
): void {
  after.forEach((pod, at) => {
    const seq = entryOf(pod.pod, 'initContainers')?.value;
    let gone = 0;
    for (const group of plans[at]?.groups ?? []) {
      const item = isSeq(seq) ? (seq.items[(group[0]?.index ?? 0) - gone] as Tree) : null;
      gone += group.length - 1;
      skipped.add(item);
      const args = isMap(item) ? entryOf(item, 'args')?.value : undefined;
      const words = isSeq(args) ? args.items.map((each) => (isScalar(each) ? String(each.value) : '')) : [];
      parseArgs(words.map((word) => word.replace(/\$\([\w.-]+\)/g, '1')));
    }
  });
  const rest = (pods: readonly Candidate[]) =>
    [...new Set(pods.map(({ document }) => document))].map(({ contents }) => outline(contents as Tree, skipped));
  if (!isDeepStrictEqual(rest(before), rest(after)))
    throw new Error('self-check: more than the converted containers would change');
}

/** A tree as data, without what is skipped; aliases stay aliases. */
function outline(tree: Tree, skipped: Set<Tree>): unknown {
  if (tree === null || isAlias(tree)) return tree === null ? null : `*${tree.source}`;
  if (isSeq(tree))
    return [
      tree.anchor,
      tree.items.filter((item) => !skipped.has(item as Tree)).map((item) => outline(item as Tree, skipped)),
    ];
  if (isMap(tree))
    return [
      tree.anchor,
      'map',
      tree.items.map(({ key, value }) => [outline(key as Tree, skipped), outline(value as Tree, skipped)]),
    ];
  return [isScalar(tree) ? tree.anchor : undefined, isScalar(tree) ? tree.value : undefined];
}
