import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reverseName } from '../../../../helper/src/network/reverse-name.ts';

test('IPv4 is turned round', () => {
  assert.equal(reverseName('10.96.0.7'), '7.0.96.10.in-addr.arpa.');
});

test('IPv6 is turned round digit by digit, however it is spelt (RFC 3596 §2.5)', () => {
  const expected = 'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa.';
  assert.equal(reverseName('4321:0:1:2:3:4:567:89ab'), expected);
  assert.equal(reverseName('4321::1:2:3:4:567:89AB'), expected);
  assert.equal(reverseName('::1'), `1.${'0.'.repeat(31)}ip6.arpa.`);
  assert.equal(reverseName('::ffff:10.0.0.1'), `1.0.0.0.0.0.a.0.f.f.f.f.${'0.'.repeat(20)}ip6.arpa.`);
});
