import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { redactUrl } from '../../../../helper/src/core/redact.ts';

test('user, password, fragment and the values of the query are left out', () => {
  assert.equal(
    redactUrl('https://user:hunter2@files.example/a/b?X-Amz-Signature=abc&X-Amz-Date=2026&X-Amz-Signature=d#token'),
    'https://files.example/a/b?X-Amz-Signature=…&X-Amz-Date=…',
  );
});

test('what has nothing to hide stays as it is', () => {
  for (const text of ['tcp://db:5432', 'dns://myappb', 'https://example.org/index.php'])
    assert.equal(redactUrl(text), text);
});

test('text that is no URL loses what might be a password as well', () => {
  assert.equal(redactUrl('http://user:hunter2@:99999/'), 'http://:99999/');
  assert.equal(redactUrl('not a url?token=hunter2'), 'not a url?…');
  assert.equal(redactUrl('user:hunter2@db:5432/x?y'), 'db:5432/x?…', 'the scheme was forgotten');
  assert.equal(redactUrl('http://user:hunt/er?2@db/x'), 'http://db/x', 'the password is not escaped');
});

test('no secret stands in what is shown, whatever the URL looks like', () => {
  const secret = fc.stringMatching(/^[a-z0-9]{12}$/).map((text) => `SECRET${text}`);
  const place = fc.constantFrom<(s: string) => string>(
    (s) => `https://user:${s}@host/path`,
    (s) => `https://${s}@host:81/path`,
    (s) => `tcp://user:${s}@host:1`,
    (s) => `https://host/path?token=${s}`,
    (s) => `https://host/path?a=1&b=${s}&b=${s}#${s}`,
    (s) => `https://host/?${s}`,
    (s) => `https://host/?a=1&${s}&b`,
    (s) => `https://host:99999999/?${s}`,
    (s) => `//user:${s}@host`,
    (s) => `user:${s}@host/path`,
    (s) => `http://user:pa/${s}@host/path`,
  );
  fc.assert(
    fc.property(secret, place, (text, put) => {
      assert.ok(!redactUrl(put(text)).includes(text), redactUrl(put(text)));
    }),
  );
});
