// A story as a Mermaid flowchart, for documents that render it (GitHub, GitLab, mkdocs). Pure.
// https://mermaid.js.org/syntax/flowchart.html

import { stepTitle } from './parts.ts';
import { handOverFault } from './sentences.ts';
import type { Story } from './story.ts';

export function storyMermaid({ workload, parts, handOvers }: Story): string {
  const id = new Map(parts.map(({ container }, index) => [container.name, `c${index}`]));
  const volumes = [...new Set(handOvers.flatMap(({ volume }) => (volume === undefined ? [] : [volume])))];
  const lines = ['flowchart LR', `  subgraph pod["${quote(`${workload.kind} ${workload.name}`)}"]`];
  for (const { container, items, isHelper } of parts) {
    const title = `<b>${quote(container.name)}</b>`;
    const steps = items.flat().map((step) => quote(stepTitle(step)));
    const what = steps.length > 0 ? steps : [quote(isHelper ? container.args.join(' ') : container.image)];
    const label = [title, ...what].join('<br>');
    const node = id.get(container.name);
    // a sidecar has round ends, the app two lines at its sides
    const shape = { init: ['[', ']'], sidecar: ['([', '])'], app: ['[[', ']]'] }[container.rules.role];
    lines.push(`    ${node}${shape[0]}"${label}"${shape[1]}:::${container.rules.role}`);
  }
  volumes.forEach((volume, index) => {
    lines.push(`    v${index}[("${quote(volume)}")]:::volume`);
  });
  lines.push('  end');

  const before = parts.filter(({ container }) => container.rules.role !== 'app');
  const apps = parts.filter(({ container }) => container.rules.role === 'app');
  before.forEach(({ container }, index) => {
    const next = before[index + 1];
    const targets = next === undefined ? apps : [next];
    const word = container.rules.role === 'sidecar' ? 'started' : 'exit 0';
    const to = targets.map((part) => id.get(part.container.name)).join(' & ');
    lines.push(`  ${id.get(container.name)} -->|${word}| ${to}`);
  });
  for (const handOver of handOvers) {
    if (handOver.volume === undefined || handOverFault(handOver) !== undefined) continue;
    const volume = `v${volumes.indexOf(handOver.volume)}`;
    const file = quote(handOver.path.split('/').at(-1) ?? '');
    lines.push(`  ${id.get(handOver.from)} -.->|"${file}"| ${volume}`);
    for (const { container } of handOver.to) lines.push(`  ${volume} -.-> ${id.get(container)}`);
  }
  lines.push(
    '  classDef init fill:#dbeafe,stroke:#1d4ed8,color:#172554',
    '  classDef sidecar fill:#ede9fe,stroke:#6d28d9,color:#2e1065',
    '  classDef app fill:#dcfce7,stroke:#15803d,color:#052e16',
    '  classDef volume fill:#fef3c7,stroke:#b45309,color:#451a03',
  );
  return `${[...new Set(lines)].join('\n')}\n`;
}

/** Text within double quotes, where Mermaid reads entities and tags. */
function quote(text: string): string {
  return text.replace(/[&<>"#]/g, (sign) => `#${sign.charCodeAt(0)};`);
}
