// When a CronJob runs: what the API server takes as its schedule. Pure.
// https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax

const names = {
  month: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  weekday: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
};

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** What may stand for numbers, from the least on. */
  readonly names: readonly string[];
}

const fields: readonly Field[] = [
  { name: 'minute', least: 0, most: 59, names: [] },
  { name: 'hour', least: 0, most: 23, names: [] },
  { name: 'day', least: 1, most: 31, names: [] },
  { name: 'month', least: 1, most: 12, names: names.month },
  // here Sunday is 0 alone, and not 7
  { name: 'weekday', least: 0, most: 6, names: names.weekday },
];

/** What is wrong with a schedule; undefined where nothing is. */
export function scheduleFault(text: string): string | undefined {
  if (/^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly|every (?:\d+(?:\.\d+)?(?:h|m|s|ms))+)$/.test(text))
    return undefined;
  const parts = text.split(/\s+/);
  if (parts.length !== fields.length) return 'has not five fields';
  const at = fields.findIndex((field, index) => !(parts[index] ?? '').split(',').every((part) => fits(part, field)));
  const field = fields[at];
  return field === undefined
    ? undefined
    : `has ${JSON.stringify(parts[at])} for its ${field.name}, from ${field.least} to ${field.most}`;
}

/** `*`, `5`, `1-5`, each with a step behind it, `/15`. */
function fits(part: string, { least, most, names: known }: Field): boolean {
  const [, range = '', step] = /^([*?]|\w+(?:-\w+)?)(?:\/(\d+))?$/.exec(part) ?? [];
  if (range === '' || Number(step ?? 1) === 0) return false;
  if (range === '*' || range === '?') return true;
  const [from = Number.NaN, to = from] = range.split('-').map((word) => {
    const index = known.indexOf(word.toLowerCase());
    return index === -1 ? (/^\d+$/.test(word) ? Number(word) : Number.NaN) : least + index;
  });
  return least <= from && from <= to && to <= most;
}
