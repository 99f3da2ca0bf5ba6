// A plan as a JSON schema (draft 2020-12), for editors and linters: made from the tables that the helper itself reads by,
// and written to helper/plan.schema.json by a test (UPDATE_DOCS=1).
// It refuses what is misspelt; which options exclude one another only the helper says.
import {
  fetchOptions,
  type Option,
  type OptionTable,
  sourceSchemes,
  targetSchemes,
  waitOptions,
} from '../helper/src/contract/index.ts';

type Schema = Readonly<Record<string, unknown>>;

// editors read YAML by its core schema, so that 0644 or 1048576 are numbers to them; the helper takes the text
const scalar: Schema = { type: ['string', 'number', 'boolean'], minLength: 1 };
const durationPattern = '^(?=\\d)(?:\\d+(?:\\.\\d+)?h)?(?:\\d+(?:\\.\\d+)?m)?(?:\\d+(?:\\.\\d+)?s)?(?:\\d+ms)?$';
const sizePattern = '^\\d+(?:\\.\\d+)?(?:[KMGT]i|[kMGT])?$';

/** What a value may look like in a plan. */
function valueSchema({ kind, range, choices }: Option<unknown>): Schema {
  switch (kind) {
    case 'duration':
      return { type: 'string', pattern: durationPattern };
    case 'size':
      return { type: ['string', 'integer'], pattern: sizePattern, minimum: 0 };
    case 'count':
      return { type: ['string', 'integer'], pattern: '^\\d+$', minimum: range?.atLeast, maximum: range?.atMost };
    case 'mode':
      return { type: ['string', 'integer'], pattern: '^0?[0-7]{3,4}$', minimum: 0, maximum: 7777 };
    case 'flag':
      return { enum: [true, false, 'true', 'false'] };
    case 'choice':
      return { enum: choices };
    case 'list':
      return { anyOf: [scalar, { type: 'array', items: scalar }] };
    case 'text':
    case 'path':
      return scalar;
  }
}

function optionSchemas(table: OptionTable): Schema {
  return Object.fromEntries(
    Object.values(table).map((option) => {
      const { flag, summary, kind, default: preset } = option;
      const shown =
        preset === undefined || kind === 'list' ? {} : { default: kind === 'flag' ? preset : option.format(preset) };
      return [flag, { description: `${summary}.`, ...valueSchema(option), ...shown }];
    }),
  );
}

/** A word that begins with `--` is an option of the step, or ends the options: all else there is misspelt. */
const flagWord = (table: OptionTable, end: string) =>
  `--(?:${Object.values(table)
    .map(({ flag }) => flag)
    .join('|')})?(?=${end}|=)`;

/** Words as in a shell: what stands in quotes, or behind a backslash, may be anything. */
function linePattern(kind: string, table: OptionTable): string {
  const piece = `(?:[^\\s'"\\\\]|'[^']*'|"(?:[^"\\\\]|\\\\[\\s\\S])*"|\\\\[\\s\\S])`;
  return `^\\s*${kind}(?:\\s+(?:${flagWord(table, '\\s|$')}${piece}*|(?!--)${piece}+))+\\s*$`;
}

function wordsSchema(kind: string, table: OptionTable): Schema {
  return {
    type: 'array',
    minItems: 2,
    prefixItems: [{ const: kind }],
    items: { ...scalar, pattern: `^(?:(?!--)|${flagWord(table, '$')})` },
  };
}

const schemePattern = (schemes: object, separator: string) => `^(?:${Object.keys(schemes).join('|')})${separator}`;

function stepSchema(kind: string, table: OptionTable, own: Schema): Schema {
  return {
    anyOf: [
      { type: 'string', pattern: linePattern(kind, table) },
      wordsSchema(kind, table),
      {
        type: 'object',
        properties: { ...own, ...optionSchemas(table) },
        required: Object.keys(own),
        additionalProperties: false,
      },
    ],
  };
}

/** The whole schema. */
export function planSchema(): Schema {
  const target: Schema = { type: 'string', pattern: schemePattern(targetSchemes, '://') };
  const steps = { type: 'array', minItems: 1, items: { $ref: '#/$defs/item' } };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A plan of greenroom-helper',
    description: 'Steps that run in order: what `greenroom-helper run` reads.',
    anyOf: [steps, { type: 'object', properties: { steps }, required: ['steps'], additionalProperties: false }],
    $defs: {
      item: {
        anyOf: [
          { $ref: '#/$defs/wait' },
          { $ref: '#/$defs/fetch' },
          {
            type: 'object',
            properties: {
              together: {
                description: 'Steps that run at once; all must succeed, and the first that fails ends the others.',
                type: 'array',
                minItems: 1,
                items: { anyOf: [{ $ref: '#/$defs/wait' }, { $ref: '#/$defs/fetch' }] },
              },
            },
            required: ['together'],
            additionalProperties: false,
          },
        ],
      },
      wait: stepSchema('wait', waitOptions, {
        wait: {
          description: 'What to wait for: one target or several.',
          anyOf: [target, { type: 'array', minItems: 1, items: target }],
        },
      }),
      fetch: stepSchema('fetch', fetchOptions, {
        fetch: { description: 'Where to download from.', type: 'string', pattern: schemePattern(sourceSchemes, ':') },
        to: { description: 'The absolute path that shall appear.', type: 'string', pattern: '^/' },
      }),
    },
  };
}
