// The closing picture: one bar for each container, and one for each step of a plan, over the time that it took. Pure.
import { describeDuration } from '../../../../helper/src/contract/index.ts';
import type { ContainerRole } from '../kubelet/restart-rules.ts';
import type { RehearsalEvent } from './events.ts';
import type { ContainerOutcome, Outcome } from './outcome.ts';
import type { Colour, SignName, Style } from './style.ts';

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly sign: SignName;
}

interface Row {
  readonly label: string;
  readonly spans: readonly Span[];
  readonly text: string;
}

const widest = 110;
const narrowestBar = 10;

/** Draws the picture as lines, each ended. */
export function drawPicture(
  events: readonly RehearsalEvent[],
  outcome: Outcome,
  roles: ReadonlyMap<string, ContainerRole>,
  style: Style,
): string {
  const overMs = events.find(({ kind }) => kind === 'over')?.atMs;
  const endMs = Math.max(1, overMs ?? outcome.elapsedMs);
  const rows = [
    ...outcome.containers.flatMap((container) => rowsOf(container, events, endMs, roles)),
    ...events.flatMap((event) => (event.atMs <= endMs ? serviceRow(event) : [])),
  ];
  const labelWidth = Math.max(...rows.map(({ label }) => label.length));
  const textWidth = Math.max(...rows.map(({ text }) => text.length));
  const columns = Math.min(style.columns ?? widest, widest);
  const width = Math.max(narrowestBar, columns - labelWidth - textWidth - 8);

  const lines = rows.map(({ label, spans, text }) => {
    const signs: (SignName | undefined)[] = Array.from({ length: width });
    for (const { fromMs, toMs, sign } of spans) {
      const first = Math.min(width - 1, Math.floor((fromMs / endMs) * width));
      const last = Math.max(first, Math.min(width, Math.round((toMs / endMs) * width)) - 1);
      for (let cell = first; cell <= last; cell++) signs[cell] = sign;
    }
    const cells = inRuns(signs);
    return `  ${label.padEnd(labelWidth)}  ${cells.map(({ sign, count }) => paintCells(sign, count, style)).join('')}  ${text}`;
  });
  const end = describeDuration(endMs);
  lines.push(style.paint('dim', `  ${' '.repeat(labelWidth)}  0s${end.padStart(width - 2)}`), legend(rows, style));
  return lines.map((line) => `${line}\n`).join('');
}

function rowsOf(
  container: ContainerOutcome,
  events: readonly RehearsalEvent[],
  endMs: number,
  roles: ReadonlyMap<string, ContainerRole>,
): Row[] {
  const { name } = container;
  const own = events.filter((event) => 'container' in event && event.container === name);
  const spans: Span[] = [];
  let startMs: number | undefined;
  let pauseMs: number | undefined;
  const running: SignName = roles.get(name) === 'init' ? 'barDone' : 'barSidecar';
  for (const event of own) {
    const atMs = Math.min(event.atMs, endMs);
    if (event.kind === 'started' || event.kind === 'would-start') {
      if (pauseMs !== undefined) spans.push({ fromMs: pauseMs, toMs: atMs, sign: 'barPause' });
      startMs = atMs;
      pauseMs = undefined;
      if (event.kind === 'would-start') {
        spans.push({ fromMs: atMs, toMs: atMs, sign: 'app' });
        startMs = undefined;
      }
    } else if (event.kind === 'exited') {
      // what was ended has not failed
      const failed = event.exitCode !== 0 && !wasEnded(own, event);
      spans.push({ fromMs: startMs ?? atMs, toMs: atMs, sign: failed ? 'barFailed' : running });
      startMs = undefined;
    } else if (event.kind === 'back-off') pauseMs = atMs;
  }
  if (startMs !== undefined) spans.push({ fromMs: startMs, toMs: endMs, sign: running });
  if (pauseMs !== undefined) spans.push({ fromMs: pauseMs, toMs: endMs, sign: 'barPause' });
  return [{ label: name, spans, text: rowText(container, own, endMs) }, ...stepRows(own, endMs)];
}

