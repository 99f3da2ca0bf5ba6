// A story as a picture that stands on its own: the order from left to right, what is handed over, the times. Pure.
// Sizes are guessed from the number of letters, since nothing here can measure text; the boxes are wide enough.
import { formatDuration } from '../../../helper/src/contract/index.ts';
import { formatQuantity } from '../manifest/quantity.ts';
import type { HandOver } from './hand-overs.ts';
import { type Part, stepTitle, worstMs } from './parts.ts';
import { handOverFault } from './sentences.ts';
import type { Story } from './story.ts';

const margin = 24;
const gap = 44;
const boxWidth = 284;
const lineHeight = 18;
const headHeight = 30;
const titleHeight = 46;
const lettersInBox = 35;
const mostLines = 6;
// how far a file's way keeps from the app's boxes
const sideways = 20;
const namedFiles = 3;
// of the widest of the system fonts, on average
const letterWidth = 7.4;

interface Box {
  readonly part: Part;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly lines: readonly string[];
}

export function storySvg(story: Story): string {
  const { workload, handOvers } = story;
  const boxes = layOut(story.parts);
  const shelves = groupFiles(handOvers);
  const facts = factLines(story);
  const width = Math.ceil(
    Math.max(
      ...boxes.map((box) => box.x + box.width + margin + (shelves.length > 0 ? sideways : 0)),
      ...[...facts, `${workload.kind} ${workload.name}  namespace ${workload.namespace}`.padEnd(60)].map(
        (line) => line.length * letterWidth + 2 * margin,
      ),
      ...shelves.map(({ from, label }) => (findBox(boxes, from)?.x ?? 0) + 48 + label.length * letterWidth + margin),
    ),
  );
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  const shelfY = bottom + 46;
  const factsY = shelves.length === 0 ? bottom + 34 : shelfY + shelves.length * 40 + 14;
  const height = factsY + facts.length * lineHeight + margin - 8;
  const title = `${workload.kind} ${workload.name}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(`The start of ${title}`)}">`,
    `<style>${css}</style>`,
    `<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>`,
    `<rect class="page" width="${width}" height="${height}" rx="12"/>`,
    text(margin, margin + 10, title, 'title'),
    text(width - margin, margin + 10, `namespace ${workload.namespace}`, 'dim', 'end'),
    ...arrows(boxes),
    ...boxes.map(drawBox),
    ...shelves.flatMap((handOver, index) => drawShelf(handOver, boxes, shelfY + index * 40)),
    ...facts.map((line, index) => text(margin, factsY + index * lineHeight, line, 'fact')),
    '</svg>',
    '',
  ].join('\n');
}

/** Init containers side by side, the app's in the last column; sidecars in rows above that reach to the end. */
function layOut(parts: readonly Part[]): Box[] {
  const before = parts.filter(({ container }) => container.rules.role !== 'app');
  const inits = before.filter(({ container }) => container.rules.role === 'init');
  const column = (index: number) => margin + index * (boxWidth + gap);
  const end = column(inits.length) + boxWidth;
  const boxes: Box[] = [];
  let y = margin + titleHeight - 14;
  for (const part of before.filter(({ container }) => container.rules.role === 'sidecar')) {
    const position = inits.filter((init) => before.indexOf(init) < before.indexOf(part)).length;
    const x = position === 0 ? margin : column(position) - gap / 2;
    const height = headHeight + 4;
    boxes.push({ part, x, y, width: end - x, height, lines: [] });
    y += height + 12;
  }
  inits.forEach((part, index) => {
    const lines = linesOf(part);
    boxes.push({ part, x: column(index), y, width: boxWidth, height: heightOf(lines), lines });
  });
  let appY = y;
  for (const part of parts.filter(({ container }) => container.rules.role === 'app')) {
    const lines = cut(part.container.image);
    boxes.push({ part, x: column(inits.length), y: appY, width: boxWidth, height: heightOf(lines), lines });
    appY += heightOf(lines) + 12;
  }
  return boxes;
}

function linesOf(part: Part): string[] {
  const lines =
    part.items.length > 0 ? part.items.flat().flatMap((step) => cut(stepTitle(step))) : cut(part.container.image);
  const shown = lines.length > mostLines ? [...lines.slice(0, mostLines - 1), '…'] : lines;
  const worst = worstMs(part);
  return [...shown, worst === undefined ? 'nobody knows how long' : `${formatDuration(worst)} at most`];
}

