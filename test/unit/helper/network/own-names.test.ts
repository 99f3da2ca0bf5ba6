import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownNames } from '../../../../helper/src/network/own-names.ts';

// as the kubelet writes it, of a pod of a StatefulSet with an alias
const file = `# Kubernetes-managed hosts file.
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
10.244.0.5\tdb-0.db.shop.svc.cluster.local\tDB-0
fd00::5\tdb-0.db.shop.svc.cluster.local\tDB-0

# Entries added by HostAliases.
10.0.0.9\tcache db-0-alias
`;

test('the names on the line of the host name are its own', () => {
  assert.deepEqual([...ownNames(file, 'db-0')], ['db-0.db.shop.svc.cluster.local', 'db-0']);
});

test('aliases, and a file that the kubelet does not manage for the pod, name nothing of its own', () => {
  assert.deepEqual([...ownNames(file, 'cache')], []);
  assert.deepEqual([...ownNames(file.replace('.\n', ' (host network).\n'), 'db-0')], []);
  assert.deepEqual([...ownNames('10.0.0.1 db-0', 'db-0')], []);
});
