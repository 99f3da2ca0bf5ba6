import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proxyFor } from '../../../../helper/src/http/proxy.ts';

const env = { HTTP_PROXY: 'proxy:3128', https_proxy: 'http://u:p@secure:8080' };
const via = (url: string, noProxy = '', also = env) => proxyFor(new URL(url), { ...also, NO_PROXY: noProxy })?.host;

test('the scheme chooses the variable, in lower case before capitals', () => {
  assert.equal(via('http://a/'), 'proxy:3128');
  assert.equal(via('https://a/'), 'secure:8080');
  assert.equal(
    proxyFor(new URL('http://a/'), { http_proxy: 'http://low:1', HTTP_PROXY: 'http://up:1' })?.host,
    'low:1',
  );
  assert.equal(proxyFor(new URL('http://a/'), { http_proxy: '' }), undefined);
});

test('NO_PROXY exempts names, what is below them, addresses, ranges and ports', () => {
  const exempt = (url: string, list: string) => via(url, list) === undefined;
  assert.ok(exempt('http://a.example.org/', 'x, example.org'));
  assert.ok(exempt('http://example.org/', '.example.org'));
  assert.ok(exempt('http://a.example.org/', '*.example.org'));
  assert.ok(exempt('http://db.shop.svc.cluster.local/', '.svc,.cluster.local'));
  assert.ok(exempt('http://10.1.2.3/', '10.0.0.0/8'));
  assert.ok(exempt('http://[fd00::7]/', 'fd00::/8'));
  assert.ok(exempt('http://[fd00::7]/', 'fd00::7'));
  assert.ok(exempt('http://a:8080/', 'a:8080'));
  assert.ok(exempt('http://a/', '*'));
  assert.ok(!exempt('http://badexample.org/', 'example.org'));
  assert.ok(!exempt('http://11.1.2.3/', '10.0.0.0/8 10.0.0.0/99 10'));
  assert.ok(!exempt('http://a:8081/', 'a:8080'));
  assert.ok(!exempt('http://a/', ''));
});

test('what is no HTTP proxy is a fault, and its password is not shown', () => {
  for (const text of ['socks5://u:secret@p', 'https://u:secret@p', 'http://u:secret@[']) {
    assert.throws(
      () => proxyFor(new URL('http://a/'), { http_proxy: text }),
      (error: Error & { code?: string }) => error.code === 'USAGE' && !error.message.includes('secret'),
    );
  }
});
