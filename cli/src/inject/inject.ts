// Puts the helper into pods. Twice is once; what differs from what shall be is brought to it, where it stands.
import { isAlias, isSeq } from 'yaml';
import { Edits } from '../manifest/edits.ts';
import { lookup } from '../manifest/tree.ts';
import { ContainerWriter } from './container.ts';
import type { Names } from './names.ts';
import type { InjectOptions } from './options.ts';
import { putWanted } from './put.ts';
import { compare, type Difference, findPresent, type Present, placeIndex, planWanted, type Wanted } from './survey.ts';
import type { Candidate, Outcome, Transformer } from './transform.ts';
import { cutPresent } from './uninject.ts';
import { requireSameRest } from './verify.ts';

/** Brings pods to the given steps. */
export function inject(options: InjectOptions): Transformer {
  const writer = new ContainerWriter(options);
  return (text, pods, parseAgain) => {
    const plans = pods.map((pod) => plan(pod, options, writer));
    const outcomes = plans.map(({ difference, detail }) => ({ outcome: outcomeOf(difference), detail }));
    const [clearedText, cleared] = clearOtherPlaces(text, pods, plans, parseAgain);

    const edits = new Edits(clearedText);
    cleared.forEach((pod, at) => {
      const { wanted, index, difference } = plans[at] as Plan;
      if (difference.kind === 'same places' && difference.changed === 0) return;
      putWanted(edits, pod, findPresent(pod, names(options)), wanted, index);
    });
    if (edits.none && cleared === pods) return { text, outcomes };
    const changed = edits.apply();
    check(text, changed, pods, parseAgain(changed), plans, options);
    return { text: changed, outcomes };
  };
}

const names = ({ name }: InjectOptions): Names => ({ base: name });

interface Plan {
  readonly present: Present;
  readonly wanted: Wanted;
  readonly difference: Difference;
  /** How many other init containers come before ours. */
  readonly index: number;
  readonly detail: string;
}

function plan(pod: Candidate, options: InjectOptions, writer: ContainerWriter): Plan {
  if (isAlias(pod.trail.at(-1))) pod.refuseShared(pod.trail);
  const present = findPresent(pod, names(options));
  const wanted = planWanted(pod, options, writer);
  const difference = compare(pod, present, wanted, options.position);
  const { own } = present.containers;
  const index =
    options.position === undefined && own[0] !== undefined ? own[0] : placeIndex(pod, options.position, own);
  return { present, wanted, difference, index, detail: describe(pod, present, wanted, index) };
}

function outcomeOf(difference: Difference): Outcome {
  if (difference.kind === 'absent') return 'injected';
  return difference.kind === 'same places' && difference.changed === 0 ? 'unchanged' : 'updated';
}

/** Takes our parts out of the pods where they stand otherwise than they shall; they are put in anew afterwards. */
function clearOtherPlaces(
  text: string,
  pods: readonly Candidate[],
  plans: readonly Plan[],
  parseAgain: (text: string) => readonly Candidate[],
): [text: string, pods: readonly Candidate[]] {
  const edits = new Edits(text);
  plans.forEach(({ difference, present }, at) => {
    if (difference.kind === 'other places') cutPresent(edits, pods[at] as Candidate, present);
  });
  if (edits.none) return [text, pods];
  const cleared = edits.apply();
  return [cleared, parseAgain(cleared)];
}

/** Holds the new text against what was wanted, against what was there, and against the way back. */
function check(
  text: string,
  changed: string,
  before: readonly Candidate[],
  after: readonly Candidate[],
  plans: readonly Plan[],
  options: InjectOptions,
): void {
  requireSameRest(before, after, names(options));
  const present = after.map((pod) => findPresent(pod, names(options)));
  for (const [at, pod] of after.entries()) {
    const difference = compare(pod, present[at] as Present, (plans[at] as Plan).wanted, options.position);
    if (difference.kind !== 'same places' || difference.changed > 0) {
      throw new Error('self-check: a pod would not have what it shall have');
    }
  }
  if (plans.some(({ difference }) => difference.kind !== 'absent')) return;
  const edits = new Edits(changed);
  for (const [at, pod] of after.entries()) cutPresent(edits, pod, present[at] as Present);
  if (edits.apply() !== text) throw new Error('self-check: uninject would not give the text back');
}

/** What is in the pod then, for the verdict. */
function describe({ document, pod }: Candidate, present: Present, wanted: Wanted, index: number): string {
  const there = lookup(document, pod, 'initContainers');
  const others = (isSeq(there) ? there.items.length : 0) - present.containers.own.length;
  const total = others + wanted.containers.length;
  const who = wanted.containers.map(({ name }) => name).join(', ');
  const where =
    others === 0
      ? 'no other init container'
      : `${index === 0 ? 'first' : index === others ? 'last' : `number ${index + 1}`} of ${total} init containers`;
  return [who, where, ...wanted.volumes.notes].join('; ');
}
