// Stories as one page for a browser: pictures and words, nothing fetched, light and dark. Pure.
import { createStyle, type Style } from '../rehearse/report/style.ts';
import type { Story } from './story.ts';
import { storySvg } from './svg.ts';
import { escapeXml } from './svg-pen.ts';
import { type Section, sectionsOf, titleOf } from './text.ts';

// a browser has every sign, and breaks lines itself
const style: Style = createStyle({ colours: false, columns: undefined, env: { LANG: 'C.UTF-8' } });

/** @param stories one or more; each has its picture */
export function storiesHtml(stories: readonly Story[]): string {
  const [first] = stories;
  const title = stories.length === 1 && first !== undefined ? titleOf(first) : `${stories.length} workloads`;
  const contents = stories.map((story, index) => `<li><a href="#w${index}">${escapeXml(titleOf(story))}</a></li>`);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escapeXml(title)}</title>`,
    `<style>${css}</style>`,
    '</head>',
    '<body>',
    ...(stories.length > 1 ? [`<nav><h1>${escapeXml(title)}</h1><ol>${contents.join('')}</ol></nav>`] : []),
    ...stories.map((story, index) => articleOf(story, index, stories.length > 1)),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function articleOf(story: Story, index: number, isOneOfMany: boolean): string {
  const level = isOneOfMany ? 2 : 1;
  return [
    `<article id="w${index}">`,
    `<h${level}>${escapeXml(titleOf(story))}</h${level}>`,
    `<figure>${storySvg(story, index === 0).trimEnd()}</figure>`,
    ...sectionsOf(story, style).map((section) => sectionOf(section, level + 1)),
    '</article>',
  ].join('\n');
}

function sectionOf([heading, rows]: Section, level: number): string {
  const lines = rows.map(
    ([head, texts]) =>
      `<div><dt>${escapeXml(head)}</dt>${texts.map((words) => `<dd>${escapeXml(words)}</dd>`).join('')}</div>`,
  );
  return `<section><h${level}>${escapeXml(heading)}</h${level}><dl>${lines.join('')}</dl></section>`;
}

// system fonts only
const css = `
:root{color-scheme:light dark;--ink:#1e293b;--soft:#64748b;--rule:#e2e8f0;--ground:#f8fafc;--card:#fff;--link:#1d4ed8}
@media(prefers-color-scheme:dark){:root{--ink:#e2e8f0;--soft:#94a3b8;--rule:#334155;--ground:#020617;--card:#0f172a;--link:#93c5fd}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:1.5rem;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif}
h1,h2{font-size:1.5rem;line-height:1.25;margin:0 0 1rem;overflow-wrap:anywhere}
h3,section>h2{font-size:1rem;margin:0 0 .5rem}
a{color:var(--link)}
article+article{margin-top:3rem;padding-top:2rem;border-top:1px solid var(--rule)}
figure{margin:0 0 1.5rem;overflow-x:auto;border:1px solid var(--rule);border-radius:12px;background:var(--card)}
figure svg{display:block;max-width:100%;min-width:40rem;height:auto;margin:0 auto}
section{padding:1rem 1.25rem;margin:0 0 1rem;border:1px solid var(--rule);border-radius:12px;background:var(--card)}
dl{margin:0}
dl>div{display:grid;grid-template-columns:minmax(7rem,14rem) 1fr;gap:0 1.25rem;padding:.35rem 0;border-top:1px solid var(--rule)}
dl>div:first-child{border-top:0}
dt{grid-column:1;grid-row:1/span 99;color:var(--soft);overflow-wrap:anywhere}
dd{grid-column:2;margin:0;overflow-wrap:anywhere}
@media(max-width:40rem){body{padding:1rem}dl>div{display:block}figure svg{min-width:34rem}}
@media print{body{max-width:none}figure,section{break-inside:avoid}}
`
  .trim()
  .replaceAll('\n', '');
