// Kubernetes objects as people write them: the same data in any style that YAML allows. For property tests.
import fc from 'fast-check';

type Value = string | null | readonly Value[] | { readonly [key: string]: Value };

/** Draws one of the choices. */
type Pick = <T>(choices: readonly T[]) => T;

interface Look {
  readonly pick: Pick;
  readonly lineEnd: string;
  readonly step: number;
  readonly dash: number;
  readonly gap: number;
  /** Names of anchors whose value is a mapping of labels, in the order in which they appear. */
  readonly anchors: string[];
}

const comments = ['# a note', '#', '# - name: not an item', "# it's: {odd", '# `{{ not a template }}`'];
const odd = [
  '0644',
  'on',
  '1e3',
  '22:22',
  'a: b',
  '- x',
  '# no comment',
  "it's",
  '"quoted"',
  'ends with space ',
  '',
  '{}',
  '*alias',
  '\u00e9 \u{1f600}',
  'true',
];
const longTexts = [
  'line one\nline two\n',
  'a\n\nb',
  '  indented\nless\n',
  '---\nnot a document\n',
  '# not a comment\n',
  'end\n\n\n',
];

/**
 * A file of one or several documents, some of which hold pods. One number decides everything:
 * what fast-check prints with a failure is all that is needed to see it again.
 */
export function nastyManifest(): fc.Arbitrary<string> {
  return fc.nat().map(writeManifest);
}

/** The same with a few slips in it: letters left out, doubled, or put in. Most of them are no YAML any more. */
export function brokenManifest(): fc.Arbitrary<string> {
  return fc.nat().map((seed) => {
    const pick = picker(seed);
    const place = (text: string) =>
      pick([0.1, 0.2, 0.35, 0.5, 0.6, 0.75, 0.9, 1]) * text.length + pick([0, 1, 2, 3, 4, 5]);
    let text = writeManifest(seed);
    for (let slips = pick([1, 2, 3]); slips > 0; slips--) {
      const at = Math.trunc(place(text));
      const [head, tail] = [text.slice(0, at), text.slice(at)];
      text = pick([head + tail.slice(pick([1, 2, 6])), head + pick(slipTexts) + tail, head + tail.slice(0, 40) + tail]);
    }
    return text;
  });
}

const slipTexts = [
  '\n',
  '\t',
  ' ',
  '- ',
  '{',
  '}',
  ']',
  '#',
  ':',
  "'",
  '"',
  '&a ',
  '*a',
  '? ',
  '|\n',
  '---\n',
  '...\n',
  '!!map ',
  '<<: *l0\n',
];

function writeManifest(seed: number): string {
  const pick = picker(seed);
  const lineEnd = pick(['\n', '\n', '\r\n']);
  if (pick([false, false, false, false, true])) {
    const indent = pick([undefined, 2, 4, '\t']);
    return JSON.stringify(workload(pick), null, indent).replaceAll('\n', lineEnd) + pick(['', lineEnd]);
  }
  const look = (): Look => {
    const step = pick([2, 2, 2, 4, 3]);
    return { pick, lineEnd, step, dash: pick([0, step]), gap: pick([2, 2, 2, 4]), anchors: [] };
  };
  let text = pick(['', '', '\uFEFF', `# head${lineEnd}`, `%YAML 1.2${lineEnd}---${lineEnd}`]);
  const count = pick([1, 1, 2, 3]);
  for (let i = 0; i < count; i++) {
    if (i > 0) text += pick(['---', '--- # next', `...${lineEnd}---`]) + lineEnd;
    text += pick(['', '', '# about this one\n', '\n']).replace('\n', lineEnd);
    // the first document has a pod
    text += writeDocument(i > 0 && pick([true, false, false]) ? other(pick) : workload(pick), look());
  }
  return pick([true, true, false]) ? text : text.replace(/(?:\r?\n)+$/, '');
}

/** Chance by a number: Mulberry32. */
function picker(seed: number): Pick {
  let state = seed;
  return (choices) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return choices[((mixed ^ (mixed >>> 14)) >>> 0) % choices.length] as never;
  };
}

function other(pick: Pick): Value {
  return pick<Value>([
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports: [{ port: '80' }] } },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c' },
      data: { 'a.tpl': '{{ .x }}\n', b: pick(longTexts) },
    },
  ]);
}

