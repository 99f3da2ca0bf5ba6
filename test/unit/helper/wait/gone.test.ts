import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../../../helper/src/core/failure.ts';
import type { FailureCodeName } from '../../../../helper/src/core/failure-codes.ts';
import { gone } from '../../../../helper/src/wait/gone.ts';
import type { Ask, Readiness } from '../../../../helper/src/wait/probe.ts';

const ask: Ask = { signal: new AbortController().signal, onPhase: () => {} };
const says = (readiness: Readiness) => gone({ check: async () => readiness }).check(ask);
const throws = (code: FailureCodeName) =>
  gone({
    check: async () => {
      throw new Failure(code, code);
    },
  }).check(ask);

test('what is there is not gone', async () => {
  const readiness = await says({ kind: 'ready' });
  assert.equal(readiness.kind === 'not-ready' && readiness.cause.code, 'STILL_THERE');
});

for (const code of ['NAME_NOT_FOUND', 'CONNECTION_REFUSED', 'NOT_THERE'] as const) {
  test(`${code} proves that it is gone`, async () => assert.equal((await throws(code)).kind, 'ready'));
}

for (const code of [
  'TIMED_OUT',
  'NAME_SERVER_FAILED',
  'UNREACHABLE',
  'CONNECTION_RESET',
  'UNEXPECTED_STATUS',
] as const) {
  test(`${code} proves nothing`, async () => {
    const readiness = await throws(code);
    assert.equal(readiness.kind === 'not-ready' && readiness.cause.code, code);
  });
}

test('a fault and a bug are no proof either', async () => {
  await assert.rejects(throws('USAGE'), { code: 'USAGE' });
  await assert.rejects(gone({ check: async () => assert.fail('a bug') }).check(ask), /a bug/);
});
