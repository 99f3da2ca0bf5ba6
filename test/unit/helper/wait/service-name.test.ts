import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseServiceName } from '../../../../helper/src/wait/hints/service-name.ts';

const cases: readonly [name: string, found: string | undefined][] = [
  ['db', 'db in shop'],
  ['db.prod', 'db in prod, perhaps'],
  ['db.prod.svc', 'db in prod'],
  ['db.prod.svc.cluster.local', 'db in prod'],
  ['db.prod.svc.cluster.local.', 'db in prod'],
  ['db-0.db.prod.svc.cluster.local', 'db in prod'],
  ['example.org', 'example in org, perhaps'],
  ['www.example.org', undefined],
  ['example.org.', undefined],
  ['prod.svc.cluster.local', undefined],
  ['kubernetes.default.svc.other.domain', undefined],
];

for (const [name, found] of cases) {
  test(`${name} means ${found ?? 'no Service'}`, () => {
    const service = parseServiceName(name, 'shop', 'cluster.local');
    const words = service && `${service.service} in ${service.namespace}${service.certain ? '' : ', perhaps'}`;
    assert.equal(words, found);
  });
}

test('outside of a cluster a short name means no Service', () => {
  assert.equal(parseServiceName('db', undefined, undefined), undefined);
});
