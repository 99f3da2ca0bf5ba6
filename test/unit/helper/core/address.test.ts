import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressFamily } from '../../../../helper/src/core/address.ts';

test('agrees with Node on addresses, and on what is none', () => {
  const part = fc.constantFrom('0', '1', '255', '256', '01', 'ffff', 'g', '12345', '', 'a', '10.0.0.1', '::', '%eth0');
  const almost = fc.array(part, { maxLength: 9 });
  const given = fc.oneof(
    ...[fc.ipV4(), fc.ipV6(), almost.map((parts) => parts.join(':')), almost.map((parts) => parts.join('.'))],
  );
  fc.assert(
    fc.property(given, (text) => assert.equal(addressFamily(text) ?? 0, isIP(text))),
    { numRuns: 5_000 },
  );
});

test('takes a zone, and every way to write IPv4 within IPv6', () => {
  for (const address of ['fe80::1%eth0', '::ffff:10.0.0.1', '1:2:3:4:5:6:1.2.3.4', '::', '1::', '::1']) {
    assert.equal(addressFamily(address), 6, address);
  }
  for (const text of ['fe80::1%', '1:2:3:4:5:6:7:1.2.3.4', '1.2.3.4::', ':::', '1:2:3:4:5:6:7::8:9', '10.0.0.01']) {
    assert.equal(addressFamily(text) ?? 0, isIP(text), text);
  }
});
