import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentFault, hasContentRules } from '../../../../helper/src/wait/probes/content.ts';

const rules = (contains: string[], matches: string[] = []) => ({ contains, matches });

test('every text must be there, and every pattern must match', () => {
  const text = 'status: green\nnodes: 3\n';
  assert.equal(contentFault(text, rules(['green', 'nodes'], ['^nodes: [3-9]$'])), undefined);
  assert.equal(contentFault(text, rules(['green', 'red'])), 'does not contain "red"');
  assert.equal(contentFault(text, rules([], ['^nodes: 4$'])), 'does not match ^nodes: 4$');
});

test('a fault never quotes the text, which may hold secrets', () => {
  assert.doesNotMatch(contentFault('password=hunter2', rules(['ready'])) ?? '', /hunter2/);
});

test('without rules nothing is asked of a text', () => {
  assert.equal(hasContentRules(rules([])), false);
  assert.equal(contentFault('', rules([])), undefined);
});
