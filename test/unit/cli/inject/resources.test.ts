// Requests and limits: the grammar of the flags, and what the API server would refuse.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readResources } from '../../../../cli/src/inject/resources.ts';

const wait = new Set(['wait'] as const);
const fetch = new Set(['fetch'] as const);
const read = (requests?: string, limits?: string, containers: Parameters<typeof readResources>[1] = [wait]) =>
  readResources({ requests, limits }, containers);

test('quantities are read as kubectl reads them', () => {
  assert.deepEqual(read('cpu=100m, memory=64Mi', 'cpu=1,ephemeral-storage=2Gi'), {
    requests: { cpu: '100m', memory: '64Mi' },
    limits: { cpu: '1', 'ephemeral-storage': '2Gi' },
  });
  assert.deepEqual(read(), { requests: {}, limits: {} });
});

for (const [requests, limits, message] of [
  ['cpu', undefined, /--requests: "cpu" names none of cpu, memory, ephemeral-storage/],
  ['', undefined, /--requests: "" names none of/],
  ['memroy=1Gi', undefined, /--requests: "memroy=1Gi" names none of/],
  ['cpu=fast', undefined, /--requests: "fast" is no quantity of cpu/],
  ['cpu=0', undefined, /--requests: "0" is no quantity of cpu/],
  ['cpu=-1', undefined, /--requests: "-1" is no quantity of cpu/],
  ['cpu=1,cpu=2', undefined, /--requests: cpu is given twice/],
  [undefined, 'memory=1GB', /--limits: "1GB" is no quantity of memory/],
  ['cpu=2', 'cpu=1', /--requests: the request of 2 of cpu would be above the limit of 1/],
  ['memory=200Mi', undefined, /--requests: the request of 200Mi of memory would be above the limit of 128Mi/],
  [undefined, 'memory=32Mi', /--limits: the request of 64Mi of memory would be above the limit of 32Mi/],
] as const) {
  test(`refused: --requests ${requests} --limits ${limits}`, () => {
    assert.throws(() => read(requests, limits), message);
  });
}

test('each container has its own limit', () => {
  read('memory=200Mi', undefined, [new Set(['wait', 'fetch'])]);
  assert.throws(() => read('memory=200Mi', undefined, [fetch, wait]), /above the limit of 128Mi/);
});
