import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseResolvConf } from '../../../../helper/src/network/resolv-conf.ts';

test('reads what the kubelet writes', () => {
  const text =
    'search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n';
  assert.deepEqual(parseResolvConf(text), {
    nameservers: ['10.96.0.10'],
    search: ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
    ndots: 5,
    timeoutMs: undefined,
    attempts: 2,
  });
});

test('an empty file asks the machine itself, with the defaults of resolv.conf(5)', () => {
  assert.deepEqual(parseResolvConf(''), {
    nameservers: ['127.0.0.1'],
    search: [],
    ndots: 1,
    timeoutMs: undefined,
    attempts: 2,
  });
});

test('keeps the first three name servers, IPv6 in brackets, and takes a port', () => {
  const text = 'nameserver fd00::10\nnameserver 127.0.0.1:5353\nnameserver [::1]:53\nnameserver 9.9.9.9\n';
  assert.deepEqual(parseResolvConf(text).nameservers, ['[fd00::10]', '127.0.0.1:5353', '[::1]:53']);
});

test('passes over name servers that are no address', () => {
  assert.deepEqual(parseResolvConf('nameserver dns.example\nnameserver\nnameserver 10.0.0.1\n').nameservers, [
    '10.0.0.1',
  ]);
});

test('the last of search and domain wins', () => {
  assert.deepEqual(parseResolvConf('search a b\ndomain c d\n').search, ['c']);
  assert.deepEqual(parseResolvConf('domain c\nsearch a. b\n').search, ['a', 'b']);
});

test('skips comments, unknown lines and Windows line ends', () => {
  const text = '# nameserver 1.1.1.1\r\n; search x\r\nsortlist 10.0.0.0\r\nnameserver 10.0.0.2\r\nsearch a b\r\n';
  const { nameservers, search } = parseResolvConf(text);
  assert.deepEqual({ nameservers, search }, { nameservers: ['10.0.0.2'], search: ['a', 'b'] });
});

test('keeps options within the bounds of resolv.conf(5)', () => {
  const { ndots, timeoutMs, attempts } = parseResolvConf('options ndots:99 timeout:90 rotate attempts:9\n');
  assert.deepEqual({ ndots, timeoutMs, attempts }, { ndots: 15, timeoutMs: 30_000, attempts: 5 });
  const least = parseResolvConf('options ndots:0 timeout:0 attempts:0\n');
  assert.deepEqual([least.ndots, least.timeoutMs, least.attempts], [0, 1_000, 1]);
});
