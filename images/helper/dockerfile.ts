// Reads the Dockerfile of this folder, so that it is the one place that says how the image is made: the few
// instructions that an image of nothing but archives needs, and no others.

export interface Recipe {
  /** Archives to lay over each other, in order. */
  readonly archives: readonly string[];
  /** `NAME=value`. */
  readonly environment: readonly string[];
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * @param args values for ARG; a label whose value is empty is left out
 * @throws Error naming the line that it does not understand
 */
export function readDockerfile(text: string, args: Readonly<Record<string, string>>): Recipe {
  const archives: string[] = [];
  const environment: string[] = [];
  const labels: Record<string, string> = {};
  const known = new Set<string>();
  let user = '';
  let entrypoint: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [, instruction = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    const [, name = '', value = ''] = /^([\w.]+)=(.*)$/.exec(rest) ?? [];
    const filled = () =>
      value
        .replace(/^"(.*)"$/, '$1')
        .replace(/\$(\w+)/g, (_, word: string) => (known.has(word) ? (args[word] ?? '') : ''));
    const [archive, target] = rest.split(' ');
    if (/^\s*(?:#|$)/.test(line) || line === 'FROM scratch') continue;
    else if (instruction === 'ARG' && /^\w+$/.test(rest)) known.add(rest);
    else if (instruction === 'ADD' && archive?.endsWith('.tar') && target === '/') archives.push(archive);
    else if (instruction === 'ENV' && name !== '') environment.push(`${name}=${filled()}`);
    else if (instruction === 'LABEL' && name !== '') labels[name] = filled();
    else if (instruction === 'USER' && rest !== '') user = rest;
    else if (instruction === 'ENTRYPOINT' && rest.startsWith('[')) entrypoint = JSON.parse(rest) as string[];
    else throw new Error(`Dockerfile:${index + 1}: not understood here: ${line}`);
  }
  const given = Object.entries(labels).filter(([, value]) => value !== '');
  return { archives, environment, user, entrypoint, labels: Object.fromEntries(given) };
}
