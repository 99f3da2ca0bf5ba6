import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseGuard } from '../../../../helper/src/contract/guard.ts';
import { formatStep, parseStep } from '../../../../helper/src/contract/step.ts';
import { waitOptions } from '../../../../helper/src/contract/wait-options.ts';

const faults: readonly (readonly [string, RegExp])[] = [
  [' ', /names one target, and options of it$/],
  ['tcp://a:1 tcp://b:2', /names one target/],
  ['tcp://a:1 --deadline 3s', /--deadline is for the step itself$/],
  ['tcp://a:1 --any', /--any is for the step itself$/],
  ['tcp://a:1 --fail-if tcp://b:2', /--fail-if is for the step itself$/],
  ['tcp://a:1 --record A', /--record is for dns targets/],
  ['tpc://a:1', /did you mean tcp/],
  ['tcp://a:1 "', /a quote \("\) is not closed/],
  ['k8s://job/a', /would end the wait when it is complete; --condition Failed is about its failure$/],
  ['k8s://pod/a', /would end the wait when it is ready/],
];
for (const [guard, message] of faults) {
  test(`${JSON.stringify(guard)} is refused as a guard`, () => {
    assert.throws(() => parseStep(['wait', 'tcp://db:1', '--fail-if', guard]), { code: 'USAGE', message });
  });
}

test('guards are written as they are read', () => {
  const words = ['wait', 'tcp://db:1', '--fail-if', 'k8s://job/a --condition Failed', '--fail-if', 'file:///failed'];
  assert.deepEqual(formatStep(parseStep(words)), words);
});

test('what the environment gives is checked as well', () => {
  assert.throws(() => parseStep(['wait', 'tcp://db:1'], { GREENROOM_FAIL_IF: 'nonsense' }), { code: 'USAGE' });
});

test('the paths of a guard move with those of its step', () => {
  const guards = ["https://a/b --ca-file '/ca dir/ca.crt' --contains x", 'file:///run/failed'];
  const [first = '', second] = waitOptions.failIf.movePaths?.(guards, (path) => `/at${path}`) ?? [];
  assert.equal(parseGuard(first).options.caFile, '/at/ca dir/ca.crt');
  assert.equal(second, 'file:///at/run/failed');
});
