import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromKubectl } from '../../../../helper/src/wait/kubernetes/kubectl-path.ts';
import { parseJsonCondition } from '../../../../helper/src/wait/probes/json-condition.ts';

const object = {
  metadata: { labels: { 'a.b/c': 'yes' } },
  spec: { replicas: 3, paused: false, ports: [{ name: 'web' }] },
  status: { phase: 'Running', empty: {} },
};

// the forms of kubectl wait's own documentation among them
const cases: readonly (readonly [string, boolean])[] = [
  ['{.status.phase}=Running', true],
  ['{.status.phase}=Failed', false],
  ["'{.status.phase}'=Running", true],
  ['{.spec.replicas}=3', true],
  ['{.spec.paused}=false', true],
  ['{.spec.paused}=true', false],
  ['{.status.empty}', true],
  ['{.status.loadBalancer.ingress}', false],
  ['{.metadata.labels.a\\.b/c}=yes', true],
  ["{.metadata.labels['a.b/c']}=yes", true],
  ['{.spec.ports[0].name}=web', true],
  ['{$.status.phase}="Running"', true],
  ['@.spec.replicas >= 2', true],
  ['@.spec.ports[?@.name == "web"]', true],
];
for (const [text, holds] of cases) {
  test(`${text} ${holds ? 'holds' : 'does not hold'}`, () => {
    assert.equal(parseJsonCondition(fromKubectl(text), '--expect-json')(object), holds);
  });
}

test('a path of kubectl with a filter or a range is answered with what to write', () => {
  for (const text of ['{.status.conditions[?(@.type=="Ready")].status}=True', '{.items[*].a}=b', '{..a}']) {
    assert.throws(() => fromKubectl(text), { code: 'USAGE', hint: /@\.status\.conditions\[\?@\.type == "Ready"/ });
  }
});
