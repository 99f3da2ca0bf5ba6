import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answerName, resolvConf, undeclaredName } from '../../../../cli/src/rehearse/cluster/names.ts';
import { parseServiceFlag } from '../../../../cli/src/rehearse/cluster/service-flag.ts';
import { gatherHosts, gatherServices, serviceVariables } from '../../../../cli/src/rehearse/cluster/services.ts';
import { readObjects } from '../../../../cli/src/rehearse/pod/documents.ts';

const objects = readObjects(
  'services.yaml',
  `
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{name: http, port: 80}, {port: 9090}]}
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: data}
spec: {clusterIP: None, ports: [{port: 5432}]}
`,
);
const services = gatherServices(
  objects,
  ['late@3s', 'db.data:5432@0s+5s', 'web:9090@0s'].map(parseServiceFlag),
  'default',
);
const hosts = gatherHosts([{ name: 'example.org', port: undefined, backend: { host: '127.0.0.1', port: 1 } }]);
const ask = (name: string, atMs = 0, type = 'A') => answerName(name, type, atMs, services, hosts);

describe('the name server of a rehearsal', () => {
  it('knows a Service of the files from the start, in any case of letters', () => {
    assert.deepEqual(ask('WEB.default.svc.cluster.local'), { kind: 'addresses', addresses: ['10.96.0.11'] });
  });

  it('has no IPv6 address of it', () => {
    assert.deepEqual(ask('web.default.svc.cluster.local', 0, 'AAAA'), { kind: 'no-data' });
  });

  it('knows a late one from its creation on, to the millisecond', () => {
    assert.deepEqual(ask('late.default.svc.cluster.local', 2_999), { kind: 'no-such-name' });
    assert.equal(ask('late.default.svc.cluster.local', 3_000).kind, 'addresses');
  });

  it('does not know it in another namespace', () => {
    assert.deepEqual(ask('web.data.svc.cluster.local'), { kind: 'no-such-name' });
  });

  it('knows a headless one only while it has endpoints', () => {
    assert.deepEqual(ask('db.data.svc.cluster.local', 4_999), { kind: 'no-such-name' });
    assert.equal(ask('db.data.svc.cluster.local', 5_000).kind, 'addresses');
  });

  it('tells names that only have others below them from names that are not there', () => {
    for (const name of ['cluster.local', 'svc.cluster.local', 'default.svc.cluster.local']) {
      assert.deepEqual(ask(name), { kind: 'no-data' }, name);
    }
    for (const name of ['web.cluster.local', 'other.svc.cluster.local', 'a.web.default.svc.cluster.local']) {
      assert.deepEqual(ask(name), { kind: 'no-such-name' }, name);
    }
  });

  it('gives the ports of a Service as SRV records, by the names that its manifest has for them', () => {
    const target = 'web.default.svc.cluster.local';
    assert.deepEqual(ask('web.default.svc.cluster.local', 0, 'SRV'), { kind: 'ports', target, ports: [80, 9090] });
    assert.deepEqual(ask('_http._tcp.web.default.svc.cluster.local', 0, 'SRV'), { kind: 'ports', target, ports: [80] });
    assert.deepEqual(ask('_http._udp.web.default.svc.cluster.local', 0, 'SRV'), { kind: 'no-such-name' });
    assert.deepEqual(ask('_none._tcp.web.default.svc.cluster.local', 0, 'SRV'), { kind: 'no-such-name' });
    assert.deepEqual(ask('late.default.svc.cluster.local', 3_000, 'SRV'), { kind: 'no-data' });
  });

  it('follows an ExternalName to what it stands for', () => {
    const external = readObjects(
      'a.yaml',
      '{kind: Service, metadata: {name: out}, spec: {type: ExternalName, externalName: example.org.}}\n---\n' +
        '{kind: Service, metadata: {name: away}, spec: {type: ExternalName, externalName: example.com}}',
    );
    const own = gatherServices(external, [], 'default');
    const follow = (name: string) => answerName(`${name}.default.svc.cluster.local`, 'A', 0, own, hosts);
    assert.deepEqual(follow('out'), { kind: 'addresses', addresses: ['198.18.0.1'] });
    assert.deepEqual(follow('away'), { kind: 'outside', name: 'example.com' });
  });

  it('gives a declared host an address of its own, and knows no other of the world', () => {
    assert.deepEqual(ask('example.org'), { kind: 'addresses', addresses: ['198.18.0.1'] });
    assert.deepEqual(ask('example.com'), { kind: 'outside', name: 'example.com' });
    assert.deepEqual(ask('notcluster.local'), { kind: 'outside', name: 'notcluster.local' });
  });
});

describe('a name that nobody declared', () => {
  const told = (name: string) => undeclaredName(name, services, hosts, 'default');

  it('is named as a Service where it would be one, with the cure', () => {
    assert.equal(told('cache.default.svc.cluster.local')?.shown, 'Service cache');
    assert.match(told('cache.default.svc.cluster.local')?.cure ?? '', /--service cache:PORT@3s/);
    assert.equal(told('cache.data.svc.cluster.local')?.shown, 'Service cache.data');
  });

  it('is named as a host where it is one of the world', () => {
    assert.match(told('files.example.com')?.cure ?? '', /^--host files.example.com=HOST:PORT/);
    assert.match(told('db.other')?.cure ?? '', /--service db.other:PORT@3s if it is a Service, --host/);
  });

  it('is not told of for what only the search list made, or what is yet to come', () => {
    for (const name of [
      'example.com.svc.cluster.local',
      'cache.cluster.local',
      'cache',
      'late.default.svc.cluster.local',
    ]) {
      assert.equal(told(name), undefined, name);
    }
  });
});

describe('the pod', () => {
  const dns = { policy: 'ClusterFirst', searches: [], options: [] };

  it('has the resolv.conf that the kubelet writes', () => {
    assert.equal(
      resolvConf('127.0.0.1:5353', 'shop', dns),
      'nameserver 127.0.0.1:5353\nsearch shop.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n',
    );
  });

  it('has its own dnsConfig in it', () => {
    assert.equal(
      resolvConf('127.0.0.1:5353', 'shop', { ...dns, searches: ['corp.example'], options: ['ndots:2'] }),
      'nameserver 127.0.0.1:5353\nsearch shop.svc.cluster.local svc.cluster.local cluster.local corp.example\noptions ndots:2\n',
    );
    assert.equal(resolvConf('127.0.0.1:5353', 'shop', { ...dns, policy: 'Default' }), 'nameserver 127.0.0.1:5353\n');
  });

  it('has the variables of the Services that were there before it, of its namespace', () => {
    const env = serviceVariables(services, 'default', true);
    assert.equal(env.WEB_SERVICE_HOST, '10.96.0.11');
    assert.equal(env.WEB_SERVICE_PORT_HTTP, '80');
    assert.equal(env.WEB_PORT_9090_TCP_ADDR, '10.96.0.11');
    assert.equal(env.DB_SERVICE_HOST, undefined);
    assert.equal(env.KUBERNETES_SERVICE_HOST, '10.96.0.1');
  });

  it('has only those of the API server with enableServiceLinks: false', () => {
    const env = serviceVariables(services, 'default', false);
    assert.equal(env.WEB_SERVICE_HOST, undefined);
    assert.equal(env.KUBERNETES_SERVICE_PORT, '443');
  });
});
