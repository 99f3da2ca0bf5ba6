import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { findMesh, listeningPorts } from '../../../../helper/src/network/mesh.ts';
import { startTcpListener } from '../../../support/tcp-listener.ts';

const table = (...ports: readonly number[]) =>
  [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid',
    ...ports.map((port, index) => {
      const hex = port.toString(16).toUpperCase().padStart(4, '0');
      return `   ${index}: 00000000:${hex} 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1337 0 41234 1`;
    }),
    '   9: 0100007F:3A99 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0 0 41235 1',
  ].join('\n');

test('Istio and Linkerd are known by the ports that their proxies listen at', () => {
  assert.deepEqual(findMesh([table(8080, 15_001)], {}), { name: 'Istio', isUp: true, seenBy: 'port 15001' });
  assert.deepEqual(findMesh(['', table(4_143)], {}), { name: 'Linkerd', isUp: true, seenBy: 'port 4143' });
});

test('a connection from such a port is no proxy', () => {
  assert.equal(findMesh([table(8080)], {}), undefined);
});

test('an environment of a mesh whose proxy does not listen is told from one whose proxy does', () => {
  const env = { ISTIO_META_MESH_ID: 'cluster.local' };
  assert.deepEqual(findMesh([table()], env), { name: 'Istio', isUp: false, seenBy: 'ISTIO_META_MESH_ID' });
  assert.equal(findMesh([table(15_006)], env)?.isUp, true);
  assert.equal(findMesh([], { LINKERD2_PROXY_LOG: '' })?.name, 'Linkerd');
});

test("the machine's own table is read", { skip: process.platform !== 'linux' }, async () => {
  await using listener = await startTcpListener();
  assert.ok(listeningPorts(readFileSync('/proc/net/tcp', 'utf8')).includes(listener.port));
});
