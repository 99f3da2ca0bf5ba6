import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPrivateAddress } from '../../../../helper/src/http/private-addresses.ts';

test('loopback, pods, Services, nodes, link-local and metadata services are private, however they are written', () => {
  const inside = ['127.0.0.1', '10.96.0.1', '172.31.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0'];
  const inside6 = [
    '::1',
    '::',
    'fd00::1',
    'fe80::1%eth0',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    'ff02::1',
    '2002:a00:1::',
  ];
  for (const address of [...inside, ...inside6, 'not an address', '']) assert.ok(isPrivateAddress(address), address);
  for (const address of ['1.1.1.1', '172.32.0.1', '192.169.0.1', '2606:4700::1111', '::ffff:1.1.1.1']) {
    assert.ok(!isPrivateAddress(address), address);
  }
});
