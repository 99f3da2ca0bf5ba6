// A story from top to bottom, for many init containers: sidecars are bars at the left, files go down at the right. Pure.
import type { Part } from './parts.ts';
import type { Story } from './story.ts';
import {
  type Box,
  groupFiles,
  headHeight,
  heightOf,
  lineHeight,
  linesOf,
  margin,
  nameText,
  type Picture,
  text,
  titleHeight,
  wordsWidth,
} from './svg-pen.ts';

const boxWidth = 560;
const lettersInBox = 72;
const gap = 26;
const barWidth = 30;
const barGap = 10;
const laneGap = 26;
const appGap = 12;
const appWidth = (count: number) => Math.max(180, (boxWidth - (count - 1) * appGap) / count);

export function tallPicture(story: Story): Picture {
  const { parts, handOvers } = story;
  const sidecars = parts.filter(({ container }) => container.rules.role === 'sidecar');
  const left = margin + sidecars.length * (barWidth + barGap);
  const boxes = layOut(parts, left);
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  const bars = layOutBars(parts, boxes, bottom);
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const lanes = groupFiles(handOvers, ({ volume }) => volume ?? '');
  const ways = lanes.flatMap((group, index) => {
    const [first] = group;
    if (first === undefined) return [];
    const from = group.map((one) => one.from);
    // whoever adds to the volume sees what is in it: no way of its own
    const to = group.flatMap((one) => one.to.map(({ container }) => container)).filter((name) => !from.includes(name));
    return drawLane(
      boxes.filter(({ part }) => from.includes(part.container.name)),
      [...boxes, ...bars].filter(({ part }) => to.includes(part.container.name)),
      `volume ${first.volume}`,
      right + laneGap * (index + 1),
      bottom + laneBelow(index),
    );
  });
  const width = Math.ceil(Math.max(wordsWidth(story), right + laneGap * lanes.length + margin + 8));
  return {
    width,
    height: bottom + 34 + (lanes.length === 0 ? 0 : laneBelow(lanes.length)),
    body: [...bars.map(drawBar), ...arrows(boxes), ...boxes.map(drawBox), ...ways],
  };
}

const laneBelow = (index: number) => 20 + index * 14;

/** Init containers under each other, and the app's beside each other below them. */
function layOut(parts: readonly Part[], left: number): Box[] {
  const boxes: Box[] = [];
  let y = margin + titleHeight - 14;
  for (const part of parts.filter(({ container }) => container.rules.role === 'init')) {
    const lines = linesOf(part, lettersInBox);
    boxes.push({ part, x: left, y, width: boxWidth, height: heightOf(lines), lines });
    y += heightOf(lines) + gap;
  }
  const apps = parts.filter(({ container }) => container.rules.role === 'app');
  const width = appWidth(apps.length);
  const height = headHeight + lineHeight + 12;
  return [
    ...boxes,
    ...apps.map((part, index) => {
      const letters = Math.floor((width - 28) / 7);
      const { image } = part.container;
      const shown = image.length > letters ? `…${image.slice(1 - letters)}` : image;
      return { part, x: left + index * (width + appGap), y, width, height, lines: [shown] };
    }),
  ];
}

function drawBox({ part, x, y, width, height, lines }: Box): string {
  const { role } = part.container.rules;
  const last = lines.length - 1;
  return [
    `<g class="${role}"><rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>`,
    nameText(x + 14, y + 22, part.container.name, width - 28),
    ...lines.map((line, index) =>
      text(x + 14, y + headHeight + 14 + index * lineHeight, line, role === 'init' && index === last ? 'note' : 'step'),
    ),
    '</g>',
  ].join('');
}

/** Each sidecar is a bar, from where it starts to the end of the app. */
function layOutBars(parts: readonly Part[], boxes: readonly Box[], bottom: number): Box[] {
  const sidecars = parts.filter(({ container }) => container.rules.role === 'sidecar');
  return sidecars.map((part, index) => {
    // the first container that it is there for
    const next = boxes.find((box) => parts.indexOf(box.part) > parts.indexOf(part));
    const y = next?.y ?? margin + titleHeight - 14;
    const x = margin + index * (barWidth + barGap);
    return { part, x, y, width: barWidth, height: bottom - y, lines: [] };
  });
}

function drawBar({ part, x, y, width, height }: Box): string {
  const [textX, textY] = [x + width / 2 - 4, y + 16];
  return [
    `<g class="sidecar"><rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="${width / 2}"/>`,
    `<g transform="rotate(90 ${textX} ${textY})">${nameText(textX, textY, part.container.name, height - 24)}</g></g>`,
  ].join('');
}

function arrows(boxes: readonly Box[]): string[] {
  const inits = boxes.filter(({ part }) => part.container.rules.role === 'init');
  const apps = boxes.filter(({ part }) => part.container.rules.role === 'app');
  return inits.flatMap((box, index) => {
    const next = inits[index + 1];
    const x = box.x + 40;
    const y = box.y + box.height + 2;
    return (next === undefined ? apps : [next]).map((to) => {
      const [toX, toY] = [to.x + 40, to.y - 3];
      const middle = (y + toY) / 2;
      return `<path class="arrow" d="M${x} ${y}C${x} ${middle} ${toX} ${middle} ${toX} ${toY}"/>`;
    });
  });
}

/** Apps and sidecars are reached from below. */
const isBelow = ({ part }: Box) => part.container.rules.role !== 'init';

/** The way of the files of one volume: out at the right of who fetches them, down, and up into whoever sees them. */
function drawLane(sources: readonly Box[], sinks: readonly Box[], label: string, x: number, bottom: number): string[] {
  // a sidecar that fetches: its files are in the text alone
  if (sources.length === 0) return [];
  const middle = (box: Box) => box.y + headHeight / 2 + 4;
  const outs = sources.map((box) => `<path class="file" d="M${box.x + box.width + 1} ${middle(box)}H${x}"/>`);
  const top = Math.min(...sources.map(middle));
  const seen = sinks.map((box) =>
    isBelow(box)
      ? `M${x} ${bottom}H${box.x + box.width / 2}V${box.y + box.height + 3}`
      : `M${x} ${middle(box)}H${box.x + box.width + 3}`,
  );
  const last = sinks.some(isBelow) ? bottom : Math.max(top, ...sinks.map(middle));
  return [
    ...outs,
    `<path class="file" d="M${x} ${top}V${last}"/>`,
    ...seen.map((way) => `<path class="file" marker-end="url(#tip)" d="${way}"/>`),
    `<g transform="rotate(90 ${x + 6} ${top + 8})">${text(x + 6, top + 8, label, 'path')}</g>`,
  ];
}
