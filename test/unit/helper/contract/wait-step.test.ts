// A wait step is written so that it is read back: for any targets and any options that suit them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatStep, parseStep, type WaitStep } from '../../../../helper/src/contract/step.ts';
import { optionsOfAllKinds, targetKinds } from '../../../../helper/src/contract/target-kinds.ts';
import { type WaitOptions, waitOptions } from '../../../../helper/src/contract/wait-options.ts';
import { joinWords, splitWords } from '../../../../helper/src/contract/words.ts';

const durationMs = fc.integer({ min: 1, max: 200_000 });
const anyText = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
const pattern = anyText.map((text) => text.replace(/[^\w ]/gu, '') || 'x');

/** Values for each option; those whose values depend on others are not among them. */
const values: { readonly [Name in keyof WaitOptions]?: fc.Arbitrary<unknown> } = {
  any: fc.boolean(),
  timeoutMs: fc.integer({ min: 3_000, max: 10_000_000 }),
  holdMs: fc.integer({ min: 0, max: 2_999 }),
  intervalMs: durationMs,
  splayMs: durationMs,
  deadlineMs: fc.integer({ min: 200_001, max: 10_000_000 }),
  successes: fc.integer({ min: 1, max: 1_000 }),
  stableForMs: durationMs,
  gone: fc.boolean(),
  failIf: fc.array(fc.constantFrom('tcp://a:1 --hold 1s', 'k8s://job/a --condition Failed'), { maxLength: 2 }),
  record: fc.constantFrom('address', 'A', 'SRV', 'TXT'),
  minRecords: fc.integer({ min: 1, max: 10_000 }),
  wantedRecords: fc.array(anyText, { maxLength: 3 }),
  statuses: fc.array(fc.constantFrom('204', '2xx', '200-399'), { maxLength: 3 }),
  wantedHeaders: fc.array(
    pattern.map((text) => `X-Ready: ${text.trim() || 'x'}`),
    { maxLength: 3 },
  ),
  contains: fc.array(anyText, { maxLength: 3 }),
  matches: fc.array(pattern, { maxLength: 3 }),
  maxRedirects: fc.integer({ min: 0, max: 50 }),
  headers: fc.array(
    pattern.map((text) => `X-A: ${text.trim() || 'x'}`),
    { maxLength: 3 },
  ),
  unixSocket: anyText,
  caFile: anyText,
  serverName: anyText,
  validForMs: durationMs,
  jsonConditions: fc.array(fc.constantFrom('@.a == "b"', 'count(@.*) > 1'), { maxLength: 2 }),
  http2: fc.boolean(),
  passwordFile: anyText,
  sasl: fc.constantFrom('PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'),
  primary: fc.boolean(),
  hasPrimary: fc.boolean(),
  query: anyText,
  keys: fc.array(anyText, { maxLength: 2 }),
  queues: fc.array(anyText, { maxLength: 2 }),
  streams: fc.array(fc.constantFrom('ORDERS', 'a-b'), { maxLength: 2 }),
  namespace: fc.constantFrom('shop', 'data-1'),
  condition: fc.constantFrom('Ready', 'Ready=False'),
  minSizeBytes: fc.integer({ min: 0, max: 2 ** 40 }),
};

const kinds = Object.values(targetKinds);
const targetOf = (example: string) => example.split(' ')[0] ?? '';

const steps = fc
  .record({
    chosen: fc.subarray(kinds, { minLength: 1, maxLength: 4 }),
    all: fc.record(values as Record<string, fc.Arbitrary<unknown>>, { requiredKeys: [] }),
  })
  .map(({ chosen, all }): WaitStep => {
    const allowed = new Set<string>([...optionsOfAllKinds, ...chosen.flatMap(({ options }) => options)]);
    const given = Object.entries(all).filter(([name]) => allowed.has(name));
    // what a server tells those only who log in, and files of a TLS that must be spoken
    const enabled = { ...(allowed.has('user') && { user: 'app' }), ...(allowed.has('tls') && { tls: true }) };
    const defaults = Object.entries(waitOptions).map(([name, option]) => [name, option.default]);
    return {
      kind: 'wait',
      targets: chosen.map(({ examples }) => targetOf(examples[0] ?? '')),
      options: { ...Object.fromEntries([...defaults, ...given]), ...enabled } as WaitOptions,
    };
  });

test('what is written is read back, as words and as a line of words', () => {
  fc.assert(
    fc.property(steps, (step) => {
      const words = formatStep(step);
      assert.deepEqual(parseStep(words), step);
      assert.deepEqual(splitWords(joinWords(words)), words);
    }),
    { numRuns: 500 },
  );
});

test('every option has values here, but for those that only go with others', () => {
  const others = [
    'atLeast',
    'method',
    'body',
    'envHeaders',
    'fileHeaders',
    'certFile',
    'keyFile',
    'selector',
    'clusterScoped',
    'user',
    'tls',
    'tables',
    'passwordEnv',
    'credsFile',
  ];
  assert.deepEqual(
    Object.keys(waitOptions)
      .filter((name) => !(name in values))
      .toSorted(),
    others.toSorted(),
  );
});
