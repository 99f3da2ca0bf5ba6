import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readHeaders } from '../../../../helper/src/http/header-values.ts';
import { createTempDir } from '../../../support/temp-dir.ts';

const none = { headers: [], envHeaders: [], fileHeaders: [] };

test('values come from the option, the environment and files, and white space at their ends is left out', async () => {
  using folder = createTempDir();
  const path = folder.write('token', '  s3cret\n');
  const sources = { headers: ['A: b: c'], envHeaders: ['Authorization: TOKEN'], fileHeaders: [`X-Token: ${path}`] };
  assert.deepEqual(await readHeaders(sources, { TOKEN: 'Bearer t\n' }), [
    ['A', 'b: c'],
    ['Authorization', 'Bearer t'],
    ['X-Token', 's3cret'],
  ]);
});

test('a value that would be a second header is refused, and not shown', async () => {
  using folder = createTempDir();
  for (const value of ['a\r\nX-Evil: secret', 'a\nsecret', 'a\u0000secret', 'secret\u20ac']) {
    const fileHeaders = [`X: ${folder.write('v', value)}`];
    const refused = (error: Error & { code?: string }) => error.code === 'USAGE' && !error.message.includes('secret');
    await assert.rejects(readHeaders({ ...none, envHeaders: ['X: V'] }, { V: value }), refused);
    await assert.rejects(readHeaders({ ...none, fileHeaders }, {}), refused);
  }
});

test('a value that is not there is a fault of the manifest', async () => {
  for (const sources of [
    { ...none, envHeaders: ['X: UNSET'] },
    { ...none, fileHeaders: ['X: /nowhere/token'] },
    { ...none, envHeaders: ['X: EMPTY'] },
  ]) {
    await assert.rejects(readHeaders(sources, { EMPTY: '' }), { code: 'USAGE' });
  }
});
