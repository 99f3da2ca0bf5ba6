// A line chart as SVG, for documents: axes that begin where they say, readable on a light and on a dark page.

export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly label?: string }[];
  /** Whether each point is marked. */
  readonly marks?: boolean;
  /** Steps in place of straight lines: what is counted in spans of time. */
  readonly thin?: boolean;
}

export interface Axis {
  readonly title: string;
  readonly scale: 'linear' | 'log';
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

export interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

const size = { width: 860, height: 440 };
const plot = { left: 78, right: 838, top: 62, bottom: 384 };
// told apart by those who see no red or green, on white and on black (Okabe and Ito)
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];
const dashes = ['', '7 3', '2 3', '10 3 2 3', '5 5', '1 4'];

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

export function drawChart({ title, x, y, series }: Chart): string {
  const px = position(x, plot.left, plot.right);
  const py = position(y, plot.bottom, plot.top);
  const grid = [
    ...x.ticks.map(({ at, text }) => {
      const place = px(at).toFixed(1);
      return `<path class="grid" d="M${place} ${plot.top}V${plot.bottom}"/><text x="${place}" y="${plot.bottom + 18}" text-anchor="middle">${escaped(text)}</text>`;
    }),
    ...y.ticks.map(({ at, text }) => {
      const place = py(at).toFixed(1);
      return `<path class="grid" d="M${plot.left} ${place}H${plot.right}"/><text x="${plot.left - 8}" y="${(py(at) + 4).toFixed(1)}" text-anchor="end">${escaped(text)}</text>`;
    }),
  ];
  const lines = series.map(({ name, points, marks, thin }, index) => {
    const colour = colours[index % colours.length] ?? '';
    const path = points.map(
      (point, at) => `${at === 0 ? 'M' : 'L'}${px(point.x).toFixed(1)} ${py(point.y).toFixed(1)}`,
    );
    const dash = dashes[index % dashes.length] ?? '';
    const stroke = `stroke="${colour}" stroke-width="${thin ? 1.3 : 2}"${dash === '' || thin ? '' : ` stroke-dasharray="${dash}"`}`;
    const dots = marks
      ? points.map((point) => {
          const [cx, cy] = [px(point.x).toFixed(1), py(point.y).toFixed(1)];
          const label =
            point.label === undefined
              ? ''
              : `<text class="mark" x="${cx}" y="${Number(cy) - 7}" text-anchor="middle">${escaped(point.label)}</text>`;
          return `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>${label}`;
        })
      : [];
    const legendX = plot.left + (index % 3) * 255;
    const legendY = 34 + Math.floor(index / 3) * 18;
    const legend = `<path fill="none" ${stroke} d="M${legendX} ${legendY}h26"/><text x="${legendX + 32}" y="${legendY + 4}">${escaped(name)}</text>`;
    return `<path fill="none" ${stroke} stroke-linejoin="round" d="${path.join('')}"/>${dots.join('')}${legend}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escaped(title).replaceAll('"', '&quot;')}">
<style>
text { font: 12px system-ui, sans-serif; fill: #24292f } .title { font-size: 14px; font-weight: 600 } .mark { font-size: 10px }
.grid { stroke: #8c959f; stroke-opacity: .3; fill: none } .axis { stroke: #8c959f; fill: none }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }
</style>
<text class="title" x="${plot.left}" y="18">${escaped(title)}</text>
${grid.join('\n')}
<path class="axis" d="M${plot.left} ${plot.top}V${plot.bottom}H${plot.right}"/>
${lines.join('\n')}
<text x="${(plot.left + plot.right) / 2}" y="${size.height - 18}" text-anchor="middle">${escaped(x.title)}</text>
<text transform="translate(16 ${(plot.top + plot.bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(y.title)}</text>
</svg>
`;
}

function position({ scale, from, to }: Axis, start: number, end: number): (value: number) => number {
  const shape = scale === 'log' ? Math.log10 : (value: number) => value;
  return (value) => start + ((shape(value) - shape(from)) / (shape(to) - shape(from))) * (end - start);
}
