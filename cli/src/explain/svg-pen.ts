// What the pictures of a story share: words in boxes, colours, the lines below. Pure.
// Sizes are guessed from the number of letters, since nothing here can measure text; the boxes are wide enough.
import { formatDuration } from '../../../helper/src/contract/index.ts';
import { formatQuantity } from '../manifest/quantity.ts';
import type { HandOver } from './hand-overs.ts';
import { type Part, stepTitle, worstMs } from './parts.ts';
import { handOverFault } from './sentences.ts';
import type { Story } from './story.ts';

export const margin = 24;
export const lineHeight = 18;
export const headHeight = 30;
export const titleHeight = 46;
// of the widest of the system fonts, on average
export const letterWidth = 7.4;
const boldLetterWidth = 8;
const titleLetterWidth = 11;
const mostLines = 6;

/** A container in the picture. */
export interface Box {
  readonly part: Part;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly lines: readonly string[];
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly body: readonly string[];
}

/** How wide the words above and below a picture are. */
export function wordsWidth({ workload, ...story }: Story): number {
  const head = `${workload.kind} ${workload.name}`.length * titleLetterWidth;
  const namespace = `namespace ${workload.namespace}`.length * letterWidth;
  const facts = factLines({ workload, ...story }).map((line) => line.length * letterWidth);
  return Math.max(head + 24 + namespace, ...facts) + 2 * margin;
}

/**
 * A picture with its title, and the facts below it.
 * @param isFirst on its page: it brings the colours and marks that the others use too
 */
export function frame(story: Story, { width, height, body }: Picture, isFirst: boolean): string {
  const { workload } = story;
  const title = `${workload.kind} ${workload.name}`;
  const facts = factLines(story);
  const whole = height + facts.length * lineHeight + margin - 8;
  const shared = [
    `<style>${css}</style>`,
    `<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>`,
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${whole}" width="${width}" height="${whole}" role="img" aria-label="${escapeXml(`The start of ${title}`)}">`,
    ...(isFirst ? shared : []),
    `<rect class="page" width="${width}" height="${whole}" rx="12"/>`,
    text(margin, margin + 10, title, 'title'),
    text(width - margin, margin + 10, `namespace ${workload.namespace}`, 'dim', 'end'),
    ...body,
    ...facts.map((line, index) => text(margin, height + index * lineHeight, line, 'fact')),
    '</svg>',
    '',
  ].join('\n');
}

/** What a container does, and how long at most. */
export function linesOf(part: Part, letters: number): string[] {
  const lines =
    part.items.length > 0
      ? part.items.flat().flatMap((step) => cut(stepTitle(step), letters))
      : cut(part.container.image, letters);
  const shown = lines.length > mostLines ? [...lines.slice(0, mostLines - 1), '…'] : lines;
  const worst = worstMs(part);
  return [...shown, worst === undefined ? 'nobody knows how long' : `${formatDuration(worst)} at most`];
}

export const heightOf = (lines: readonly string[]): number => headHeight + lines.length * lineHeight + 12;

/** A name in bold, shortened to the width that it has; the whole of it is told where the mouse is. */
export function nameText(x: number, y: number, name: string, width: number): string {
  const most = Math.floor(width / boldLetterWidth);
  if (name.length <= most) return text(x, y, name, 'name');
  return `<g><title>${escapeXml(name)}</title>${text(x, y, `${name.slice(0, most - 1)}…`, 'name')}</g>`;
}

/** Whether a name and a note fit beside each other. */
export const fitsBeside = (name: string, note: string, width: number): boolean =>
  name.length * boldLetterWidth + note.length * letterWidth + 20 <= width;

