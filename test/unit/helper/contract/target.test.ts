import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostOf, moveTargetPath, parseTarget, targetSchemes } from '../../../../helper/src/contract/target.ts';
import { targetKinds } from '../../../../helper/src/contract/target-kinds.ts';

test('reads the example of every scheme', () => {
  for (const [scheme, example] of Object.entries(targetSchemes)) {
    const { kind } = parseTarget(example);
    assert.ok((targetKinds[kind].schemes as readonly string[]).includes(scheme), scheme);
  }
});

test('reads names, addresses and ports', () => {
  assert.deepEqual(parseTarget('tcp://db:5432'), { kind: 'tcp', text: 'tcp://db:5432', host: 'db', port: 5432 });
  assert.deepEqual(hostOf(parseTarget('tcp://[fd00::7]:80')), { host: 'fd00::7', port: 80 });
  assert.deepEqual(hostOf(parseTarget('https://[fd00::7]/x')), { host: 'fd00::7', port: 443 });
  assert.deepEqual(hostOf(parseTarget('dns://_sql._tcp.db.')), { host: '_sql._tcp.db.', port: undefined });
  assert.deepEqual(hostOf(parseTarget('http://api/x')), { host: 'api', port: 80 });
  const longest = 'a'.repeat(63);
  assert.deepEqual(hostOf(parseTarget(`tcp://${longest}:65535`)), { host: longest, port: 65_535 });
  const socket = `/${'x'.repeat(106)}`;
  assert.deepEqual(parseTarget(`unix://${socket}`), { kind: 'unix', text: `unix://${socket}`, path: socket });
  // since Kubernetes 1.37 the name of a Service may begin with a digit
  assert.deepEqual(hostOf(parseTarget('tcp://7db:1')), { host: '7db', port: 1 });
});

test('servers have their usual ports, and TLS where the scheme says so', () => {
  const at = (text: string) => {
    const target = parseTarget(text);
    return 'secure' in target && `${target.kind} ${target.port} ${target.secure}`;
  };
  assert.deepEqual(
    ['postgres://db', 'postgresql://db', 'mysql://db', 'rediss://db', 'amqps://db', 'nats://db:1'].map(at),
    [
      'postgres 5432 false',
      'postgres 5432 false',
      'mysql 3306 false',
      'redis 6379 true',
      'amqp 5671 true',
      'nats 1 false',
    ],
  );
});

test('what stands behind the port of a server is a name', () => {
  const target = parseTarget('kafka://kafka:9093/orders');
  assert.deepEqual('path' in target && { ...hostOf(target), path: target.path }, {
    host: 'kafka',
    port: 9_093,
    path: 'orders',
  });
  const without = parseTarget('postgres://db/');
  assert.deepEqual('path' in without && { ...hostOf(without), path: without.path }, {
    host: 'db',
    port: 5_432,
    path: '',
  });
  assert.throws(() => parseTarget('postgres:///shop'), /must be a name or an address/);
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
  ['gopher://db', `target "gopher://db": unknown scheme gopher; it is one of ${Object.keys(targetSchemes).join(', ')}`],
  ['tcp://db', 'target "tcp://db": names no port, such as tcp://db:5432'],
  ['tcp://db:0', 'target "tcp://db:0": the port must be from 1 to 65535'],
  ['tcp://db:65536', 'target "tcp://db:65536": the port must be from 1 to 65535'],
  ['tcp://a b:1', 'target "tcp://a b:1": must be a name or an address, with a port where one belongs'],
  ['tcp://a..b:1', 'target "tcp://a..b:1": has a label that is empty or longer than 63 characters (RFC 1035 §2.3.4)'],
  [
    `tcp://${'a'.repeat(64)}:1`,
    `target "tcp://${'a'.repeat(64)}:1": has a label that is empty or longer than 63 characters (RFC 1035 §2.3.4)`,
  ],
  ['dns://db:53', 'target "dns://db:53": a name has no port; to wait for a port use tcp://'],
  ['http://', 'target "http://": is not a URL'],
  ['file://data/a', 'target "file://data/a": must name an absolute path, such as file:///data/ready'],
  [
    `unix:///${'x'.repeat(107)}`,
    `target "unix:///${'x'.repeat(107)}": has 108 bytes, and the path of a socket takes 107 (unix(7))`,
  ],
  ['redis://db/app', 'target "redis://db/app": takes nothing behind the port, such as redis://cache:6379'],
  [
    'redis://:hunter2@db',
    'target "redis://db": takes no user and no password: give --user, and --password-file or --password-env',
  ],
  ['grpc://orders', 'target "grpc://orders": names no port, such as grpc://orders:8080'],
  ['k8s://', 'target "k8s://": must be a resource and a name, such as k8s://job/migrate'],
  ['k8s://job/A', 'target "k8s://job/A": must be a resource and a name, such as k8s://job/migrate'],
  [
    'k8s://jbo/a',
    'target "k8s://jbo/a": unknown resource jbo; did you mean job? Others are named with their group, such as certificates.cert-manager.io',
  ],
  ['tcp://user:hunter2@db:1', 'target "tcp://db:1": must be a name or an address, with a port where one belongs'],
];

for (const [target, message] of faults) {
  test(`refuses ${target}`, () => assert.throws(() => parseTarget(target), { code: 'USAGE', message }));
}
