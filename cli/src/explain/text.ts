// A story as text, in the width of the terminal. Pure.
import { formatDuration } from '../../../helper/src/contract/index.ts';
import { formatQuantity } from '../manifest/quantity.ts';
import { type Style, wrap } from '../rehearse/report/style.ts';
import type { HandOver } from './hand-overs.ts';
import { type Part, stepText } from './parts.ts';
import { bestSentence, handOverFault, requestSentence, roleSentence, worstSentences } from './sentences.ts';
import type { Story } from './story.ts';

const widest = 100;

/** A heading, and rows of a head with its lines. */
export type Section = readonly [heading: string, rows: readonly Row[]];

type Row = readonly [head: string, lines: readonly string[]];

export function storyText(story: Story, style: Style): string {
  const { security } = story;
  const title = style.paint('bold', titleOf(story));
  const shown = sectionsOf(story, style);
  const headWidth = Math.max(...shown.flatMap(([, rows]) => rows.map(([head]) => head.length)));
  const columns = Math.min(widest, style.columns ?? widest) - headWidth - 4;
  const body = shown.map(([heading, rows]) => {
    const lines = rows.flatMap(([head, texts]) =>
      texts
        .flatMap((text) => wrap(text, Math.max(30, columns)))
        .map((line, index) => `  ${(index === 0 ? head : '').padEnd(headWidth)}  ${line}`),
    );
    return `${style.paint('bold', heading)}\n${lines.join('\n')}\n`;
  });
  const colour = security.level === 'restricted' ? 'green' : 'yellow';
  return `${title}\n\n${body.join('\n').replace(security.level, style.paint(colour, security.level))}`;
}

/** `Deployment web in namespace shop, 3 pods`. */
export function titleOf({ workload }: Story): string {
  const pods = workload.pods > 1 ? `, ${workload.pods} pods` : '';
  return `${workload.kind} ${workload.name} in namespace ${workload.namespace}${pods}`;
}

/** All that is said of a pod, in words. */
export function sectionsOf(story: Story, style: Style): Section[] {
  const { resources } = story;
  const sections: Section[] = [
    ['Order', orderRows(story)],
    ['Files', story.handOvers.map((one) => [one.from, handOverLines(one, style)] as const)],
    ['Time until the app starts', timeRows(story)],
    ['When the helper fails', exitRows(story)],
    [
      'Set aside by the scheduler',
      [
        ...resources.requests.map(
          (request): Row => [
            request.resource,
            [`${formatQuantity(request.resource, request.amount)}: ${requestSentence(request, story)}`],
          ],
        ),
        ['QoS', [resources.qos]],
      ],
    ],
    ['Pod Security', securityRows(story, style)],
  ];
  return sections.filter(([, rows]) => rows.length > 0);
}

/** Sidecars and init containers by number; the app's containers share the last one. */
function orderRows({ parts }: Story): Row[] {
  const before = parts.filter(({ container }) => container.rules.role !== 'app').length;
  return parts.map((part, index) => [`${Math.min(index, before) + 1}. ${part.container.name}`, partLines(part)]);
}

function partLines(part: Part): string[] {
  const lines = part.items.map((steps) => steps.map(stepText).join('  together with  '));
  if (part.container.rules.role === 'init') return part.unknown === undefined ? lines : [part.unknown];
  return [roleSentence(part), ...lines];
}

function handOverLines(handOver: HandOver, { signs }: Style): string[] {
  const { path, volume, to } = handOver;
  const fault = handOverFault(handOver);
  if (fault !== undefined) return [`${path}: ${fault}`];
  return to.map((one) => {
    const how = one.readOnly ? '' : ', which may also change it';
    return `${path} ${signs.arrow} volume ${volume} ${signs.arrow} ${one.container} at ${one.path}${how}`;
  });
}

function timeRows(story: Story): Row[] {
  const { times } = story;
  const bounds = times.bounds.map(({ name, ms, effect }) => `${name} ${formatDuration(ms)}: ${effect}`);
  return [
    ['at best', [bestSentence(story)]],
    ['at worst', worstSentences(story)],
    ...bounds.map((text): Row => ['bounded by', [text]]),
  ];
}

function exitRows({ exits }: Story): Row[] {
  // containers of the same rules are told of together
  const containers = [...new Set(exits.map(({ container }) => container))];
  const telling = (container: string) =>
    exits
      .filter((exit) => exit.container === container)
      .map(({ code, sentence, effect }) => `exit ${code}, ${effect}: ${sentence}`);
  const groups = new Map<string, string[]>();
  for (const container of containers) {
    const key = telling(container).join('\n');
    groups.set(key, [...(groups.get(key) ?? []), container]);
  }
  return [...groups].map(([key, names]) => [names.join(', '), key.split('\n')]);
}

function securityRows({ security }: Story, { signs }: Style): Row[] {
  const { level, againstBaseline, againstRestricted } = security;
  const verdict = `admitted by ${level}${level === 'privileged' ? ' only' : ''}`;
  const list = (name: string, faults: readonly string[]): Row[] =>
    faults.length === 0 ? [] : [[`not ${name}`, faults.map((fault) => `${signs.note} ${fault}`)]];
  return [['level', [verdict]], ...list('baseline', againstBaseline), ...list('restricted', againstRestricted)];
}
