// What `greenroom policy` prints. That the API server understands its CEL is shown by the e2e cases policy-*.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { celText } from '../../../../cli/src/policy/cel.ts';
import { targetSchemes, waitOptions } from '../../../../helper/src/contract/index.ts';
import { runInShell } from '../../../support/in-shell.ts';

async function objects(...args: readonly string[]) {
  const { exitCode, stdout, stderr } = await runInShell(['policy', ...args]);
  assert.equal(exitCode, 0, stderr);
  return parseAllDocuments(stdout).map((document) => document.toJS());
}

async function refusal(...args: readonly string[]) {
  const { exitCode, stdout, stderr } = await runInShell(['policy', ...args]);
  assert.equal(stdout, '');
  return { exitCode, stderr };
}

const policyKinds = [
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
];

test('prints the policy and its bindings, one label and one name through all, and the settings in it', async () => {
  const all = await objects('--name', 'hall', '--namespace-label', 'team=canary', '--deadline', '10m');
  assert.deepEqual(
    all.map(({ kind }) => kind),
    policyKinds,
  );
  for (const { metadata } of all) assert.equal(metadata.name, 'hall');
  const [mutating, one, , other] = all;
  const settings = mutating.spec.variables.find(({ name }: { name: string }) => name === 'settings');
  assert.match(settings.expression, /'image': 'greenroom\/helper:test'.*'deadline': '10m'/);
  assert.ok(!('paramKind' in mutating.spec));
  for (const { spec } of [one, other]) {
    assert.equal(spec.policyName, 'hall');
    assert.deepEqual(spec.matchResources.namespaceSelector, { matchLabels: { team: 'canary' } });
    assert.ok(!('paramRef' in spec));
  }
});

test('keeps the settings in a ConfigMap where that is asked for', async () => {
  const [settings, mutating, binding, ...others] = await objects('--config-map', 'platform', '--deadline', '10m');
  assert.deepEqual(
    [mutating, binding, ...others].map(({ kind }) => kind),
    policyKinds,
  );
  assert.deepEqual(settings.metadata, { name: 'greenroom', namespace: 'platform' });
  assert.equal(settings.data.deadline, '10m');
  assert.equal(settings.data.image, 'greenroom/helper:test');
  assert.deepEqual(mutating.spec.paramKind, { apiVersion: 'v1', kind: 'ConfigMap' });
  assert.deepEqual(binding.spec.paramRef, { ...settings.metadata, parameterNotFoundAction: 'Allow' });
});

test('the rules know every target and every option of the helper', async () => {
  const all = await objects();
  const text = JSON.stringify(all.find(({ kind }) => kind === 'ValidatingAdmissionPolicy'));
  for (const scheme of Object.keys(targetSchemes)) assert.ok(text.includes(scheme), scheme);
  for (const { flag } of Object.values(waitOptions)) assert.ok(text.includes(`'--${flag}'`), flag);
});

test('for a version without the policy it says what to do instead', async () => {
  const { exitCode, stderr } = await refusal('--kube-version', 'v1.35.2');
  assert.equal(exitCode, 2);
  assert.match(stderr, /1\.35 has no MutatingAdmissionPolicy.*1\.36 has\n.*greenroom inject, or greenroom fn/s);
});

for (const [args, sentence] of [
  [['--position', 'frist'], /--position is one of .*; did you mean first\?/],
  [['--deadline', '60'], /--deadline: "60" is not a duration/],
  [['--namespace-label', 'canary'], /"canary" is not of the form KEY=VALUE/],
  [['--config-map', 'My'], /"My" is not the name of a namespace/],
  [['--kube-version', 'new'], /"new" is no version such as 1\.36/],
  [['--name', 'A'], /"A" cannot name a container/],
  [['file.yaml'], /one operand too many/],
] as const) {
  test(`refuses ${args.join(' ')}`, async () => {
    const { exitCode, stderr } = await refusal(...args);
    assert.equal(exitCode, 2);
    assert.match(stderr, sentence);
  });
}

test('a text as a literal of CEL reads back as the same text', () => {
  // the escapes that CEL and JavaScript share
  const read = (literal: string) => {
    assert.match(literal, /^'(?:[^'\\\n\r]|\\['\\ntr])*'$/);
    return literal
      .slice(1, -1)
      .replace(/\\(.)/g, (_, letter: string) => ({ n: '\n', t: '\t', r: '\r' })[letter] ?? letter);
  };
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => assert.equal(read(celText(text)), text)));
});