function workload(pick: Pick): Value {
  const pod = podSpec(pick);
  const metadata = { name: pick(['app', 'web']), labels: { app: 'x', mode: pick(odd) } };
  const template = { metadata: { labels: { app: 'x' } }, spec: pod };
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas: '2', template } };
  switch (pick(['Pod', 'Deployment', 'CronJob', 'List'])) {
    case 'Pod':
      return { apiVersion: 'v1', kind: 'Pod', metadata, spec: pod };
    case 'CronJob':
      return {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata,
        spec: { schedule: '* * * * *', jobTemplate: { spec: { template } } },
      };
    case 'List':
      return { apiVersion: 'v1', kind: 'List', items: [other(pick), deployment, { kind: 'Pod', spec: podSpec(pick) }] };
    default:
      return deployment;
  }
}

function podSpec(pick: Pick): Value {
  const mounts: Value[] = [[], null, [{ name: 'data', mountPath: pick(['/data', '/data/', '/elsewhere']) }]];
  const container = (name: string): Value =>
    shuffled(pick, [
      ['name', name],
      ['image', `registry.example.org/${name}:1`],
      ...(pick([true, false]) ? ([['command', ['sh', '-c', pick([...odd, ...longTexts])]]] as const) : []),
      ...(pick([true, false]) ? ([['env', [{ name: 'A', value: pick(odd) }]]] as const) : []),
      ...(pick([true, false]) ? ([['volumeMounts', pick(mounts)]] as const) : []),
    ]);
  const inits: Value[] = [[], null, [container('first')], [container('first'), container('second')]];
  return shuffled(pick, [
    ['containers', pick([[container('app')], [container('app'), container('side')]])],
    ...(pick([true, false]) ? ([['initContainers', pick(inits)]] as const) : []),
    ...(pick([true, false]) ? ([['volumes', pick([[], null, [{ name: 'data', emptyDir: {} }]])]] as const) : []),
    ...(pick([true, false]) ? ([['terminationGracePeriodSeconds', '30']] as const) : []),
    ...(pick([true, false]) ? ([['nodeSelector', { disk: pick(odd) }]] as const) : []),
  ]);
}

function shuffled(pick: Pick, entries: readonly (readonly [string, Value])[]): Value {
  const rest = [...entries];
  const order: (readonly [string, Value])[] = [];
  while (rest.length > 0) order.push(...rest.splice(pick(rest.map((_, index) => index)), 1));
  return Object.fromEntries(order);
}

function writeDocument(value: Value, look: Look): string {
  const { pick, lineEnd } = look;
  if (pick([0, 0, 0, 0, 0, 1]) === 1) return writeFlow(value, look, 2) + lineEnd;
  return writeBlock(value, 0, look).join(lineEnd) + lineEnd;
}

