import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostOf, moveTargetPath, parseTarget, targetSchemes } from '../../../../helper/src/contract/target.ts';

test('reads the example of every scheme', () => {
  for (const [scheme, example] of Object.entries(targetSchemes)) {
    assert.equal(parseTarget(example).kind, scheme === 'https' ? 'http' : scheme);
  }
});

test('reads names, addresses and ports', () => {
  assert.deepEqual(parseTarget('tcp://db:5432'), { kind: 'tcp', text: 'tcp://db:5432', host: 'db', port: 5432 });
  assert.deepEqual(hostOf(parseTarget('tcp://[fd00::7]:80')), { host: 'fd00::7', port: 80 });
  assert.deepEqual(hostOf(parseTarget('https://[fd00::7]/x')), { host: 'fd00::7', port: 443 });
  assert.deepEqual(hostOf(parseTarget('dns://_sql._tcp.db.')), { host: '_sql._tcp.db.', port: undefined });
  // since Kubernetes 1.37 the name of a Service may begin with a digit
  assert.deepEqual(hostOf(parseTarget('tcp://7db:1')), { host: '7db', port: 1 });
});

test('shows no secret of a URL', () => {
  const target = parseTarget('https://user:hunter2@api/health?token=hunter2#hunter2');
  assert.doesNotMatch(target.text, /hunter2/);
});

test('a path moves with its folder, and nothing else does', () => {
  const move = (path: string) => `/pod${path}`;
  assert.equal(moveTargetPath('file:///data/a', move), 'file:///pod/data/a');
  assert.equal(moveTargetPath('unix:///run/a.sock', move), 'unix:///pod/run/a.sock');
  assert.equal(moveTargetPath('http://api/data', move), 'http://api/data');
});

const faults: readonly [target: string, message: string][] = [
  ['db:5432', 'target "db:5432": has no scheme; did you mean tcp://db:5432?'],
  ['myappb', 'target "myappb": has no scheme; write a URL, such as tcp://db:5432'],
  ['tpc://db:5432', 'target "tpc://db:5432": unknown scheme tpc; did you mean tcp://?'],
  ['gopher://db', 'target "gopher://db": unknown scheme gopher; it is one of tcp, dns, http, https, tls, unix, file'],
  ['tcp://db', 'target "tcp://db": names no port, such as tcp://db:5432'],
  ['tcp://db:0', 'target "tcp://db:0": the port must be from 1 to 65535'],
  ['tcp://db:65536', 'target "tcp://db:65536": the port must be from 1 to 65535'],
  ['tcp://a b:1', 'target "tcp://a b:1": must be a name or an address, with a port where one belongs'],
  ['tcp://a..b:1', 'target "tcp://a..b:1": has a label that is empty or longer than 63 characters (RFC 1035 §2.3.4)'],
  ['dns://db:53', 'target "dns://db:53": a name has no port; to wait for a port use tcp://'],
  ['http://', 'target "http://": is not a URL'],
  ['file://data/a', 'target "file://data/a": must name an absolute path, such as file:///data/ready'],
  ['tcp://user:hunter2@db:1', 'target "tcp://db:1": must be a name or an address, with a port where one belongs'],
];

for (const [target, message] of faults) {
  test(`refuses ${target}`, () => assert.throws(() => parseTarget(target), { code: 'USAGE', message }));
}
