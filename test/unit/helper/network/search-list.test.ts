import assert from 'node:assert/strict';
import { test } from 'node:test';
import { searchCandidates } from '../../../../helper/src/network/search-list.ts';

const search = ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local'];

test('a short name is tried with each search domain, then by itself', () => {
  assert.deepEqual(searchCandidates('myappb', search, 5), [
    'myappb.default.svc.cluster.local',
    'myappb.svc.cluster.local',
    'myappb.cluster.local',
    'myappb',
  ]);
});

test('a name with ndots dots is tried by itself first', () => {
  assert.deepEqual(searchCandidates('a.b', ['x'], 1), ['a.b', 'a.b.x']);
  assert.deepEqual(searchCandidates('a.b', ['x'], 2), ['a.b.x', 'a.b']);
});

test('a name that ends with a dot is tried by itself only', () => {
  assert.deepEqual(searchCandidates('db.prod.svc.cluster.local.', search, 5), ['db.prod.svc.cluster.local']);
});

test('the root as a search domain is the name itself, once', () => {
  assert.deepEqual(searchCandidates('a', ['', 'x'], 1), ['a', 'a.x']);
});
