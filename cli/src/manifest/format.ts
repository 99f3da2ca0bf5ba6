// New YAML → text, in the style of its surroundings.
import type { NewEntry, NewNode } from './node.ts';

export interface Style {
  /** How much deeper a mapping within a mapping is, in columns. */
  readonly step: number;
  /** How much deeper the dash of a list is than the key it belongs to; 0 in many a manifest. */
  readonly dash: number;
  /** From the dash of an item to its text; 2 as a rule. */
  readonly gap: number;
  /** Double quotes around every text and key, as JSON wants it. */
  readonly json: boolean;
}

// a list on one line that would be longer is written an item a line
const widestLine = 110;

/** Lines of block style; the first continues where the caller stands, the others begin with `indent` columns. */
export function formatBlock(node: NewNode, indent: number, style: Style): string[] {
  if (node.kind === 'map' && !node.flow) {
    return node.entries.flatMap((entry, index) => {
      const [head = '', ...tail] = formatEntry(entry, indent, style);
      return [index === 0 ? head : ' '.repeat(indent) + head, ...tail];
    });
  }
  if (node.kind === 'list' && !node.flow) {
    const lines = node.items.flatMap((item) => formatItem(item, indent, style));
    return [(lines[0] ?? '').trimStart(), ...lines.slice(1)];
  }
  return [formatFlow(node, style)];
}

/** An item of a list, dash and all; every line with its indentation. */
export function formatItem(item: NewNode, indent: number, style: Style): string[] {
  const [head, ...tail] = formatBlock(item, indent + style.gap, style);
  return [`${' '.repeat(indent)}-${' '.repeat(style.gap - 1)}${head}`, ...tail];
}

/** `key: value`; the first line without indentation, the others with theirs. */
export function formatEntry({ key, value, comment }: NewEntry, indent: number, style: Style): string[] {
  const name = formatScalar(key, style.json);
  const remark = comment === undefined ? '' : ` # ${comment}`;
  if (value.kind === 'literal' && !style.json) {
    const margin = ' '.repeat(indent + style.step);
    const body = value.text.replace(/\n$/, '').split('\n');
    return [
      `${name}: |${value.text.endsWith('\n') ? '' : '-'}${remark}`,
      ...body.map((line) => (line === '' ? '' : margin + line)),
    ];
  }
  const inline = formatFlow(value, style);
  const block = (value.kind === 'map' || value.kind === 'list') && (!value.flow || inline.length > widestLine);
  const empty =
    (value.kind === 'map' && value.entries.length === 0) || (value.kind === 'list' && value.items.length === 0);
  if (!block || empty) return [`${name}: ${inline}${remark}`];
  const deeper = indent + (value.kind === 'map' ? style.step : style.dash);
  const [head, ...tail] = formatBlock({ ...value, flow: false }, deeper, style);
  return [`${name}:${remark}`, ' '.repeat(deeper) + head, ...tail];
}

/** One line. */
export function formatFlow(node: NewNode, style: Pick<Style, 'json'>): string {
  switch (node.kind) {
    case 'scalar':
      return typeof node.value === 'string' ? formatScalar(node.value, style.json) : String(node.value);
    case 'literal':
      return quote(node.text);
    case 'list':
      return `[${node.items.map((item) => formatFlow(item, style)).join(', ')}]`;
    case 'map': {
      const entries = node.entries.map(
        ({ key, value }) => `${formatScalar(key, style.json)}: ${formatFlow(value, style)}`,
      );
      return `{${entries.join(', ')}}`;
    }
  }
}

/** Flow style over several lines, as JSON.stringify with an indentation writes it. */
export function formatPretty(node: NewNode, indent: string, step: string, style: Pick<Style, 'json'>): string[] {
  const children =
    node.kind === 'list'
      ? node.items.map((value) => ({ name: '', value }))
      : node.kind === 'map'
        ? node.entries.map(({ key, value }) => ({ name: `${formatScalar(key, style.json)}: `, value }))
        : [];
  if (children.length === 0) return [formatFlow(node, style)];
  const lines = children.flatMap(({ name, value }, index) => {
    const [head, ...tail] = formatPretty(value, indent + step, step, style);
    const whole = [indent + step + name + head, ...tail];
    if (index < children.length - 1) whole[whole.length - 1] += ',';
    return whole;
  });
  const [open, close] = node.kind === 'list' ? '[]' : '{}';
  return [open ?? '', ...lines, indent + close];
}

// Plain where every parser of YAML 1.1 and 1.2 reads the same text; quoted where one of them reads a number, a date,
// a sexagesimal or a word such as `on`, or takes a `?` within [] for the sign of a key, as that of kubectl does.
const plain = /^(?:-{1,2}[A-Za-z]|[A-Za-z0-9_./$])[\w./:@%+=$()~^;*&|<>!-]*(?: [\w./:@%+=$()~^;*&|<>!-]+)*$/;
const otherMeaning =
  /^(?:[-+]?[.\d][\d_.,:eExXa-fA-FoObBT+-]*[Zz]?|[-+]?e[-+]?\d+|y|n|yes|no|on|off|true|false|null|~|\.nan|[-+]?\.inf)$/i;

/** A text as a scalar that reads back as the same text. */
export function formatScalar(text: string, json = false): string {
  if (!json && plain.test(text) && !otherMeaning.test(text) && !/:(?: |$)/.test(text)) return text;
  return !json && /^[\x20-\x7E\xA0-\u2027\u202A-\uD7FF\uE000-\uFEFE\uFF00-\uFFFD]*$/.test(text) && !text.includes("'")
    ? `'${text}'`
    : quote(text);
}

// what YAML 1.1 takes for a line end, or for no character at all, JSON leaves as it is
const unwritable = /[\x7F-\x9F\u2028\u2029\uFEFF]/g;

const quote = (text: string) =>
  JSON.stringify(text).replace(
    unwritable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
