// What kubectl reads: each expectation is what go-yaml v2 (in kubectl) makes of the text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPlain } from '../../../../cli/src/manifest/plain-scalar.ts';

const kindOf = (text: string) => readPlain(text).kind;

test('the words of YAML 1.1 are booleans', () => {
  for (const text of ['y', 'Y', 'yes', 'on', 'ON', 'true'])
    assert.deepEqual(readPlain(text), { kind: 'boolean', value: true });
  for (const text of ['n', 'No', 'off', 'False']) assert.deepEqual(readPlain(text), { kind: 'boolean', value: false });
  for (const text of ['yEs', 'oN', 'yep', 'tRue']) assert.equal(kindOf(text), 'text');
});

test('numbers are read as kubectl reads them: octal, hexadecimal, with underscores', () => {
  const numbers = {
    '0644': 420,
    '0o17': 15,
    '0x1F': 31,
    '0b11': 3,
    '08': 8,
    '1_000': 1000,
    '1e3': 1000,
    '-5': -5,
    '.5': 0.5,
    '1.': 1,
    // as wide as Go's integers, of which a number would keep the first sixteen digits
    '9007199254740993': 9007199254740993n,
    '-9_223_372_036_854_775_808': -9223372036854775808n,
    '0xFFFFFFFFFFFFFFFF': 18446744073709551615n,
    // and what is wider is one with a fraction
    '18446744073709551616': 2 ** 64,
    '-9223372036854775809': -(2 ** 63),
  };
  for (const [text, value] of Object.entries(numbers))
    assert.deepEqual(readPlain(text), { kind: 'number', value }, text);
});

test('dates, sexagesimals, versions and signs stay text', () => {
  for (const text of [
    '2026-01-31',
    '22:22',
    '1.2.3',
    'v1',
    '-',
    '--x',
    '1Gi',
    '100m',
    '_1',
    '0x',
    '1e999',
    '0x10000000000000000',
  ]) {
    assert.equal(kindOf(text), 'text', text);
  }
});
