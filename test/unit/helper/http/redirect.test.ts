import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstHop, type Hop, isRedirect, nextHop } from '../../../../helper/src/http/redirect.ts';

const walk = (from: string, ...locations: string[]): Hop =>
  locations.reduce((hop, location) => nextHop(hop, 302, location, 10), firstHop(new URL(from)));

test('300 and 304 lead nowhere', () => {
  assert.deepEqual([300, 301, 302, 303, 304, 305, 307, 308].filter(isRedirect), [301, 302, 303, 307, 308]);
});

test('a location is read against the URL that it came from', () => {
  assert.equal(walk('http://a/b/c?d', '../e', 'f?g').url.href, 'http://a/f?g');
});

test('what the user gave stays with its origin, also when a later redirect leads back', () => {
  assert.equal(walk('https://a/x', '/y', '//a:443/z').trusted, true);
  for (const other of ['https://b/x', 'https://a:8443/x', 'https://a.evil/x']) {
    assert.equal(walk('https://a/x', other).trusted, false, other);
  }
  assert.equal(walk('http://a/x', 'https://a/x').trusted, false);
  assert.equal(walk('https://a/x', 'https://b/x', 'https://a/x').trusted, false);
});

test('https never becomes http, and nothing leads out of HTTP', () => {
  const bad = ['http://a/x', 'ftp://a/x', 'file:///etc/passwd', 'data:,x'];
  for (const location of bad) {
    assert.throws(() => walk('https://a/x', location), { code: 'TOO_MANY_REDIRECTS' }, location);
  }
  assert.equal(walk('http://a/x', 'https://a/x').url.protocol, 'https:');
});

test('redirects are bounded', () => {
  const second = nextHop(nextHop(firstHop(new URL('http://a/')), 301, '/1', 2), 301, '/2', 2);
  assert.equal(second.url.pathname, '/2');
  assert.throws(() => nextHop(second, 301, '/3', 2), {
    code: 'TOO_MANY_REDIRECTS',
    message: 'more than 2 redirects: http://a/2 redirects to http://a/3',
    hint: 'Name the last URL as the source, or raise --max-redirects',
  });
});

test('a redirect without a proper location is no answer, and a signature in it is not shown', () => {
  const hop = firstHop(new URL('http://a/'));
  assert.throws(() => nextHop(hop, 302, undefined, 1), { code: 'UNEXPECTED_ANSWER' });
  assert.throws(() => nextHop(hop, 302, 'http://[', 1), { code: 'UNEXPECTED_ANSWER' });
  assert.throws(
    () => nextHop(hop, 302, 'http://u:pw@b/x?sig=secret', 0),
    (error: Error) => !/secret|pw/.test(error.message),
  );
});
