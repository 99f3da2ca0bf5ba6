import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentOwner, isOver, type Owner } from '../../../../helper/src/fetch/backstage/owner.ts';

const pod = '0b5c2c2e-8f8e-4b8e-9f0a-1234567890ab';
const me: Owner = { pod, processNamespace: 'pid:[2]', process: 7, started: '200' };
const running = (process: number) => (process === 5 ? '100' : undefined);

test('within one process namespace the kernel says whether a run is over', () => {
  assert.equal(isOver({ ...me, process: 5, started: '100' }, me, running), false);
  assert.equal(isOver({ ...me, process: 5, started: '99' }, me, running), true, 'another process of that number');
  assert.equal(isOver({ ...me, process: 6, started: '100' }, me, running), true);
  assert.equal(isOver(currentOwner(), currentOwner()), false, 'this very process');
});

test('an earlier container of the same pod is over, another pod may not be', () => {
  assert.equal(isOver({ ...me, processNamespace: 'pid:[1]' }, me, running), true);
  assert.equal(isOver({ ...me, processNamespace: 'pid:[1]', pod: 'other' }, me, running), false);
  const host = { ...me, pod: 'node-1' };
  assert.equal(isOver({ ...host, processNamespace: 'pid:[1]' }, host, running), false, 'a host name is no pod');
});