/** A word in pieces that fit a line; broken behind one of its own signs where there is one. */
function piecesOf(word: string, letters: number): string[] {
  const pieces: string[] = [];
  let rest = [...word];
  while (rest.length > letters) {
    const sign = rest.slice(0, letters).findLastIndex((letter) => '/.-_:?&='.includes(letter));
    const length = sign < letters / 2 ? letters : sign + 1;
    pieces.push(rest.slice(0, length).join(''));
    rest = rest.slice(length);
  }
  return [...pieces, rest.join('')];
}

/** A text in lines of a box; a long word, such as a URL, is broken. */
export function cut(words: string, letters: number): string[] {
  const lines: string[] = [''];
  for (const word of words.split(' ')) {
    for (const piece of piecesOf(word, letters)) {
      const last = lines.at(-1) ?? '';
      if (last === '') lines[lines.length - 1] = piece;
      else if (last.length + 1 + piece.length <= letters) lines[lines.length - 1] = `${last} ${piece}`;
      else lines.push(piece);
    }
  }
  return lines;
}

/** Files that somebody sees, in groups: by default those that go the same way. */
export function groupFiles(
  handOvers: readonly HandOver[],
  way = (one: HandOver) => [one.from, one.volume, ...one.to.map(({ container }) => container)].join(' '),
): HandOver[][] {
  return [
    ...Map.groupBy(
      handOvers.filter((one) => handOverFault(one) === undefined),
      way,
    ).values(),
  ];
}

function factLines({ times, resources, security, parts }: Story): string[] {
  const before = parts.filter(({ container }) => container.rules.role !== 'app').length;
  const best = before === 0 ? 'at once' : `about ${formatDuration(times.bestMs)}`;
  const worst = times.worstMs === undefined ? 'nobody knows' : `${formatDuration(times.worstMs)} of waiting`;
  const requests = resources.requests.map(
    ({ resource, amount, raisedBy }) =>
      `${resource} ${formatQuantity(resource, amount)}${raisedBy === undefined ? '' : ` (for ${raisedBy})`}`,
  );
  return [
    `The app starts: ${best} at best, at worst ${worst}${times.startsMs.length > 1 ? ', then the kubelet tries again' : ''}`,
    `Set aside: ${requests.join(', ') || 'nothing'} · QoS ${resources.qos} · Pod Security: ${security.level}`,
  ];
}

export function text(x: number, y: number, words: string, kind: string, anchor = 'start'): string {
  return `<text class="${kind}" x="${x}" y="${y}" text-anchor="${anchor}">${escapeXml(words)}</text>`;
}

export function escapeXml(words: string): string {
  const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return words.replace(/[&<>"]/g, (sign) => names[sign] ?? sign);
}

// system fonts only: the picture fetches nothing
const css = `
text{font:13px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;fill:#1e293b}
.title{font-size:18px;font-weight:600}.name{font-weight:600}.dim,.note{fill:#64748b;font-size:12px}
.step,.path{font:11.5px ui-monospace,'SF Mono','DejaVu Sans Mono',monospace}.path{fill:#92400e}
.page{fill:#fff}.box{stroke-width:1.5}
.init .box{fill:#dbeafe;stroke:#1d4ed8}.sidecar .box{fill:#ede9fe;stroke:#6d28d9}.app .box{fill:#dcfce7;stroke:#15803d}
.arrow{fill:none;stroke:#475569;stroke-width:1.8;marker-end:url(#tip)}.tip{fill:#475569}
.file{fill:none;stroke:#b45309;stroke-width:1.5;stroke-dasharray:4 3}
@media(prefers-color-scheme:dark){text{fill:#e2e8f0}.page{fill:#0f172a}.dim,.note{fill:#94a3b8}.path{fill:#fcd34d}
.init .box{fill:#172554;stroke:#60a5fa}.sidecar .box{fill:#2e1065;stroke:#a78bfa}.app .box{fill:#052e16;stroke:#4ade80}
.arrow{stroke:#94a3b8}.tip{fill:#94a3b8}.file{stroke:#f59e0b}}
`
  .trim()
  .replaceAll('\n', '');
