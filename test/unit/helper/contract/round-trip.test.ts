// What is written is what is read: words, arguments and plans, over every option of every table.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  Failure,
  formatArgs,
  formatPlan,
  formatStep,
  joinWords,
  type Option,
  parseArgs,
  parsePlan,
  parseStep,
  processOptions,
  type Step,
  splitWords,
  stepOptions,
} from '../../../../helper/src/contract/index.ts';

const anyText = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
  fc.constantFrom(
    "it's",
    '"',
    '\\',
    '$(POD_IP)',
    '--',
    '-x',
    '--any',
    'a b',
    ' ',
    '\t',
    '#',
    '\u00e9\u{1f600}',
    'a=b',
    "'\\''",
  ),
);

// values for options that take only certain texts; of the rest, any text will do
const likely = [
  ...[
    '204',
    '2xx',
    '200-399',
    'Accept: text/plain',
    `X-Odd: it's a "test"`,
    'Authorization: TOKEN',
    'Authorization: /run/token',
  ],
  ...[
    'a'.repeat(64),
    `sha256:${'a'.repeat(64)}`,
    '/ca/ca.crt',
    'A',
    'SRV',
    '^ok$',
    'example.org',
    '127.0.0.1',
    '60',
    '1',
    '3',
  ],
  ...['https://example.org/b', 'http://minio:9000', 'default', 'app=web', 'Ready', 'nginx/1.2', 'POST', '1Ki'],
  ...['1ms', '90s', '1h30m', '168h', '10Mi', '1.5Gi', '0644', '04755', 'true', 'text', 'json', 'debug', 'warn'],
];

/** A text that the option takes, whatever kind it is. */
function optionText({ flag, placeholder, parse }: Option<unknown>): fc.Arbitrary<string> {
  const isTaken = (text: string) => !('fault' in parse(text));
  const taken = [...likely, ...placeholder.split('|')].filter(isTaken);
  assert.ok(taken.length > 0, `--${flag} takes none of the values here: add one to the list`);
  const [first = ''] = taken;
  return fc.oneof(
    fc.constantFrom(...taken),
    anyText.map((text) => (isTaken(text) ? text : first)),
  );
}

/** Up to three options of a table, as words. */
function optionWords(table: Readonly<Record<string, Option<unknown>>>): fc.Arbitrary<string[]> {
  return fc
    .subarray(Object.values(table), { maxLength: 3 })
    .chain((options) =>
      fc.tuple(
        ...options.map((option) =>
          option.kind === 'list'
            ? fc
                .array(optionText(option), { maxLength: 2 })
                .map((texts) => texts.map((text) => `--${option.flag}=${text}`))
            : optionText(option).map((text) => [
                option.kind === 'flag' ? `--${option.flag}` : `--${option.flag}=${text}`,
              ]),
        ),
      ),
    )
    .map((words) => words.flat());
}

const targets = fc.array(
  fc.constantFrom('tcp://db:5432', 'dns://myappb', 'https://api/health?a=b', 'http://[::1]:80/'),
  {
    minLength: 1,
    maxLength: 3,
  },
);
const destinations = fc.constantFrom('/data/a', '/data/with space', "/it's/-here", '/data/');

const stepWords = fc.oneof(
  fc.tuple(targets, optionWords(stepOptions.wait)).map(([operands, options]) => ['wait', ...operands, ...options]),
  fc
    .tuple(destinations, optionWords(stepOptions.fetch))
    .map(([path, options]) => ['fetch', 'https://example.org/a', path, ...options]),
);

/** Steps that the parser takes: options that exclude one another are refused, and not our concern here. */
const steps: fc.Arbitrary<Step> = stepWords
  .map((words): Step | undefined => {
    try {
      return parseStep(words);
    } catch (error) {
      if (error instanceof Failure && error.code === 'USAGE') return undefined;
      throw error;
    }
  })
  .filter((step) => step !== undefined);

const processes = optionWords(processOptions).map((words) => {
  const command = parseArgs(['run', ...words]);
  assert.ok(command.kind === 'run');
  return command.process;
});

test('words, joined to a line and split again, are the same words', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(anyText, fc.constant(''))), (words) =>
      assert.deepEqual(splitWords(joinWords(words)), words),
    ),
  );
});

test('a step, written as words and read again, is the same step', () => {
  fc.assert(
    fc.property(steps, (step) => assert.deepEqual(parseStep(formatStep(step)), step)),
    { numRuns: 500 },
  );
});

test('a command, written as arguments and read again, is the same command', () => {
  const plain = { noNullPrototype: true };
  const commands = fc.oneof(
    fc.record({ kind: fc.constant('step' as const), step: steps, process: processes }, plain),
    fc.record(
      {
        kind: fc.constant('run' as const),
        planPath: fc.constantFrom(undefined, '/plan.yaml', '-odd'),
        process: processes,
      },
      plain,
    ),
    fc.record(
      {
        kind: fc.constant('help' as const),
        topic: fc.constantFrom(undefined, 'wait' as const, 'fetch' as const, 'run' as const),
      },
      plain,
    ),
    fc.constant({ kind: 'version' as const }),
  );
  fc.assert(
    fc.property(commands, (command) => assert.deepEqual(parseArgs(formatArgs(command)), command)),
    { numRuns: 500 },
  );
});

test('a plan, written as data and read again, is the same plan', () => {
  const together = fc
    .uniqueArray(steps, {
      ...{ minLength: 1, maxLength: 3 },
      // two of them may not write one file
      selector: (step) => (step.kind === 'fetch' ? step.destination : step),
    })
    .map((items) => ({ kind: 'together' as const, steps: items }));
  const plans = fc.array(fc.oneof(steps, together), { minLength: 1, maxLength: 4 }).map((items) => ({ items }));
  fc.assert(
    fc.property(plans, (plan) => assert.deepEqual(parsePlan(formatPlan(plan)), plan)),
    { numRuns: 200 },
  );
});

test('the properties above see every option', () => {
  const seen = new Set<string>();
  const words = fc.sample(stepWords, { numRuns: 2_000, seed: 1 }).flat();
  for (const word of words) seen.add(/^--([^=]*)/.exec(word)?.[1] ?? '');
  const flags = Object.values(stepOptions).flatMap((table) => Object.values(table).map(({ flag }) => flag));
  assert.deepEqual(
    flags.filter((flag) => !seen.has(flag)),
    [],
  );
});
