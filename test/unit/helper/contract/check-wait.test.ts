import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatStep, parseStep } from '../../../../helper/src/contract/step.ts';
import { optionsOfAllKinds, targetKinds } from '../../../../helper/src/contract/target-kinds.ts';
import { waitOptions } from '../../../../helper/src/contract/wait-options.ts';
import { isAddress } from '../../../../helper/src/core/address.ts';

const wait = (line: string, env = {}) => parseStep(['wait', ...line.split(' ')], env);

test('every option is for all kinds, or for some; none is forgotten', () => {
  const known = new Set([...optionsOfAllKinds, ...Object.values(targetKinds).flatMap(({ options }) => options)]);
  assert.deepEqual(
    Object.keys(waitOptions).filter((name) => !known.has(name as keyof typeof waitOptions)),
    [],
  );
});

const faults: readonly [line: string, message: string][] = [
  ['tcp://db:1 --any --at-least 1', 'wait: --any and --at-least do not go together'],
  ['tcp://db:1 --at-least 2', 'wait: --at-least: there is 1 target only'],
  ['tcp://db:1 --deadline 90', 'wait: --deadline: "90" is not a duration with a unit, such as 90s or 90ms'],
  ['tcp://db:1 --deadline 0', 'wait: --deadline: "0" is not a duration with a unit, such as 30s, 5m or 1m30s'],
  ['tcp://db:1 --splay 5m', 'wait: --splay: must be shorter than the deadline, 5m'],
  [
    `http://a/ --unix-socket /${'x'.repeat(107)}`,
    'wait: --unix-socket: has 108 bytes, and the path of a socket takes 107 (unix(7))',
  ],
  ['http://a/ --cert-file /a', 'wait: --cert-file and --key-file go together'],
  ['http://a/ --body x', 'wait: --body needs --method POST or PUT'],
  ['http://a/ --expect-header X', 'wait: --expect-header: is not of the form "Name: pattern"'],
  ['http://a/ --header hunter2', 'wait: --header: is not of the form "Name: value"'],
  ['user:hunter2@db:5432', 'target "db:5432": has no scheme; did you mean tcp://db:5432?'],
  ['http://a/ --status 399-200', 'wait: --status: "399-200" is not a status such as 204, 2xx or 200-399'],
  ['k8s://job', 'wait: k8s://job names no object: give a name, such as k8s://job/NAME, or --selector'],
  ['k8s://job/a --selector b=c', 'wait: k8s://job/a names an object: --selector is for targets without a name'],
  ['k8s://svc --selector b=c', 'wait: k8s://svc names no Service: give its name, such as k8s://service/db'],
  ['k8s://job/a --namespace A', 'wait: --namespace: "A" is no namespace'],
  ['k8s://node/a --namespace b', 'wait: k8s://node/a is in no namespace: leave --namespace out'],
  ['k8s://a.b.c/d --cluster-scoped --namespace e', 'wait: k8s://a.b.c/d is in no namespace: leave --namespace out'],
  ['k8s://job/a --cluster-scoped', 'wait: k8s://job/a is in a namespace: leave --cluster-scoped out'],
  ['tcp://db:1 --hold 3s', 'wait: --hold: must be shorter than the timeout of an attempt, 3s'],
  ['tcp://db:1 --status 200', 'wait: --status is for http targets, and none of these is one'],
  ['tcp://db:1 --contains x', 'wait: --contains is for http and file targets, and none of these is one'],
  [
    'dns://10.0.0.1',
    'target "dns://10.0.0.1": is an address, not a name that could be looked up; --record PTR asks for its name',
  ],
  [
    'dns://db --record SVR',
    'wait: --record: must be one of address, A, AAAA, CNAME, MX, NS, PTR, SRV, TXT, not "SVR"; did you mean SRV?',
  ],
];

for (const [line, message] of faults) {
  test(`refuses wait ${line}`, () => assert.throws(() => wait(line), { code: 'USAGE', message }));
}

test('an option is in order as soon as one of the targets takes it', () => {
  wait('tcp://db:1 http://api/ --status 200');
});

test('what the environment gives may be meant for other steps', () => {
  wait('tcp://db:1', { GREENROOM_STATUS: '200', GREENROOM_AT_LEAST: '3', GREENROOM_ANY: 'true' });
});

test('an address has a PTR record', () => {
  wait('dns://10.96.0.7 --record PTR');
  wait('dns://[fd00::7] --record PTR');
});

test('a faulty pattern is a fault before anything is asked', () => {
  assert.throws(() => wait('file:///a --matches ('), {
    code: 'USAGE',
    message: /--matches: Invalid regular expression/,
  });
});

test('the examples of the kinds are read, and written back as they are read', () => {
  for (const { examples } of Object.values(targetKinds)) {
    for (const example of examples) {
      const words = [...example.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
      const step = parseStep(['wait', ...words]);
      assert.deepEqual(parseStep(formatStep(step)), step);
    }
  }
});

test('knows addresses from names', () => {
  for (const address of ['10.0.0.1', '255.255.255.255', '::1', 'fd00::7', '::ffff:10.0.0.1', 'fe80::1%eth0']) {
    assert.ok(isAddress(address), address);
  }
  for (const name of ['10.0.0', '256.0.0.1', '10.0.0.1.', 'db', '7db', '1::2::3', ':']) {
    assert.ok(!isAddress(name), name);
  }
});
