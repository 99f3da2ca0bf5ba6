// The answers for people: the verdict first, then since when and what happens next, then facts, then what to do. Pure.
import { type Style, wrap } from '../../rehearse/report/style.ts';
import type { Finding } from '../cause.ts';
import type { Answer, Diagnosed } from '../diagnose.ts';
import { listed, spell } from '../words.ts';

export interface TextSettings {
  readonly style: Style;
  readonly nowMs: number;
  /** How the user calls this program. */
  readonly programName: string;
  /** What kubectl must be told besides: `--context prod`. */
  readonly kubectlFlags: readonly string[];
  /** Whether each answer says its namespace. */
  readonly showNamespace: boolean;
}

const widest = 110;
const narrowest = 50;
/** Facts of several lines are cut there: the commands say more. */
const mostFacts = 10;

export function answerText(answer: Answer, settings: TextSettings): string {
  const { style } = settings;
  const [first, ...others] = answer.found;
  const lines = [headline(answer, settings)];
  if (first !== undefined) lines.push(...body(answer, first, settings));
  for (const other of others) {
    lines.push(...paragraph(`also: ${other.finding.verdict}`, 2, settings).map((line) => style.paint('yellow', line)));
    lines.push(...body(answer, withoutTold(answer, other), settings));
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** Of a second cause only the facts that have not been told. */
function withoutTold({ found }: Answer, other: Diagnosed): Diagnosed {
  const told = new Set(
    found.slice(0, found.indexOf(other)).flatMap(({ finding }) => (finding.facts ?? []).map((fact) => fact.join(' '))),
  );
  const facts = (other.finding.facts ?? []).filter((fact) => !told.has(fact.join(' ')));
  return { cause: other.cause, finding: { ...other.finding, facts } };
}

/** The verdict alone, and since when. */
export function briefText(answer: Answer, settings: TextSettings): string {
  const sinceMs = answer.found[0]?.finding.sinceMs;
  const since = sinceMs === undefined ? '' : settings.style.paint('dim', ` (${spell(settings.nowMs - sinceMs)})`);
  const more = answer.found.length > 1 ? ` and ${answer.found.length - 1} more` : '';
  return `${headline(answer, settings)}${more}${since}\n`;
}

/** `3 pods of deployment/web`, `pod/web-0`, with the namespace where it is not the one asked about. */
export function subjectText({ kind, name, namespace, pods, owner }: Answer, showNamespace: boolean): string {
  const short = (text: string) => text.replace(/^\w+(?=\/)/, (word) => word.toLowerCase());
  const own = `${kind.toLowerCase()}/${name}`;
  const who = pods.length > 1 && owner !== undefined ? `${pods.length} pods of ${short(owner)}` : own;
  return showNamespace ? `${who} in ${namespace}` : who;
}

function headline(answer: Answer, settings: TextSettings): string {
  const { style, showNamespace } = settings;
  const [sign, colour] = (
    { well: ['done', 'green'], starting: ['waits', 'yellow'], stuck: ['failed', 'red'] } as const
  )[answer.state];
  const subject = subjectText(answer, showNamespace);
  const text = `${subject}: ${answer.verdict}`;
  const [head = '', ...rest] = paragraph(text, 2, settings);
  const mark = style.paint(colour, style.signs[sign]);
  const painted = head.trimStart().startsWith(subject)
    ? style.paint('bold', subject) + head.trimStart().slice(subject.length)
    : head.trimStart();
  return [`${mark} ${painted}`, ...rest].join('\n');
}

function body(answer: Answer, { cause, finding }: Diagnosed, settings: TextSettings): string[] {
  const { style, nowMs } = settings;
  const times = [
    finding.sinceMs === undefined ? '' : `for ${spell(nowMs - finding.sinceMs)}`,
    (finding.outlook ?? cause.outlook) === 'final' ? 'this will not pass by itself' : (finding.next ?? ''),
  ].filter((text) => text !== '');
  const lines: string[] = [];
  if (times.length > 0) lines.push(...paragraph(times.join('; '), 2, settings).map((line) => style.paint('dim', line)));
  lines.push(...factLines(answer, finding, settings));
  lines.push(...paragraph(`${style.signs.arrow} ${finding.cure ?? cause.cure}`, 2, settings, 4));
  lines.push(...commandLines(answer, finding, settings).map((line) => style.paint('cyan', `    ${line}`)));
  return lines;
}

function factLines({ pods }: Answer, { facts = [] }: Finding, settings: TextSettings): string[] {
  const all = [...facts.slice(0, mostFacts), ...(pods.length > 1 ? [['pods', listed(pods, 6)] as const] : [])];
  const width = Math.max(0, ...all.map(([label]) => label.length));
  let before = '';
  return all.flatMap(([label, text]) => {
    const [head = '', ...rest] = paragraph(text, width + 4, settings);
    const shown = label === before ? '' : label;
    before = label;
    return [`  ${settings.style.paint('dim', shown.padEnd(width))}  ${head.trimStart()}`, ...rest];
  });
}

/** The commands as they can be pasted: with the namespace, and the context that was asked for. */
export function commandLines(
  { namespace }: Pick<Answer, 'namespace'>,
  { commands = [] }: Finding,
  { programName, kubectlFlags }: Pick<TextSettings, 'programName' | 'kubectlFlags'>,
): string[] {
  return commands.map((words) => {
    const program = words.startsWith('why ') ? programName : 'kubectl';
    const place =
      / -[nA]\b/.test(words) ||
      /^(get|describe) (node|storageclass|priorityclass|volumeattach|validatingwebhook)/.test(words)
        ? ''
        : ` -n ${namespace}`;
    return [program, words + place, ...kubectlFlags].join(' ');
  });
}

/** Lines of a text, indented, in the terminal's width. */
function paragraph(text: string, indent: number, { style }: TextSettings, hang = indent): string[] {
  if (style.columns === undefined) return [' '.repeat(indent) + text];
  const columns = Math.max(narrowest, Math.min(style.columns, widest));
  return wrap(text, columns - hang).map((line, index) => ' '.repeat(index === 0 ? indent : hang) + line);
}
