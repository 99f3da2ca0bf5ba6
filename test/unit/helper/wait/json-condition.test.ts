import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../../helper/src/core/failure.ts';
import { parseJsonCondition } from '../../../../helper/src/wait/probes/json-condition.ts';

const body = {
  status: 'green',
  number_of_nodes: 3,
  checks: [{ ok: true }, { ok: true }, { ok: false }],
  'with.dot': null,
  nested: { ready: false },
};

const cases: readonly [condition: string, holds: boolean][] = [
  ['@.status == "green"', true],
  ["@.status == 'red'", false],
  ['$.status == "green"', true],
  ['@.status == "green" || @.status == "yellow"', true],
  ['@.number_of_nodes >= 3 && @.status != "red"', true],
  ['@.number_of_nodes > 3', false],
  ['@.number_of_nodes >= "3"', false],
  ['@.missing == 1', false],
  ['@.missing', false],
  ['!@.missing', true],
  ['@.nested.ready', true],
  ['@.nested.ready == true', false],
  ['@["with.dot"] == null', true],
  ['count(@.checks[?@.ok == true]) >= 2', true],
  ['count(@.checks[?@.ok == true]) >= 3', false],
  ['match(@.status, "gr.*")', true],
  ['length(@.checks) == 3', true],
];

for (const [condition, holds] of cases) {
  test(`${condition} ${holds ? 'holds' : 'does not hold'}`, () => {
    assert.equal(parseJsonCondition(condition, '--expect-json')(body), holds);
  });
}

for (const text of ['@.a ==', 'status == "green"', '@.a == 1], [0', '@..a == 1', 'x', '@.a = 1']) {
  test(`${text} is a fault that shows how one is written`, () => {
    const thrown = (() => {
      try {
        return parseJsonCondition(text, '--expect-json');
      } catch (error) {
        return error;
      }
    })();
    assert.ok(thrown instanceof Failure, String(thrown));
    assert.equal(thrown.code, 'USAGE');
    assert.match(thrown.message, /^--expect-json: .* is no condition of JSONPath: /);
    assert.match(thrown.hint ?? '', /@\.status == "green"/);
  });
}

test('a value that is no object has no members', () => {
  for (const value of [null, 1, 'green', [], true]) {
    assert.equal(parseJsonCondition('@.status == "green"', '--expect-json')(value), false);
  }
});
