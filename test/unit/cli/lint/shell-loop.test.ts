// Which loops are recognised, as what; and which are left alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readShellLoop } from '../../../../cli/src/lint/shell-loop.ts';

const targetOf = (probe: string) =>
  readShellLoop(['sh', '-c', `until ${probe}; do echo waiting; sleep 2; done`])?.target;
const isLoop = (script: string, shell = ['sh', '-c']) => readShellLoop([...shell, script]) !== undefined;

test('a probe that is known is given as a target', () => {
  const namespace = '$(cat /var/run/secrets/kubernetes.io/serviceaccount/namespace)';
  assert.equal(targetOf('nslookup db'), 'dns://db');
  assert.equal(targetOf('nslookup db > /dev/null 2>&1'), 'dns://db');
  assert.equal(targetOf(`nslookup db.${namespace}.svc.cluster.local`), 'dns://db');
  assert.equal(targetOf('nc -z db 5432'), 'tcp://db:5432');
  assert.equal(targetOf('nc -vz -w 2 db.prod 5432'), 'tcp://db.prod:5432');
  assert.equal(targetOf('pg_isready -h db -p 5433 -U app'), 'postgres://db:5433');
  assert.equal(targetOf('redis-cli -h cache ping'), 'redis://cache');
  assert.equal(targetOf('curl -sf http://api:8080/health'), 'http://api:8080/health');
  assert.equal(targetOf('wget -q --spider http://api/health'), 'http://api/health');
});

test('a probe that could mean something else is no target', () => {
  const others = [
    'nslookup $HOST',
    'nc -u -z db 53',
    'curl -s http://api',
    'curl -kf https://api',
    'nc db 5432',
    'mysqladmin ping',
  ];
  for (const probe of others) assert.equal(targetOf(probe), undefined, probe);
});

test('a loop that counts, leaves or does something else is left alone', () => {
  const scripts = [
    'n=0; until nslookup db; do sleep 2; done',
    'until nslookup db; do n=$((n+1)); [ $n -gt 9 ] && exit 1; sleep 2; done',
    'until nslookup db || exit 1; do sleep 2; done',
    'until [ $i -gt 9 ] || nslookup db; do sleep 2; done',
    'until nslookup db; do sleep 2; done; migrate',
    'until nslookup db; do restart-it; sleep 2; done',
    'until nslookup db; do echo $(date) | logger; sleep 2; done',
    'until timeout 9 false; do sleep 1; done',
    'while true; do sleep 2; done',
  ];
  for (const script of scripts) assert.equal(isLoop(script), false, script);
  assert.equal(isLoop('until nslookup db; do sleep 2; done', ['timeout', '60', 'sh', '-c']), false);
});
