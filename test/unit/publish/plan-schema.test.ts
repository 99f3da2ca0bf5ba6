// helper/plan.schema.json: what the option tables say, and of one mind with the helper about what is misspelt.
import assert from 'node:assert/strict';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { parse, parseAllDocuments } from 'yaml';
import { planSchema } from '../../../.dev/plan-schema.ts';
import {
  Failure,
  formatPlan,
  formatStep,
  type Option,
  type OptionTable,
  parsePlan,
  stepOptions,
} from '../../../helper/src/contract/index.ts';
import { root } from '../../support/read-imports.ts';

const path = join(root, 'helper/plan.schema.json');
const validate = new Ajv2020({ strictTypes: false, strictTuples: false }).compile(planSchema());
const isValid = (plan: unknown) => validate(plan) === true;

/** The helper's own word. */
function isTaken(plan: unknown): boolean {
  try {
    parsePlan(plan);
    return true;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}

test('the file is what the tables say', () => {
  const text = `${JSON.stringify(planSchema(), undefined, 2)}\n`;
  if (process.env.UPDATE_DOCS === '1') writeFileSync(path, text);
  assert.equal(readFileSync(path, 'utf8'), text, 'UPDATE_DOCS=1 npm test -- test/unit/publish rewrites it');
});

/** Every plan that stands in a manifest, as an editor would read it. */
function* plansIn(value: unknown): Generator<unknown> {
  if (typeof value !== 'object' || value === null) return;
  const { name, value: text } = value as { name?: unknown; value?: unknown };
  if (name === 'GREENROOM_PLAN' && typeof text === 'string') yield parse(text);
  for (const child of Object.values(value)) yield* plansIn(child);
}

test('every plan of manifests/ and of the golden tests is valid', () => {
  const files = globSync(['manifests/*.yaml', 'test/golden/**/output.yaml'], { cwd: root });
  const documents = files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return text.includes('GREENROOM_PLAN') ? parseAllDocuments(text).map((document) => document.toJS()) : [];
  });
  const plans = [parse(readFileSync(join(root, 'manifests/plan.yaml'), 'utf8')), ...plansIn(documents)];
  assert.ok(plans.length >= 3, `only ${plans.length} plans were found`);
  for (const plan of plans) assert.ok(isValid(plan), `${JSON.stringify(plan)}\n${JSON.stringify(validate.errors)}`);
});

// for each kind of value some that are right, some that are not, and some at the bounds
const values = fc.oneof(
  fc.constantFrom<unknown>(
    ...['5m', '1m30s', '1.5s', '0s', '250ms', '5', 'm', '', '1h1h', '10Mi', '1.5Gi', '10mi', '1048576', '-1', '0'],
    ...['1', '3', '64', '65', '1001', '0644', '4755', '644', '0688', '99999', 'true', 'false', 'yes', 'GET', 'get'],
    ...['address', 'SRV', 'auto', 'path', 'PLAIN', '2xx', 'Accept: a', '/ca.crt', 'a'.repeat(64), 'web', '--any'],
    ...[0, 1, 3, 64, 1048576, 1e21, 1.5, -1, true, false, null, [], ['a', 1], [[]], {}, ['2xx', '204']],
  ),
  fc.string({ maxLength: 6 }),
);

const kinds = fc.constantFrom(
  ['wait', stepOptions.wait, { wait: 'tcp://db:5432' }] as const,
  ['wait', stepOptions.wait, { wait: ['dns://myappb', 'https://api/health'] }] as const,
  ['fetch', stepOptions.fetch, { fetch: 'https://example.org/a', to: '/data/a' }] as const,
);

const mappings = kinds.chain(([kind, table, own]) =>
  fc
    .array(fc.tuple(fc.constantFrom(...Object.values(table as OptionTable).map((option) => option.flag)), values), {
      maxLength: 2,
    })
    .map((entries) => ({ kind, item: { ...own, ...Object.fromEntries(entries) } })),
);

