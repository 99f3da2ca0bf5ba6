import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLogin, readCredentials } from '../../../../helper/src/http/credentials.ts';
import { createTempDir } from '../../../support/temp-dir.ts';

const none = {
  userEnv: undefined,
  userFile: undefined,
  bearerEnv: undefined,
  bearerFile: undefined,
  netrcFile: undefined,
};
const url = new URL('https://files.example.org/a');
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

test('netrc goes by the host, and to default for others', () => {
  const netrc = [
    '# machine files.example.org login no password no',
    'machine other login o password p',
    'macdef init',
    'machine files.example.org login no password no',
    '',
    'machine Files.example.org',
    '  login me password s3cret',
    'default login any password one',
  ].join('\n');
  assert.equal(findLogin(netrc, 'files.example.org'), 'me:s3cret');
  assert.equal(findLogin(netrc, 'elsewhere'), 'any:one');
  assert.equal(findLogin('machine a login b password c', 'elsewhere'), undefined);
});

test('logins and tokens are read from where they lie, and sent to the origin that they are for', async () => {
  using folder = createTempDir();
  const token = folder.write('token', 'abc.def\n');
  const netrc = folder.write('netrc', 'machine files.example.org login me password s');
  const env = { LOGIN: 'me:pa:ss' };
  assert.deepEqual(await readCredentials({ ...none, userEnv: 'LOGIN' }, env, url, true), [
    ['authorization', basic('me:pa:ss')],
  ]);
  assert.deepEqual(await readCredentials({ ...none, bearerFile: token }, env, url, true), [
    ['authorization', 'Bearer abc.def'],
  ]);
  assert.deepEqual(await readCredentials({ ...none, bearerFile: token }, env, url, false), []);
  assert.deepEqual(await readCredentials({ ...none, netrcFile: netrc }, env, url, false), [
    ['authorization', basic('me:s')],
  ]);
});

test('what is missing or malformed is a fault that does not show the value', async () => {
  const env = { LOGIN: 'secret', TOKEN: 'sec ret' };
  for (const sources of [
    { userEnv: 'LOGIN' },
    { bearerEnv: 'TOKEN' },
    { bearerEnv: 'UNSET' },
    { netrcFile: '/nowhere' },
  ]) {
    await assert.rejects(
      readCredentials({ ...none, ...sources }, env, url, true),
      (error: Error & { code?: string }) => error.code === 'USAGE' && !/secret|sec ret/.test(error.message),
    );
  }
});