function rowText(
  { restartCount, state, reason, exitCode, role }: ContainerOutcome,
  own: readonly RehearsalEvent[],
  endMs: number,
): string {
  const restarts = restartCount === 0 ? '' : `, ${restartCount} restart${restartCount === 1 ? '' : 's'}`;
  const first = own.find(({ kind }) => kind === 'started' || kind === 'would-start');
  if (first === undefined) return 'never started';
  if (first.kind === 'would-start') return `would start at ${describeDuration(first.atMs)}`;
  if (reason === 'CrashLoopBackOff') return `CrashLoopBackOff, exit ${exitCode}${restarts}`;
  const last = own.findLast(({ kind }) => kind === 'exited');
  if (state === 'terminated' && last !== undefined && wasEnded(own, last)) return `ran until it was ended${restarts}`;
  if (state === 'terminated') return `${exitCode === 0 ? 'done' : `exit ${exitCode}`}${restarts}`;
  const ended = own.some((event) => event.kind === 'exited' && event.atMs > endMs);
  return `${role === 'init' && !ended ? 'still running' : 'ran'}${restarts}`;
}

/** The steps of a plan, as far as its container came at its last start. */
function stepRows(own: readonly RehearsalEvent[], endMs: number): Row[] {
  const last = own.slice(own.findLastIndex(({ kind }) => kind === 'started') + 1);
  const steps = new Map<string, { fromMs: number; toMs: number; failed: boolean }>();
  for (const event of last) {
    if (event.kind !== 'log' || event.step === undefined) continue;
    const known = steps.get(event.step);
    const failed = event.level === 'error';
    if (known === undefined) steps.set(event.step, { fromMs: event.atMs, toMs: event.atMs, failed });
    else Object.assign(known, { toMs: event.atMs, failed });
  }
  return [...steps].map(([step, { fromMs, toMs, failed }]) => ({
    label: `  ${step}`,
    spans: [{ fromMs: Math.min(fromMs, endMs), toMs: Math.min(toMs, endMs), sign: failed ? 'barFailed' : 'barDone' }],
    text: describeDuration(toMs - fromMs),
  }));
}

/** Whether a container ended because the kubelet ended it. */
function wasEnded(own: readonly RehearsalEvent[], end: RehearsalEvent): boolean {
  return own[own.indexOf(end) - 1]?.kind === 'stopping';
}

function serviceRow(event: RehearsalEvent): Row[] {
  if (event.kind !== 'service-created' && event.kind !== 'service-ready') return [];
  const text = `${event.kind === 'service-created' ? 'appears' : 'ready'} at ${describeDuration(event.atMs)}`;
  return [{ label: event.service, spans: [{ fromMs: event.atMs, toMs: event.atMs, sign: 'start' }], text }];
}

/** Neighbours of the same sign as one, so that a line holds few colour codes. */
function inRuns(signs: readonly (SignName | undefined)[]): { sign: SignName | undefined; count: number }[] {
  const runs: { sign: SignName | undefined; count: number }[] = [];
  for (const sign of signs) {
    const last = runs.at(-1);
    if (last !== undefined && last.sign === sign) last.count++;
    else runs.push({ sign, count: 1 });
  }
  return runs;
}

function paintCells(sign: SignName | undefined, count: number, style: Style): string {
  if (sign === undefined) return ' '.repeat(count);
  return style.paint(cellColours[sign] ?? 'cyan', style.signs[sign].repeat(count));
}

const cellColours: Partial<Record<SignName, Colour>> = {
  barDone: 'green',
  app: 'green',
  barFailed: 'red',
  barPause: 'yellow',
};

const meanings = [
  ['barDone', 'runs'],
  ['barFailed', 'runs and fails'],
  ['barPause', 'the kubelet pauses'],
  ['barSidecar', 'keeps running'],
  ['app', 'app would start'],
  ['start', 'Service'],
] as const;

function legend(rows: readonly Row[], style: Style): string {
  const used = new Set(rows.flatMap(({ spans }) => spans.map(({ sign }) => sign)));
  const parts = meanings.filter(([sign]) => used.has(sign)).map(([sign, meaning]) => `${style.signs[sign]} ${meaning}`);
  return style.paint('dim', `  ${parts.join('   ')}`);
}