test('what the helper takes is valid, however it is written', () => {
  fc.assert(
    fc.property(mappings, ({ item }) => {
      if (!isTaken([item])) return;
      assert.ok(isValid([item]), JSON.stringify(validate.errors));
      const plan = parsePlan([item]);
      assert.ok(isValid(formatPlan(plan)), JSON.stringify(formatPlan(plan)));
      assert.ok(isValid({ steps: [{ together: formatPlan(plan) }] }));
      const [step] = plan.items;
      assert.ok(step !== undefined && step.kind !== 'together');
      assert.ok(isValid([formatStep(step)]), JSON.stringify(formatStep(step)));
    }),
    { numRuns: 400 },
  );
});

test('durations, sizes, counts, modes, flags and choices: valid is what is taken', () => {
  const exact = new Set(['duration', 'size', 'count', 'mode', 'flag', 'choice']);
  const options = Object.entries(stepOptions).flatMap(([kind, table]) =>
    Object.values(table as OptionTable)
      .filter((option) => exact.has(option.kind))
      .map((option) => [kind, option] as const),
  );
  const own = { wait: { wait: 'tcp://db:5432' }, fetch: { fetch: 'https://example.org/a', to: '/data/a' } };
  // a bound is checked by the helper alone where the value is text, and times have no upper bound in a schema
  const looks = (option: Option<unknown>, text: string) =>
    !('fault' in option.parse(text)) ||
    /must be at least|whole number/.test((option.parse(text) as { fault: string }).fault);
  fc.assert(
    fc.property(fc.constantFrom(...options), values, ([kind, option], value) => {
      if (typeof value !== 'string' || /^\d{10}/.test(value)) return;
      const item = { ...own[kind as 'wait' | 'fetch'], [option.flag]: value };
      if (option.kind === 'count' && !/^\d+$/.test(value)) return assert.ok(!isValid([item]));
      assert.equal(isValid([item]), looks(option, value), `${option.flag}: ${JSON.stringify(value)}`);
    }),
    { numRuns: 600 },
  );
});

test('a misspelt option is neither valid nor taken, in a mapping, a list of words and a line', () => {
  const letters = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz-');
  fc.assert(
    fc.property(kinds, fc.nat(), fc.nat(), letters, ([kind, table, own], which, where, letter) => {
      const flags = Object.values(table as OptionTable).map(({ flag }) => flag);
      const right = flags[which % flags.length] ?? '';
      const at = where % right.length;
      const wrong = `${right.slice(0, at)}${letter}${right.slice(at + 1)}`;
      if (flags.includes(wrong)) return;
      const words = [kind, ...Object.values(own).flat(), `--${wrong}`, '1'];
      for (const item of [{ ...own, [wrong]: '1' }, words, words.join(' '), [...words.slice(0, -2), `--${wrong}=1`]]) {
        assert.ok(!isTaken([item]), JSON.stringify(item));
        assert.ok(!isValid([item]), JSON.stringify(item));
      }
    }),
    { numRuns: 200 },
  );
});

test('what is no plan is not valid', () => {
  for (const plan of [
    [],
    {},
    'wait tcp://db:5432',
    ['waits tcp://db:5432'],
    ['wait'],
    [{ wait: 'db:5432' }],
    [{ wait: 'tpc://db:5432' }],
    [{ fetch: 'https://example.org/a' }],
    [{ fetch: 'https://example.org/a', to: 'data/a' }],
    [{ wait: 'tcp://db:5432', together: [] }],
    [{ together: [{ together: ['wait tcp://db:5432'] }] }],
    { steps: ['wait tcp://db:5432'], step: [] },
    ["wait tcp://db:5432 --contains 'open"],
  ]) {
    assert.ok(!isValid(plan), JSON.stringify(plan));
    assert.ok(!isTaken(plan), JSON.stringify(plan));
  }
  // options in quotes, and behind the dashes that end them, are words like any other
  assert.ok(isValid(["wait tcp://db:5432 --contains 'a --dedline b' -- tcp://b:1"]));
});
