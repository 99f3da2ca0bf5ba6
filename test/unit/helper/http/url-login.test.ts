import assert from 'node:assert/strict';
import { test } from 'node:test';
import { urlLogin } from '../../../../helper/src/http/url-login.ts';

const login = (text: string) => Buffer.from(urlLogin(new URL(text))?.replace('Basic ', '') ?? '', 'base64').toString();

test('user and password are decoded', () => {
  assert.equal(login('http://us%40er:50%25%C3%A9@host'), 'us@er:50%é');
  assert.equal(login('http://:p@host'), ':p');
  assert.equal(urlLogin(new URL('http://host')), undefined);
});

test('a percent sign that begins no escape is one', () => {
  assert.equal(login('http://u%zz:100%@host'), 'u%zz:100%');
  assert.equal(
    login('http://u:a%FF@@host'),
    'u:a%FF@',
    'what is no UTF-8 stays too, and what stands beside it does not',
  );
});