const heightOf = (lines: readonly string[]) => headHeight + lines.length * lineHeight + 12;

function drawBox({ part, x, y, width, height, lines }: Box): string {
  const { role } = part.container.rules;
  const note =
    role === 'sidecar' ? text(x + width - 14, y + 22, 'sidecar: runs until the app has ended', 'note', 'end') : '';
  const last = lines.length - 1;
  return [
    `<g class="${role}"><rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="${role === 'sidecar' ? height / 2 : 8}"/>`,
    text(x + 14, y + 22, part.container.name, 'name'),
    note,
    ...lines.map((line, index) => {
      const isNote = role === 'init' && index === last;
      return text(x + 14, y + headHeight + 14 + index * lineHeight, line, isNote ? 'note' : 'step');
    }),
    '</g>',
  ].join('');
}

function arrows(boxes: readonly Box[]): string[] {
  const inits = boxes.filter(({ part }) => part.container.rules.role === 'init');
  const apps = boxes.filter(({ part }) => part.container.rules.role === 'app');
  return inits.flatMap((box, index) => {
    const next = inits[index + 1];
    const y = box.y + headHeight / 2 + 4;
    return (next === undefined ? apps : [next]).map((to) => {
      const toY = to.y + headHeight / 2 + 4;
      const from = box.x + box.width + 2;
      const middle = (from + to.x) / 2;
      return `<path class="arrow" d="M${from} ${y}C${middle} ${y} ${middle} ${toY} ${to.x - 3} ${toY}"/>`;
    });
  });
}

function findBox(boxes: readonly Box[], container: string): Box | undefined {
  return boxes.find(({ part }) => part.container.name === container);
}

interface Shelf {
  readonly from: string;
  readonly to: readonly string[];
  readonly label: string;
}

/** Files that go the same way are one. */
function groupFiles(handOvers: readonly HandOver[]): Shelf[] {
  const groups = new Map<string, HandOver[]>();
  for (const one of handOvers) {
    if (handOverFault(one) !== undefined) continue;
    const key = [one.from, one.volume, ...one.to.map(({ container }) => container)].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const files = group.slice(0, namedFiles).map(({ path }) => path);
    const more = group.length > namedFiles ? ` and ${group.length - namedFiles} more` : '';
    const to = [...new Set(first.to.map(({ container }) => container))];
    return [{ from: first.from, to, label: `${files.join(', ')}${more}  (volume ${first.volume})` }];
  });
}

/** A file's way: down from who fetches it, along the volume, to whoever sees it; into the app from its right side. */
function drawShelf({ from: name, to, label }: Shelf, boxes: readonly Box[], y: number): string[] {
  const from = findBox(boxes, name);
  if (from === undefined) return [];
  const startX = from.x + 40;
  const ways = to.flatMap((container) => {
    const box = findBox(boxes, container);
    if (box === undefined) return [];
    if (box.part.container.rules.role !== 'app') return [`M${startX} ${y}H${box.x + 80}V${box.y + box.height + 3}`];
    const right = box.x + box.width;
    return [`M${startX} ${y}H${right + sideways}V${box.y + headHeight / 2 + 4}H${right + 3}`];
  });
  return [
    `<path class="file" d="M${startX} ${from.y + from.height + 1}V${y}"/>`,
    ...ways.map((way) => `<path class="file" marker-end="url(#tip)" d="${way}"/>`),
    text(startX + 8, y - 7, label, 'path'),
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

/** A text in lines of a box; a long word, such as a URL, is broken. */
function cut(words: string): string[] {
  const lines: string[] = [''];
  for (const word of words.split(' ')) {
    for (const piece of word.match(new RegExp(`.{1,${lettersInBox}}`, 'gu')) ?? []) {
      const last = lines.at(-1) ?? '';
      if (last === '') lines[lines.length - 1] = piece;
      else if (last.length + 1 + piece.length <= lettersInBox) lines[lines.length - 1] = `${last} ${piece}`;
      else lines.push(piece);
    }
  }
  return lines;
}

function text(x: number, y: number, words: string, kind: string, anchor = 'start'): string {
  return `<text class="${kind}" x="${x}" y="${y}" text-anchor="${anchor}">${escapeXml(words)}</text>`;
}

function escapeXml(words: string): string {
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
