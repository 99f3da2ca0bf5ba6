import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConnectTo } from '../../../../helper/src/network/connect-to.ts';

test('sends a connection elsewhere by address and port', () => {
  const connectTo = parseConnectTo('10.96.0.7:80=127.0.0.1:41234 [fd00::7]:*=[::1]:9', 'X');
  assert.deepEqual(connectTo('10.96.0.7', 80), { host: '127.0.0.1', port: 41_234 });
  assert.deepEqual(connectTo('10.96.0.7', 81), { host: '10.96.0.7', port: 81 });
  assert.deepEqual(connectTo('fd00::7', 5432), { host: '::1', port: 9 });
});

test('the first rule that fits counts', () => {
  const connectTo = parseConnectTo('10.0.0.1:80=127.0.0.1:1\n10.0.0.1:*=127.0.0.1:2', 'X');
  assert.equal(connectTo('10.0.0.1', 80).port, 1);
  assert.equal(connectTo('10.0.0.1', 443).port, 2);
});

test('without rules everything stays where it is', () => {
  assert.deepEqual(parseConnectTo('', 'X')('10.0.0.1', 80), { host: '10.0.0.1', port: 80 });
});

for (const rule of [
  '10.0.0.1=127.0.0.1:1',
  '10.0.0.1:80',
  'db:80=127.0.0.1:1',
  '10.0.0.1:80=127.0.0.1:70000',
  '::1:80=127.0.0.1:1',
]) {
  test(`refuses ${rule}, naming the variable and the form`, () => {
    assert.throws(() => parseConnectTo(rule, 'GREENROOM_CONNECT_TO'), {
      code: 'USAGE',
      message: `GREENROOM_CONNECT_TO: ${JSON.stringify(rule)} is not of the form ADDRESS:PORT=ADDRESS:PORT, such as 10.96.0.7:80=127.0.0.1:8080`,
    });
  });
}
