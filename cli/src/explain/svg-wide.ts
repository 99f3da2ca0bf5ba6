// A story from left to right: init containers side by side, for as many as a page is wide. Pure.
import type { HandOver } from './hand-overs.ts';
import type { Part } from './parts.ts';
import type { Story } from './story.ts';
import {
  type Box,
  cut,
  fitsBeside,
  groupFiles,
  headHeight,
  heightOf,
  letterWidth,
  lineHeight,
  linesOf,
  margin,
  nameText,
  type Picture,
  text,
  titleHeight,
  wordsWidth,
} from './svg-pen.ts';

const gap = 44;
const boxWidth = 284;
const lettersInBox = 35;
// how far a file's way keeps from the app's boxes
const sideways = 20;
const namedFiles = 3;
// the first that fits
const sidecarNotes = ['sidecar: runs until the app has ended', 'sidecar'];

export function widePicture(story: Story): Picture {
  const boxes = layOut(story.parts);
  const shelves = shelvesOf(story.handOvers);
  const width = Math.ceil(
    Math.max(
      wordsWidth(story),
      ...boxes.map((box) => box.x + box.width + margin + (shelves.length > 0 ? sideways : 0)),
      ...shelves.map(({ from, label }) => (findBox(boxes, from)?.x ?? 0) + 48 + label.length * letterWidth + margin),
    ),
  );
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  const shelfY = bottom + 46;
  return {
    width,
    height: shelves.length === 0 ? bottom + 34 : shelfY + shelves.length * 40 + 14,
    body: [
      ...arrows(boxes),
      ...boxes.map(drawBox),
      ...shelves.flatMap((shelf, index) => drawShelf(shelf, boxes, shelfY + index * 40)),
    ],
  };
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
    const lines = linesOf(part, lettersInBox);
    boxes.push({ part, x: column(index), y, width: boxWidth, height: heightOf(lines), lines });
  });
  let appY = y;
  for (const part of parts.filter(({ container }) => container.rules.role === 'app')) {
    const lines = cut(part.container.image, lettersInBox);
    boxes.push({ part, x: column(inits.length), y: appY, width: boxWidth, height: heightOf(lines), lines });
    appY += heightOf(lines) + 12;
  }
  return boxes;
}

function drawBox({ part, x, y, width, height, lines }: Box): string {
  const { role } = part.container.rules;
  const { name } = part.container;
  const inner = width - 28;
  const words = role === 'sidecar' ? sidecarNotes.find((note) => fitsBeside(name, note, inner)) : undefined;
  const note = words === undefined ? '' : text(x + width - 14, y + 22, words, 'note', 'end');
  const last = lines.length - 1;
  return [
    `<g class="${role}"><rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="${role === 'sidecar' ? height / 2 : 8}"/>`,
    nameText(x + 14, y + 22, name, inner),
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

function shelvesOf(handOvers: readonly HandOver[]): Shelf[] {
  return groupFiles(handOvers).flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const files = group.slice(0, namedFiles).map(({ path }) => path);
    const more = group.length > namedFiles ? ` and ${group.length - namedFiles} more` : '';
    const to = [...new Set(first.to.map(({ container }) => container))];
    return [{ from: first.from, to, label: `${files.join(', ')}${more}  (volume ${first.volume})` }];
  });
}

/** A file's way: down from who fetches it, along the volume, to whoever sees it; into app and sidecars from their right side. */
function drawShelf({ from: name, to, label }: Shelf, boxes: readonly Box[], y: number): string[] {
  const from = findBox(boxes, name);
  if (from === undefined) return [];
  const startX = from.x + 40;
  const ways = to.flatMap((container) => {
    const box = findBox(boxes, container);
    if (box === undefined) return [];
    if (box.part.container.rules.role === 'init') return [`M${startX} ${y}H${box.x + 80}V${box.y + box.height + 3}`];
    const right = box.x + box.width;
    return [`M${startX} ${y}H${right + sideways}V${box.y + headHeight / 2 + 4}H${right + 3}`];
  });
  return [
    `<path class="file" d="M${startX} ${from.y + from.height + 1}V${y}"/>`,
    ...ways.map((way) => `<path class="file" marker-end="url(#tip)" d="${way}"/>`),
    text(startX + 8, y - 7, label, 'path'),
  ];
}