/** Lines of block style; all with their indentation. */
function writeBlock(value: Value, indent: number, look: Look): string[] {
  const { pick } = look;
  const margin = ' '.repeat(indent);
  const noise = (): string[] => {
    const kind = pick([0, 0, 0, 0, 0, 0, 1, 2, 3]);
    if (kind === 0) return [];
    if (kind === 1) return [pick(['', '  ', ' '.repeat(indent)])];
    return [' '.repeat(kind === 2 ? indent : pick([0, indent, indent + 1, indent + look.step])) + pick(comments)];
  };
  if (Array.isArray(value)) {
    return value.flatMap((item: Value) => {
      const dash = `${margin}-`;
      if (!isBlock(item, look))
        return [...noise(), `${dash}${' '.repeat(look.gap - 1)}${writeInline(item, indent + look.gap, look)}`];
      const body = writeBlock(item, indent + look.gap, { ...look });
      const first = body.findIndex((line) => /[^\s]/.test(line) && !/^\s*#/.test(line));
      // the first entry stands behind the dash, or all of them below it
      if (pick([0, 0, 0, 1]) === 1 || first > 0) return [...noise(), dash, ...body];
      return [...noise(), dash + (body[0] ?? '').slice(indent + 1), ...body.slice(1)];
    });
  }
  return Object.entries(value as Record<string, Value>).flatMap(([key, item]) => {
    const name = pick([0, 0, 0, 0, 1]) === 1 && key !== '<<' ? JSON.stringify(key) : key;
    const colon = `${margin}${name}:`;
    if (isLabels(key, item) && look.anchors.length > 0 && pick([0, 1]) === 1)
      return [...noise(), `${colon} *${look.anchors.at(-1)}`];
    const anchor = isLabels(key, item) && pick([0, 1]) === 1 ? `l${look.anchors.length}` : undefined;
    if (anchor !== undefined) look.anchors.push(anchor);
    const props = anchor === undefined ? '' : ` &${anchor}`;
    if (typeof item === 'string' && item.includes('\n'))
      return [...noise(), ...writeLong(`${colon}${props}`, item, indent + look.step)];
    // as charts render toYaml of an empty list
    if (Array.isArray(item) && item.length === 0 && pick([true, false])) {
      return [
        ...noise(),
        `${colon}${pick(['', ' ', '  # none'])}`,
        `${margin}${' '.repeat(look.step)}[]${pick(['', ' # none'])}`,
      ];
    }
    if (!isBlock(item, look)) {
      const text = writeInline(item, indent + look.step, look);
      return [
        ...noise(),
        `${colon}${props}${text === '' ? '' : ` ${text}`}${pick(['', '', '', '  # why', ' ', '\t# tab'])}`,
      ];
    }
    const deeper = indent + (Array.isArray(item) ? look.dash : look.step);
    return [
      ...noise(),
      `${colon}${props}${pick(['', '', '', ' # below'])}`,
      ...writeBlock(item, deeper, look),
      ...noise(),
    ];
  });
}

const isLabels = (key: string, item: Value) => key === 'labels' && typeof item === 'object' && item !== null;

/** A text of several lines as a literal, with the chomping that keeps it. */
function writeLong(head: string, text: string, indent: number): string[] {
  // a first line that is indented would need an indentation indicator
  if (text.startsWith(' ')) return [`${head} ${JSON.stringify(text)}`];
  const body = text.replace(/\n+$/, '').split('\n');
  const ends = text.length - text.replace(/\n+$/, '').length;
  const chomp = ends === 0 ? '-' : ends === 1 ? '' : '+';
  const kept = Array.from({ length: Math.max(0, ends - 1) }, () => '');
  return [`${head} |${chomp}`, ...body.map((line) => (line === '' ? '' : ' '.repeat(indent) + line)), ...kept];
}

function isBlock(value: Value, { pick }: Look): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const size = Array.isArray(value) ? value.length : Object.keys(value).length;
  return size > 0 && pick([true, true, true, true, true, true, false]);
}

/** What stands behind a colon or a dash, continued (if at all) at the indentation. */
function writeInline(value: Value, indent: number, look: Look): string {
  if (value === null) return look.pick(['', '~', 'null']);
  return typeof value === 'string' ? writeScalar(value, look.pick) : writeFlow(value, look, indent);
}

function writeScalar(text: string, pick: Pick, inFlow = false): string {
  const safe =
    /^[A-Za-z0-9/][\w./-]*$/.test(text) || (!inFlow && /^[A-Za-z0-9/][\w./: -]*[\w]$/.test(text) && !/: /.test(text));
  const quotes = /[\n\u{10000}-\u{10ffff}]/u.test(text) ? ['double'] : ['single', 'double'];
  switch (pick(safe ? ['plain', 'plain', 'plain', ...quotes] : quotes)) {
    case 'plain':
      return text;
    case 'single':
      return `'${text.replaceAll("'", "''")}'`;
    default:
      return JSON.stringify(text);
  }
}

function writeFlow(value: Value, look: Look, indent: number): string {
  const { pick, lineEnd } = look;
  if (value === null) return 'null';
  if (typeof value === 'string') return writeScalar(value, pick, true);
  const members = Array.isArray(value)
    ? value.map((item: Value) => writeFlow(item, look, indent + 2))
    : Object.entries(value as Record<string, Value>).map(
        ([key, item]) => `${pick([key, key, JSON.stringify(key)])}: ${writeFlow(item, look, indent + 2)}`,
      );
  const [open = '', close = ''] = Array.isArray(value) ? '[]' : '{}';
  if (members.length === 0) return open + close;
  const margin = lineEnd + ' '.repeat(indent);
  const layout = pick(['tight', 'loose', 'lines', 'comma']);
  if (layout === 'tight') return open + members.join(', ') + close;
  if (layout === 'loose') return `${open} ${members.join(' , ')} ${close}`;
  if (layout === 'comma') return `${open}${members.join(', ')},${close}`;
  return `${open}${margin}  ${members.join(`,${margin}  `)}${margin}${close}`;
}
