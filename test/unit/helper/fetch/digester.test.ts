// Digests of a file that cannot be read back.
import assert from 'node:assert/strict';
import type { FileHandle } from 'node:fs/promises';
import { test } from 'node:test';
import { createDigester } from '../../../../helper/src/fetch/backstage/digester.ts';

test('what cannot be read back holds nobody up, and whoever asks for the digest is told', async () => {
  const broken = Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
  const digester = createDigester({ fd: -1, read: () => Promise.reject(broken) } as unknown as FileHandle, []);
  const told = new Promise<void>((resolve) => {
    digester.onAdvance = resolve;
  });
  digester.advance(1 << 20);
  assert.equal(digester.lagBytes, 1 << 20);
  await told;
  assert.equal(digester.lagBytes, 0);
  await assert.rejects(digester.digest('sha256'), broken);
  await digester.end();
});
